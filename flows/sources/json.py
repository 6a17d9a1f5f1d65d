"""One JSON document a file, by a mapping YAML: the file is one record, its list of turns a transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.reading.json_text import document
from flows.reading.mapping import Mapping as Settings
from flows.reading.mapping import read_mapping
from flows.reading.records import to_chunk
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return the checked mapping."""
    return read_mapping(raw, where)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the file as one record."""
    size = file.path.stat().st_size
    if size > file.record_bytes:
        limit = f"at most {file.record_bytes}"
        raise InputRefused("the document is too long", where=Where(file.name), found=f"{size} bytes", expected=limit)
    data = file.path.read_bytes()
    if not data.strip():
        raise InputRefused("the file is empty", where=Where(file.name))
    yield to_chunk(document(data, settings, file), settings, file)
