"""CSV and other delimited text, by a mapping YAML. All columns are read as text and converted by our own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.reading.check_mapping import read_mapping
from flows.reading.contract import About
from flows.reading.csv_text import CsvText
from flows.reading.mapping import Mapping as Settings
from flows.reading.records import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

ABOUT = About("CSV and other delimited text", mapped=True)


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return the checked mapping."""
    return read_mapping(raw, where, delimited=True)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the records of a file, about 8 MB of it at a time."""
    with file.path.open("rb") as handle:
        text = CsvText(handle, settings, file)
        records = Records(settings, file)
        records.check_names(text.names, line=text.header_line, all_known=True)
        yield from records.chunks(text.columns())
