"""Amazon Connect contact records: streamed, exported or asked for one by one. See docs/sources/connect_ctr.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import connect_contact
from flows.reading.checked import Checked
from flows.reading.connect import People, tails
from flows.reading.contract import About
from flows.reading.convert import lookups
from flows.reading.json_records import columns
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

Array = Any
ABOUT = About(
    "Amazon Connect contact records",
    read={
        "contact_record": "contact_id source_id channel initiation_method initial_contact_id previous_contact_id "
        "next_contact_id related_contact_id initiated_at connected_at ended_at disconnect_reason queue enqueued_at "
        "dequeued_at queue_s agent_id answered_at talk_s hold_s wrap_s wrap_started_at wrap_ended_at transferred_to "
        "customer_id topic language resolved extra",
        "interaction": "source_id customer_id queue topic language started_at answered_at disposition resolved extra",
        "leg": "agent_id queue started_at answered_at completed_at talk_s hold_s wrap_s extra",
    },
    derived={
        "contact_record": "system is_supervisor says_next is_queued",
        "interaction": "interaction_id channel direction ended_at ivr_s queue_s outcome parent_id",
        "leg": "leg_id interaction_id leg_no ended_at outcome transfer transfer_to hangup_by",
    },
)


@dataclass(frozen=True)
class Settings(People):
    """`[sources.settings]`: which contact attributes hold what, and which values say that the matter was resolved."""

    topic_attribute: str = ""
    language_attribute: str = ""
    customer_attribute: str = ""
    resolved_attribute: str = ""
    resolved_yes: tuple[str, ...] = ()
    resolved_no: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an attribute without its values, and the other way round."""
        if bool(self.resolved_attribute) != bool(self.resolved_yes or self.resolved_no):
            raise ValueError("resolved_attribute needs resolved_yes or resolved_no, and they need it")
        if set(self.resolved_yes) & set(self.resolved_no):
            raise ValueError("a value stands in resolved_yes and in resolved_no")

    @property
    def attributes(self) -> list[str]:
        """Return the attributes that are read."""
        wanted = (self.topic_attribute, self.language_attribute, self.customer_attribute, self.resolved_attribute)
        return sorted({name for name in wanted if name})


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the contacts of a file as rows of `contact_record`, about 8 MB of it at a time."""
    with file.path.open("rb") as handle:
        for part in columns(handle, file, connect_contact.shape(settings.attributes)):
            found = Checked(part, file)
            yield found.chunk({"contact_record": _row(found) | _agent(found, settings) | _attributes(found, settings)})


def _row(found: Checked) -> dict[str, Array]:
    method = found.text("InitiationMethod", required=True)
    queue, enqueued = found.text("Queue.Name"), found.stamp("Queue.EnqueueTimestamp")
    arn = found.text("Queue.ARN")
    is_own = pc.fill_null(pc.match_substring(arn, "/queue/agent/"), False)  # an agent's, who is no queue
    queue = pc.if_else(is_own, pa.scalar(None, pa.string()), pc.coalesce(queue, tails(arn)))
    return {
        "contact_id": found.id("ContactId", required=True),
        "system": pa.repeat(pa.scalar(found.file.system), len(method)),
        "source_id": found.text("ContactId"),
        "channel": pc.utf8_lower(found.text("Channel", required=True)),
        "initiation_method": method,
        "is_supervisor": pc.fill_null(pc.equal(method, "MONITOR"), False),
        "initial_contact_id": found.id("InitialContactId"),
        "previous_contact_id": found.id("PreviousContactId"),
        "next_contact_id": found.id("NextContactId"),
        "related_contact_id": found.id("RelatedContactId"),
        "says_next": pc.fill_null(found.columns.arrays[connect_contact.SAYS_NEXT], True),
        "initiated_at": found.stamp("InitiationTimestamp", required=True),
        "connected_at": found.stamp("ConnectedToSystemTimestamp"),
        "ended_at": found.stamp("DisconnectTimestamp"),
        "disconnect_reason": found.text("DisconnectReason"),
        "is_queued": pc.or_(pc.or_(pc.is_valid(queue), pc.is_valid(arn)), pc.is_valid(enqueued)),
        "queue": queue,
        "enqueued_at": enqueued,
        "dequeued_at": found.stamp("Queue.DequeueTimestamp"),
        "queue_s": found.seconds("Queue.Duration"),
        "transferred_to": found.text("TransferredToEndpoint.Address"),
        "updated_at": found.stamp("LastUpdateTimestamp"),
        "extra": found.extra,
    }


def _agent(found: Checked, settings: Settings) -> dict[str, Array]:
    agent = pc.coalesce(found.text("Agent.Username"), tails(found.text("Agent.ARN")))
    answered = found.stamp("Agent.ConnectedToAgentTimestamp")
    found.note("missing_field", "Agent.Username", "a value", pc.and_(pc.is_valid(answered), pc.is_null(agent)))
    hold = found.seconds("Agent.CustomerHoldDuration")
    return {
        "agent_id": settings.names(agent),
        "answered_at": answered,
        "talk_s": found.seconds("Agent.AgentInteractionDuration"),
        "hold_s": pc.coalesce(hold, found.seconds("Agent.AgentInitiatedHoldDuration")),
        "wrap_s": found.seconds("Agent.AfterContactWorkDuration"),
        "wrap_started_at": found.stamp("Agent.AfterContactWorkStartTimestamp"),
        "wrap_ended_at": found.stamp("Agent.AfterContactWorkEndTimestamp"),
    }


def _attributes(found: Checked, settings: Settings) -> dict[str, Array]:
    number = found.text("CustomerEndpoint.Address")
    made = {"customer_id": pc.coalesce(found.text("CustomerId"), number)}
    if settings.customer_attribute:
        made["customer_id"] = pc.coalesce(found.text(f"Attributes.{settings.customer_attribute}"), made["customer_id"])
    if settings.topic_attribute:
        made["topic"] = found.text(f"Attributes.{settings.topic_attribute}")
    if settings.language_attribute:  # de-DE is de; what names no language is refused by the column
        name = found.text(f"Attributes.{settings.language_attribute}")
        short = pc.replace_substring_regex(name, pattern="^([A-Za-z]{2})([-_].*)?$", replacement=r"\1")
        made["language"] = pc.if_else(pc.equal(pc.utf8_length(short), 2), pc.utf8_lower(short), name)
    if settings.resolved_attribute:
        path = f"Attributes.{settings.resolved_attribute}"
        spellings = dict.fromkeys(settings.resolved_yes, "true") | dict.fromkeys(settings.resolved_no, "false")
        said, unknown = lookups(found.text(path), spellings)
        found.note("unknown_value", path, f"one of {', '.join(spellings)}", unknown, found.text(path))
        made["resolved"] = pc.equal(said, "true")
    return made
