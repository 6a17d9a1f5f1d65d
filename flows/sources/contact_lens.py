"""Contact Lens and Transcribe Call Analytics: transcripts of calls and chats. See docs/sources/contact_lens.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flows.reading.contract import About
from flows.reading.documents import chunks
from flows.reading.json_pick import Misfit, pick
from flows.reading.lens_facts import facts
from flows.reading.lens_turns import Turns
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.documents import Rows
    from schemas.errors import Where

ABOUT = About(
    "Contact Lens and Transcribe Call Analytics",
    read={
        "contact_turn": "contact_id output party start_ms end_ms said_at text language",
        "conversation_fact": "contact_id output party value detail begin_ms end_ms turn_seq",
        "utterance": "start_ms end_ms text language",
    },
    derived={
        "contact_turn": "seq speaker confidence",
        "conversation_fact": "fact_no name",
        "utterance": "interaction_id seq speaker confidence",
    },
)
_MADE_AT = re.compile(r"_analysis(?:_redacted)?_(\d{4}-\d\d-\d\d)T(\d\d)[:_](\d\d)[:_](\d\d)Z")
_OUTPUTS = {"raw": "raw", "redacted": "redacted"}


@dataclass(frozen=True)
class Settings:
    """`[sources.settings]`: where the contact's id stands in documents that do not name their contact.

    `job_pattern` is looked for in the job's name, `file_pattern` in the file's; each has one group, the id.
    `only_redacted`: documents with everything in them are counted and left out.
    """

    job_pattern: str = ""
    file_pattern: str = ""
    only_redacted: bool = False

    def __post_init__(self) -> None:
        """Refuse a pattern that is none, or has not exactly one group."""
        for name in ("job_pattern", "file_pattern"):
            pattern = getattr(self, name)
            try:
                groups = re.compile(pattern).groups if pattern else 1
            except re.error as problem:
                raise ValueError(f"{name} is no pattern: {problem}") from None
            if groups != 1:
                raise ValueError(f"{name} = {pattern!r}, expected a pattern with exactly one group: the contact's id")


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield each document as the turns and facts of one contact."""
    return chunks(file, lambda document: _rows(document, file, settings))


def _rows(document: dict[str, Any], file: SourceFile, settings: Settings) -> Rows | None:
    if not any(name in document for name in ("Transcript", "ConversationCharacteristics")):
        raise Misfit("not_a_transcript", None, "Transcript or ConversationCharacteristics")
    status = pick(document, "JobStatus", str)
    if status not in (None, "COMPLETED"):
        raise Misfit("not_completed", status, "COMPLETED", "JobStatus")
    output = _output(document)
    if settings.only_redacted and output == "raw":
        return None
    turns = Turns(document)
    contact = {
        "contact_id": f"{file.system}:{_contact(document, file, settings)}",
        "output": output,
        "updated_at": _made_at(file.name),
    }
    found = facts(document, turns)
    return {
        "contact_turn": [contact | row for row in turns.rows],
        "conversation_fact": [contact | fact for fact in found],
    }


def _contact(document: dict[str, Any], file: SourceFile, settings: Settings) -> str:
    named = pick(document, "CustomerMetadata.ContactId", str)
    if named:
        return named
    for pattern, text in ((settings.job_pattern, pick(document, "JobName", str)), (settings.file_pattern, file.name)):
        match = re.search(pattern, text) if pattern and text else None
        if match and match.group(1):
            return match.group(1)
    expected = "CustomerMetadata.ContactId, or a name that job_pattern or file_pattern finds the contact in"
    raise Misfit("missing_id", pick(document, "JobName", str), expected, "CustomerMetadata.ContactId")


def _output(document: dict[str, Any]) -> str:
    said = pick(document, "ContentMetadata.Output", str)
    try:
        return "raw" if said is None else _OUTPUTS[said.lower()]
    except KeyError:
        raise Misfit("unknown_value", said, "Raw or Redacted", "ContentMetadata.Output") from None


def _made_at(name: str) -> datetime | None:
    """Return when the analysis was made, which only the file's name says; it decides between two of one contact."""
    match = _MADE_AT.search(name)
    try:
        return (
            datetime.fromisoformat(f"{match[1]}T{match[2]}:{match[3]}:{match[4]}").replace(tzinfo=UTC)
            if match
            else None
        )
    except ValueError:
        return None
