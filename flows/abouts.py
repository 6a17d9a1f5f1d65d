"""What every format fills: read from a field, derived from several, or unknown to the source and so NULL."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from flows import sources
from flows.readers import SOURCES, formats
from flows.reading.kinds import kinds
from schemas.tables import table

if TYPE_CHECKING:
    from flows.reading.contract import About

MAPPED = "by mapping"
UNKNOWN = "unknown"
_MANY_TABLES = {"call": ("interaction", "leg")}


def abouts() -> dict[str, About]:
    """Return what each format says of itself, by its name."""
    return {name: import_module(f"{SOURCES}.{name}").ABOUT for name in formats()}


def sentence(name: str) -> str:
    """Return the first sentence of a format's docstring: what it reads."""
    text = ast.get_docstring(ast.parse((_home() / f"{name}.py").read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ")


def fills(about: About) -> dict[str, dict[str, str]]:
    """Return by table, for each of its own columns, `read`, `derived`, `by mapping` or `unknown`."""
    if about.mapped:
        names = dict.fromkeys(one for kind in kinds() for one in _MANY_TABLES.get(kind, (kind,)))
        return {name: {column.name: MAPPED for column in table(name).own} for name in names}
    out = {}
    for name in dict.fromkeys([*about.read, *about.derived]):
        given = dict.fromkeys(about.read.get(name, "").split(), "read")
        given |= dict.fromkeys(about.derived.get(name, "").split(), "derived")
        out[name] = {column.name: given.pop(column.name, UNKNOWN) for column in table(name).own}
        if given:
            raise KeyError(f"{name} has no column {sorted(given)}")
    return out


def page() -> str:
    """Return docs/reference/sources.md: every format, then for each table which format fills which column."""
    known = {name: fills(about) for name, about in abouts().items()}
    out = ["# Sources\n", "`format = NAME` in callqa.toml. Each format has a page that says how to set it up.\n"]
    out += ["| format | what it reads | fills |", "|---|---|---|"]
    for name, about in abouts().items():
        title = f"{about.title} ({MAPPED})" if about.mapped else about.title
        out.append(f"| [{name}](../sources/{doc_page(name)}) | {title} | {', '.join(known[name])} |")
    out += ["", "`read`: from a field of the source. `derived`: computed from several. `by mapping`: where the site's"]
    out += ["mapping names a field. **unknown**: the source does not know it, so it stays NULL.\n"]
    mapped = [name for name, about in abouts().items() if about.mapped]
    for wanted in dict.fromkeys(one for tables in known.values() for one in tables):
        columns = {name: tables[wanted] for name, tables in known.items() if wanted in tables and name not in mapped}
        if any(wanted in known[name] for name in mapped):
            columns[", ".join(mapped)] = known[mapped[0]][wanted]
        out += [f"## {wanted}\n", table(wanted).grain + "\n"]
        out += ["| column | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
        for column in table(wanted).own:
            cells = [tables[column.name] for tables in columns.values()]
            shown = [f"**{cell}**" if cell == UNKNOWN else cell for cell in cells]
            out.append(f"| `{column.name}` | " + " | ".join(shown) + " |")
        out.append("")
    return "\n".join(out)


def doc_page(name: str) -> str:
    """Return the file in docs/sources that describes a format."""
    return "mapping.md" if abouts()[name].mapped else f"{name}.md"


def _home() -> Path:
    return Path(str(sources.__file__)).parent
