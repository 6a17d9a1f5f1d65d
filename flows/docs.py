"""The reference pages, made from the declarations themselves: `python -m flows.docs` writes docs/reference.

A test makes them again and compares: a page that is no longer true fails it.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import abouts
from schemas.tables import all_tables
from warehouse.models import TableContract, all_models, described, metrics

if TYPE_CHECKING:
    from warehouse.models import MetricContract, Model

CODE = Path(__file__).parent.parent
HOME = CODE / "docs" / "reference"
MADE = "<!-- Made by `python -m flows.docs`; change the declarations, not this page. -->\n\n"
ROOMS = {
    "main": "What people query first, under short names: `FROM agent_day`. Views only.",
    "core": "What happened: contacts, their legs, words and surveys. `core` shows the newest version of every row.",
    "metric": "One table per metric, and all of them below each other.",
    "qa": "How well contacts kept to the policies, with the evidence.",
    "mart": "What people ask first. Figures with the numbers they rest on.",
    "ops": "What the nights did: runs, files, records set aside, checks, reconciliation.",
}


def pages() -> dict[str, str]:
    """Return every reference page by file name."""
    return {
        "tables.md": MADE + tables_page(),
        "metrics.md": MADE + metrics_page(),
        "exports.md": MADE + exports_page(),
        "commands.md": MADE + commands_page(),
        "sources.md": MADE + abouts.page(),
        "checks.md": MADE
        + modules_page("Checks", "The key of a question's `check` in a policy.", CODE / "qa" / "checks"),
    }


def tables_page() -> str:
    """Return the data dictionary: every table and view people can query, room by room."""
    declared = {table.full_name: table.markdown() for table in all_tables().values()}
    models = {name: _model(model) for name, model in all_models().items() if isinstance(model.contract, TableContract)}
    out = ["# Tables\n", "Times are UTC; durations are seconds; shares lie between 0 and 1. NULL means unknown.\n"]
    for room, sentence in ROOMS.items():
        texts = models | declared
        own = [text for name, text in sorted(texts.items()) if name.startswith(f"{room}.")]
        out += [f"# {room}\n", sentence + "\n", *own] if own else []
    return "\n".join(out)


def metrics_page() -> str:
    """Return every metric's contract: what is divided by what, what is left out, what unknown means."""
    out = ["# Metrics\n", "A policy's `metric:` check and the tables `metric.NAME` use these names.\n"]
    return "\n".join(out + [_metric(contract) for _, contract in sorted(metrics().items())])


def exports_page() -> str:
    """Return what can be exported, for whom, and what a row tells about whom."""
    from flows import export

    out = ["# Exports\n", "`callqa export NAME` writes one; see `callqa export --help`.\n"]
    for name in export.names():
        made = export.contract(name)
        out += [f"## {name}\n", f"{made.title}\n", f"- For: {made.audience}", f"- One row is {made.grain}"]
        out += [f"- Shows: {made.personal_data}", f"- Default format: {made.format}", f"- {made.header}\n"]
        out += [_columns(made.columns)]
    return "\n".join(out)


def commands_page() -> str:
    """Return every command with its options, as --help has them."""
    import typer

    from flows.cli import app

    out = ["# Commands\n", "Exit codes: 0 done, 1 failed or found problems, 2 wrong usage, 130 interrupted.\n"]
    for path, command in _commands("callqa", typer.main.get_command(app)):
        options = [(" ".join(p.opts) or p.name, getattr(p, "help", None) or "") for p in command.params]
        rows = [f"| `{name}` | {text} |" for name, text in options]
        out += [f"## {path}\n", (command.help or "").strip() + "\n"]
        out += ["| | |", "|---|---|", *rows, ""] if rows else []
    return "\n".join(out)


def modules_page(title: str, sentence: str, folder: Path) -> str:
    """Return what the modules of a plug-in folder say about themselves, each under its name."""
    out = [f"# {title}\n", sentence + "\n"]
    for path in sorted(folder.glob("*.py")):
        if path.stem != "__init__":
            out += [f"## {path.stem}\n", (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "") + "\n"]
    return "\n".join(out)


def _commands(path: str, command: Any) -> list[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(path, command)]
    return [found for name in sorted(inner) for found in _commands(f"{path} {name}", inner[name])]


def _model(model: Model) -> str:
    contract = model.contract
    description = contract.description if isinstance(contract, TableContract) else model.sentence
    return f"## {model.full_name}\n\n{description}\n\n{_columns(described(contract))}"


def _metric(contract: MetricContract) -> str:
    lines = [
        f"## {contract.metric}\n",
        f"{contract.title}\n",
        f"- Unit: {contract.unit}, per {contract.grain}",
        f"- Formula: {contract.formula}",
        f"- Left out: {contract.exclusions}",
        f"- Unknown: {contract.null_rule}",
        f"- Day: `{contract.bucket}`; agent: `{contract.agent}`",
        f"- Source: {contract.source}\n",
    ]
    return "\n".join(lines)


def _columns(columns: dict[str, str]) -> str:
    rows = [f"| `{name}` | {text.replace('|', chr(92) + '|')} |" for name, text in columns.items()]
    return "\n".join(["| column | meaning |", "|---|---|", *rows]) + "\n"


def write() -> None:
    """Write every page into docs/reference."""
    HOME.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (HOME / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
