"""Rows as a document people read: HTML, and through it PDF, and Markdown.

A document asks the network for nothing and runs nothing: its policy forbids both, and every value is escaped. Rows
without a template of their own become one table.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.cells import unmarked, visible
from flows.texts import translations
from flows.texts.figures import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from flows.write import Sheet

    Row = dict[str, Any]

HOME = Path(__file__).parent
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.]*[A-Za-z0-9])?")


def environment(language: str, *folders: Path, markup: bool = True) -> Environment:
    """Return what renders the templates of folders in a language; what a template does not know is an error."""
    made = Environment(
        loader=FileSystemLoader([*folders, HOME]),
        autoescape=markup,  # noqa: S701 - in Markdown, values are escaped one by one
        undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters |= written(language) | {"visible": visible, "flat": flat}
    made.globals |= {"language": language, "parts_of": parts}
    return made


def html(rows: pa.RecordBatchReader, sheet: Sheet) -> tuple[str, int]:
    """Return rows as one HTML document, and their number."""
    found = _read(rows)
    template = sheet.template or HOME / "rows.html"
    made = environment(sheet.language, template.parent).get_template(template.name)
    return made.render(sheet=sheet, names=rows.schema.names, rows=found), len(found)


def markdown(rows: pa.RecordBatchReader, sheet: Sheet, template: Path) -> tuple[str, int]:
    """Return rows as Markdown by a template, and their number. Whatever a value holds is text there."""
    found = [{name: _said(value) for name, value in row.items()} for row in _read(rows)]
    about = tuple((label, _said(text)) for label, text in sheet.about)
    made = environment(sheet.language, template.parent, markup=False).get_template(template.name)
    return made.render(sheet=replace(sheet, about=about), rows=found), len(found)


def parts(rows: list[Row], column: str) -> Iterator[tuple[Any, list[Row]]]:
    """Yield rows that follow each other with the same value of a column, each value with its rows."""
    for value, same in groupby(rows, key=lambda row: row[column]):
        yield value, list(same)


def flat(text: str) -> str:
    """Return a text as one line."""
    return visible(" ".join(text.split()))


def _read(rows: pa.RecordBatchReader) -> list[Row]:
    return [row for batch in rows for row in batch.to_pylist()]


def _said(value: Any) -> Any:
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return value
    return unmarked(flat(value), "#")
