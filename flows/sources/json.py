"""One JSON document a file, by a mapping YAML: the file is one record, its list of turns a transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.reading.check_mapping import read_mapping
from flows.reading.contract import About
from flows.reading.json_text import JsonText
from flows.reading.mapping import Mapping as Settings
from flows.reading.records import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

ABOUT = About("JSON, one record a file", mapped=True, streams=False)


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return the checked mapping."""
    return read_mapping(raw, where)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the file as one record."""
    records = Records(settings, file)
    with file.path.open("rb") as handle:
        yield from records.chunks([JsonText(settings, file, records).document(handle)])
