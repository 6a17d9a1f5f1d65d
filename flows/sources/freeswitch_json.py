"""FreeSWITCH call legs by mod_json_cdr: one JSON document a leg. See docs/sources/freeswitch_json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.reading import freeswitch, freeswitch_document
from flows.reading.freeswitch_document import Document, add
from flows.reading.json_objects import spans
from flows.reading.json_pick import Misfit, pick
from flows.reading.json_strict import literal, parse
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

ABOUT = freeswitch_document.about("FreeSWITCH call legs as JSON", streams=True)
Settings = freeswitch_document.Settings


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    made = build(Settings, raw, where, error=ConfigError)
    freeswitch.check(made, where)
    return made


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the legs of a file as rows of `call_record`: one document, several, or one a line."""
    with file.path.open("rb") as handle:
        for span in spans(handle, file):
            yield freeswitch_document.chunk(span, _document, settings, file)


def _document(data: bytes) -> Document:
    whole = parse(data)
    variables = pick(whole, "variables", dict)
    if variables is None:
        raise Misfit("not_a_leg", None, "a document with `variables`", "variables")
    out: Document = {}
    for name, value in variables.items():
        if name in freeswitch.PROFILE or name == "direction":
            continue  # those of the profile are the number called first, these follow transfers
        add(out, name, _text(value, name))
    add(out, "direction", pick(whole, "channel_data.direction", str) or variables.get("direction"))
    for name in freeswitch.PROFILE:
        add(out, name, pick(_first_flow(whole), f"caller_profile.{name}", str) or variables.get(name))
    return out


def _text(value: Any, name: str) -> str | None:
    return None if value is None else literal(value) if not isinstance(value, dict | list) else _refuse(value, name)


def _refuse(value: Any, name: str) -> str | None:
    """Leave a structure among the variables aside unless it is one we read."""
    if name in freeswitch.NAMES:
        raise Misfit("wrong_shape", "a list" if isinstance(value, list) else "an object", "a text", name)
    return None


def _first_flow(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the oldest part of the call flow, which stands last; the others follow transfers."""
    found = whole.get("callflow")
    if isinstance(found, list):
        found = found[-1] if found else None
    if found is not None and not isinstance(found, dict):
        raise Misfit("wrong_shape", str(found)[:50], "an object or a list of objects", "callflow")
    return found or {}
