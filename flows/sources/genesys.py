"""Genesys Cloud conversation details: query pages, and one conversation a line. See docs/sources/genesys.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import genesys_sessions
from flows.reading.contract import About
from flows.reading.json_envelope import opened
from flows.reading.json_records import columns
from flows.reading.nested import NestedRecords, newest, renamed
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.nested import Items
    from schemas.errors import Where

Array = Any
ABOUT = About(
    "Genesys Cloud conversation details",
    read={
        "interaction": "source_id customer_id queue started_at ended_at disposition extra",
        "leg": "agent_id queue note",
        "survey": "survey_id channel submitted_at value",
        "conversation_session": (
            "source_id conversation_started_at conversation_ended_at purpose agent_id media is_wrap_skipped extra"
        ),
    },
    derived={
        "interaction": "interaction_id channel direction answered_at ivr_s queue_s outcome resolved",
        "leg": (
            "leg_id interaction_id leg_no started_at answered_at ended_at completed_at ring_s talk_s hold_s wrap_s "
            "outcome transfer transfer_to hangup_by extra"
        ),
        "survey": "interaction_id question scale_min scale_max",
        "conversation_session": (
            "interaction_id session_no direction resolved participant_no customer_id is_listening queue started_at "
            "answered_at ended_at completed_at is_open ring_s dial_s talk_s hold_s wrap_s ivr_s metric_ring_s "
            "metric_talk_s metric_hold_s metric_wrap_s metric_handle_s metric_queue_s metric_ivr_s is_abandoned "
            "is_not_responding is_blind_transfer is_consult_transfer disconnect_type wrap_up_code note"
        ),
    },
)
_CUSTOMERS, _AGENTS = ("customer", "external"), ("agent", "user")
MEDIA = ("voice", "callback", "chat", "email", "message")
_SCORES = {"promoter score": ("surveyPromoterScore", 10.0), "survey score": ("oSurveyTotalScore", 100.0)}


@dataclass(frozen=True)
class Settings:
    """`[sources.settings]`: names for ids. An id without a name stays as it is."""

    agents: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    wrap_up_codes: dict[str, str] = field(default_factory=dict)


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the conversations of a file as rows of `conversation_session` and `survey`, about 8 MB at a time."""
    with file.path.open("rb") as handle:
        for part in columns(opened(handle, file, "conversations"), file, genesys_sessions.shape()):
            found = NestedRecords(part, file)
            yield found.chunk_of(_tables(found, settings))


def _tables(found: NestedRecords, settings: Settings) -> dict[str, tuple[dict[str, Array], Any]]:
    participants = found.items("participants")
    sessions = participants.inner("sessions")
    by_segments, times = genesys_sessions.by_segments(found, sessions)
    by_metrics, emitted = genesys_sessions.by_metrics(found, sessions)
    whole = _conversation(found, [times, emitted])
    surveys = found.items("surveys")
    answers = [_answers(found, surveys, whole, question) for question in _SCORES]
    asked = np.concatenate([at for _, at in answers])
    media = sessions.text("mediaType")
    _check_sessions(found, sessions, media)
    record = pa.array(sessions.record)
    made = {name: array.take(record) for name, array in whole.items()} | by_segments | by_metrics
    made |= _people(participants, sessions, settings)
    made |= {
        "session_no": (number := _numbers(sessions.record)),
        "extra": pc.if_else(pc.equal(number, 1), made["extra"], pa.scalar(None, pa.string())),
        "media": media,
        "is_wrap_skipped": pc.struct_field(sessions.struct, "acwSkipped"),
        "queue": renamed(by_segments["queue"], settings.queues),
        "wrap_up_code": renamed(by_segments["wrap_up_code"], settings.wrap_up_codes),
    }
    return {"conversation_session": (made, sessions.record), "survey": (_joined([one for one, _ in answers]), asked)}


def _check_sessions(found: NestedRecords, sessions: Items, media: Array) -> None:
    """Note conversations without a session, and those in no medium we know."""
    records = len(found.columns.record_no)
    empty = np.bincount(sessions.record, minlength=records) == 0
    found.note("missing_field", "participants.sessions", "at least one session", pa.array(empty))
    strange = ~empty
    strange[sessions.record[genesys_sessions.is_one_of(media, MEDIA)]] = False
    first = pa.array(np.searchsorted(sessions.record, np.arange(records)), mask=empty)
    found.note(
        "unknown_value", "participants.sessions.mediaType", ", ".join(MEDIA), pa.array(strange), media.take(first)
    )


