"""A small centre on Amazon Connect: a transferred call with transcripts, states and an evaluation, read and loaded."""

from __future__ import annotations

from importlib import import_module

from flows.reading.contract import SourceFile
from schemas.errors import Where

DAY = "2026-03-02T"


def reader(name):
    return import_module(f"flows.sources.{name}")


def chunks(path, kind, content, settings=None, **file):
    """Yield what a reader makes of some bytes."""
    path.write_bytes(content)
    known = {"file_id": "f", "source": "s", "system": "s", "timezone": "UTC"} | file
    given = SourceFile(path=path, **({"name": path.name} | known))
    yield from reader(kind).read(given, reader(kind).settings(settings or {}, lambda key: Where("t", field=key)))


def rows(path, kind, content, settings=None, **file):
    """Return the rows by table."""
    out = {}
    for chunk in chunks(path, kind, content, settings, **file):
        for table, batches in chunk.tables.items():
            out.setdefault(table, []).extend(row for batch in batches for row in batch.to_pylist())
    return out


def contact(name, begin, end, **more):
    base = {"ContactId": name, "Channel": "VOICE", "InitiationMethod": "INBOUND", "InitiationTimestamp": DAY + begin}
    return base | {"DisconnectTimestamp": DAY + end, "LastUpdateTimestamp": DAY + end} | more


def agent(name, at, talk=60, hold=0, wrap=10):
    own = {"Username": name, "ConnectedToAgentTimestamp": DAY + at, "AgentInteractionDuration": talk}
    return own | {"CustomerHoldDuration": hold, "AfterContactWorkDuration": wrap}


def queue(name, at, seconds):
    return {"Name": name, "EnqueueTimestamp": DAY + at, "Duration": seconds}


def transcript(name, output, *said):
    turns = [
        {"ParticipantId": role, "Content": text, "BeginOffsetMillis": at, "EndOffsetMillis": at + 500, "Id": str(at)}
        for role, at, text in said
    ]
    whole = {"Transcript": turns, "LanguageCode": "de-DE", "ContentMetadata": {"Output": output}}
    characteristics = {"TotalConversationDurationMillis": 9000 + len(output)}
    return whole | {"CustomerMetadata": {"ContactId": name}, "ConversationCharacteristics": characteristics}


def event(number, kind, at, now=None, before=None):
    def snapshot(state):
        status, *contacts = state.split()
        own = {"AgentStatus": {"Name": status}, "Configuration": {"Username": "a1"}}
        return own | {"Contacts": [{"State": one} for one in contacts]}

    made = {"EventId": f"e{number}", "EventType": kind, "EventTimestamp": DAY + at, "AgentARN": "arn:x/agent/u1"}
    return made | {
        "CurrentAgentSnapshot": now and snapshot(now),
        "PreviousAgentSnapshot": before and snapshot(before),
    }


def answer(number, text):
    question = {"questionRefId": f"q{number}", "questionType": "TEXT", "questionText": "?", "answer": {"value": text}}
    return question | {"score": {"percentage": 100}}


FIRST = contact("a", "08:00:00Z", "08:05:00Z", Agent=agent("a1", "08:00:27Z"), Queue=queue("DE", "08:00:20Z", 7))
FIRST |= {"NextContactId": "b", "DisconnectReason": "AGENT_DISCONNECT"}
SECOND = contact("b", "08:05:00Z", "08:09:00Z", Agent=agent("a2", "08:06:00Z"), Queue=queue("Bill", "08:05:00Z", 60))
SECOND |= {"InitialContactId": "a", "PreviousContactId": "a", "InitiationMethod": "TRANSFER"}
CORRECTED = FIRST | {"LastUpdateTimestamp": DAY + "12:00:00Z", "Agent": agent("a1", "08:00:27Z", talk=61)}
LISTENING = contact("m", "08:02:00Z", "08:03:00Z", Agent=agent("t1", "08:02:00Z"), InitialContactId="a")
LISTENING |= {"InitiationMethod": "MONITOR"}
LOST = contact("c", "09:00:00Z", "09:01:00Z", Queue=queue("DE", "09:00:10Z", 50), RelatedContactId="b")

DOCUMENTS = [
    *(("connect_ctr", one) for one in (FIRST, SECOND, CORRECTED, LISTENING, LOST)),
    ("contact_lens", transcript("a", "Raw", ("AGENT", 0, "Hallo"), ("CUSTOMER", 700, "Ich bin Ana"))),
    ("contact_lens", transcript("a", "Redacted", ("AGENT", 0, "Hallo"), ("CUSTOMER", 700, "Ich bin [PII]"))),
    ("contact_lens", transcript("b", "Raw", ("AGENT", 100, "Rechnung"), ("CUSTOMER", 900, "Danke"))),
    ("connect_agent_events", event(1, "LOGIN", "07:59:00Z", "Available")),
    ("connect_agent_events", event(2, "STATE_CHANGE", "08:00:27Z", "Available CONNECTED", "Available")),
    ("connect_agent_events", event(3, "HEART_BEAT", "08:02:27Z", "Available CONNECTED")),
    ("connect_agent_events", event(4, "STATE_CHANGE", "08:05:00Z", "Available ENDED", "Available CONNECTED")),
    ("connect_agent_events", event(5, "STATE_CHANGE", "08:06:00Z", "Lunch", "Available ENDED")),
    ("connect_agent_events", event(6, "LOGOUT", "08:30:00Z", "Offline")),
    ("connect_agent_events", event(7, "HEART_BEAT", "08:32:00Z", "Offline", "Offline")),
    (
        "connect_evaluation",
        {
            "evaluationId": "v1",
            "metadata": {"contactId": "b", "agentId": "u2", "evaluationSubmitTimestamp": DAY + "15:00:00Z"},
            "questions": [answer(1, "gut"), answer(2, "ja")],
        },
    ),
]
