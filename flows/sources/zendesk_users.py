"""Zendesk users: who is a customer and who an agent, without names. See docs/sources/zendesk_users.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.contract import About
from flows.reading.json_envelope import opened
from flows.reading.json_records import Shape, columns
from flows.reading.zendesk import ZendeskRecords, as_it_is
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

ABOUT = About("Zendesk users", read={"ticket_user": "role"}, derived={"ticket_user": "user_id"})
_SCHEMA = pa.schema([("id", pa.int64()), ("role", pa.string()), ("updated_at", pa.string())])


@dataclass(frozen=True)
class Settings:
    """`[sources.settings]` has no keys for this format."""


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the users of a file as rows of `ticket_user`, about 8 MB of it at a time."""
    with file.path.open("rb") as handle:
        for part in columns(opened(handle, file, "users"), file, Shape(_SCHEMA, "id", as_it_is)):
            found = ZendeskRecords(part, file)
            row = {
                "user_id": found.prefixed("id", required=True),
                "role": pc.utf8_lower(found.text("role", required=True)),
                "updated_at": found.stamp("updated_at"),
            }
            yield found.chunk({"ticket_user": row})