def _conversation(found: NestedRecords, times: list[Array]) -> dict[str, Array]:
    start, end = found.stamp("conversationStart", required=True), found.stamp("conversationEnd")
    resolutions, evaluations, surveys = (found.items(name) for name in ("resolutions", "evaluations", "surveys"))
    records = len(found.columns.record_no)
    for items, name in ((resolutions, "eventTime"), (evaluations, "eventTime"), (surveys, "eventTime")):
        times.append(genesys_sessions.latest(items, [found.item_stamps(items, name)], records))
    avoided = pc.coalesce(
        pc.struct_field(resolutions.struct, "nNextContactAvoided"),
        pc.struct_field(resolutions.struct, "getnNextContactAvoided"),
    )
    late = pc.less(end, start)
    found.note(
        "ends_before_it_starts", "conversationEnd", "an end after the start", late, found.text("conversationEnd")
    )
    known = pc.is_valid(avoided).to_numpy(zero_copy_only=False)
    some = known & (pc.fill_null(avoided, 0).to_numpy(zero_copy_only=False) > 0)
    told = np.bincount(resolutions.record[known], minlength=records) > 0
    resolved = np.bincount(resolutions.record[some], minlength=records) > 0
    return {
        "interaction_id": found.id("conversationId", required=True),
        "source_id": found.text("conversationId"),
        "conversation_started_at": start,
        "conversation_ended_at": end,
        "direction": pc.utf8_lower(found.text("originatingDirection")),
        "resolved": pa.array(resolved, mask=~told),
        "extra": found.extra,
        # What says that one version is newer than another: the latest time in it.
        "updated_at": newest(start, end, *times),
    }


def _people(participants: Items, sessions: Items, settings: Settings) -> dict[str, Array]:
    owner = pa.array(sessions.parent)
    purpose = pc.utf8_lower(participants.text("purpose")).take(owner)
    user = renamed(participants.text("userId"), settings.agents).take(owner)
    contact = participants.text("externalContactId").take(owner)
    outbound = pc.fill_null(pc.equal(pc.utf8_lower(sessions.text("direction")), "outbound"), False)
    number = pc.if_else(outbound, sessions.text("dnis"), sessions.text("ani"))
    mail = pc.if_else(outbound, sessions.text("addressTo"), sessions.text("addressFrom"))
    nobody = pa.scalar(None, pa.string())
    is_agent, is_customer = (pa.array(genesys_sessions.is_one_of(purpose, one)) for one in (_AGENTS, _CUSTOMERS))
    return {
        "participant_no": _numbers(participants.record).take(owner),
        "purpose": purpose,
        "agent_id": pc.if_else(is_agent, user, nobody),
        "customer_id": pc.if_else(is_customer, pc.coalesce(contact, number, mail, sessions.text("remote")), nobody),
    }


def _answers(
    found: NestedRecords, surveys: Items, whole: dict[str, Array], question: str
) -> tuple[dict[str, Array], Any]:
    """Return the answers to one question, those of finished surveys, and the record of each."""
    field, highest = _SCORES[question]
    score, status = pc.struct_field(surveys.struct, field), pc.utf8_lower(surveys.text("surveyStatus"))
    done = pc.fill_null(pc.is_in(status, value_set=pa.array(["finished", "completed"])), False)
    at = np.flatnonzero(pc.and_(pc.is_valid(score), done).to_numpy(zero_copy_only=False))
    record, rows = pa.array(surveys.record[at]), pa.array(at)
    interaction = whole["interaction_id"].take(record)
    own = pc.binary_join_element_wise(f"{found.file.system}:", surveys.text("surveyId").take(rows), "")
    numbered = pc.binary_join_element_wise(
        interaction, _numbers(surveys.record).cast(pa.string()).take(rows), "/survey-"
    )
    kind = pc.utf8_lower(surveys.text("surveyType")).take(rows)
    return {
        "survey_id": pc.coalesce(own, numbered),
        "interaction_id": interaction,
        "channel": pc.if_else(pc.equal(kind, "voice"), "phone", pc.if_else(pc.equal(kind, "web"), "web", None)),
        "submitted_at": found.item_stamps(surveys, "surveyCompletedDate").take(rows),
        "question": pa.repeat(pa.scalar(question), len(at)),
        "value": score.take(rows),
        "scale_min": pa.repeat(pa.scalar(0.0), len(at)),
        "scale_max": pa.repeat(pa.scalar(highest), len(at)),
        "updated_at": whole["updated_at"].take(record),
    }, surveys.record[at]


def _joined(parts: list[dict[str, Array]]) -> dict[str, Array]:
    return {name: pa.concat_arrays([part[name] for part in parts]) for name in parts[0]}


def _numbers(owner: Any) -> Array:
    """Number the items of each record from 1; `owner` (numpy) is the record of each, in order."""
    firsts = np.searchsorted(owner, owner, side="left") if len(owner) else owner
    return pa.array(np.arange(len(owner)) - firsts + 1, pa.int64())
