"""Pages of cloud systems, cut anywhere, delivered in any order and twice: what people query is always the same."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warehouse_kit import deliver, work

from flows.reading.contract import SourceFile
from schemas import strict_yaml
from warehouse import build
from warehouse.models import all_models, ordered, references

CASES = Path(__file__).resolve().parents[2] / "sources"
PLACE = {"source", "file_id", "record_no", "byte_start", "byte_end", "version", "run_seq", "updated_at"}
GENESYS = [("genesys", "conversations", "query_page"), ("genesys", "conversations", "job_lines")]
ZENDESK = [
    ("zendesk_tickets", "tickets", "incremental_pages"),
    ("zendesk_metric_events", "ticket_metric_events", "clocks"),
    ("zendesk_audits", "ticket_events", "ticket_events_page"),
    ("zendesk_audits", "audits", "audits_page"),
    ("zendesk_users", "users", "users_page"),
]
ASKED = {
    "genesys": ("interaction", "leg", "survey"),
    "zendesk": ("interaction", "leg", "message", "thread_message", "ticket_clock", "ticket_status"),
}


def records(case):
    """The records of a case, out of their pages and lines: (format, list's name, case, record)."""
    name, key, folder = case
    text = next((CASES / name / folder).glob("input.*")).read_text(encoding="utf-8")
    try:
        documents = [json.loads(text)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in text.splitlines()]
    return [(*case, one) for document in documents for one in document.get(key, [document])]


def read(folder, number, case, listed, paged):
    name, key, home = case
    path = folder / f"{number}.json"
    lines = "".join(json.dumps(one) + "\n" for one in listed)
    path.write_text(json.dumps({"count": len(listed), key: listed}) if paged else lines, encoding="utf-8")
    reader = import_module(f"flows.sources.{name}")
    document = strict_yaml.load(CASES / name / home / "settings.yaml")
    made = reader.settings(document.value or {}, document.where)
    rows: dict[str, list[dict]] = {}
    for chunk in reader.read(SourceFile(path, path.name, "f", name, "s", "UTC"), made):
        for table, batches in chunk.tables.items():
            rows.setdefault(table, []).extend(row for batch in batches for row in batch.to_pylist())
    return {table: [{k: v for k, v in row.items() if k != "file_id"} for row in found] for table, found in rows.items()}


def needed(connection, tables):
    """The models these tables are made by, in order; the views of stored tables are made on the way."""
    models = {name: model for name, model in all_models().items() if model.schema == "core"}
    build.current_views(connection, taken=set(models))
    wanted = {f"core.{table}" for table in tables} & models.keys()
    while more := {one for name in wanted for one in references(connection, models[name].sql)} & models.keys() - wanted:
        wanted |= more
    return ordered(connection, {name: models[name] for name in wanted})


def asked(folder, nights, tables):
    """Load nights, each a list of files, each (case, records, whether it is a page); return what people query."""
    with work(folder) as connection:
        for night, files in enumerate(nights, start=1):
            deliver(
                connection,
                night,
                {f"{night}-{at}": read(folder, f"{night}-{at}", *one) for at, one in enumerate(files)},
            )
        for model in needed(connection, tables):
            build.create(connection, model, {})
        out = {}
        for table in tables:
            result = connection.execute(f"SELECT * FROM core.{table}")
            names = [column[0] for column in result.description]
            found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
            out[table] = sorted(({k: v for k, v in row.items() if k not in PLACE} for row in found), key=str)
        return out


@st.composite
def deliveries(draw, listed):
    """Every record at least once, in files of one format, over up to three nights, in any order."""
    order = draw(st.permutations(listed + draw(st.lists(st.sampled_from(listed), max_size=6))))
    nights: list[list] = [[] for _ in range(draw(st.integers(1, 3)))]
    while order:
        taken, order = order[: (count := draw(st.integers(1, 6)))], order[count:]
        files = draw(st.sampled_from(nights))
        for case in dict.fromkeys(one[:3] for one in taken):
            files.append((case, [one[3] for one in taken if one[:3] == case], draw(st.booleans())))
    return nights


@pytest.mark.slow
@pytest.mark.parametrize(("system", "cases"), [("genesys", GENESYS), ("zendesk", ZENDESK)])
def test_any_cut_any_order_and_any_repetition_give_the_same(system, cases, tmp_path_factory):
    listed = [one for case in cases for one in records(case)]
    whole = [(case, [one[3] for one in records(case)], True) for case in cases]
    expected = asked(tmp_path_factory.mktemp("whole"), [whole], ASKED[system])
    assert all(expected.values())

    @given(deliveries(listed))
    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
    def check(nights):
        assert asked(tmp_path_factory.mktemp("cut"), nights, ASKED[system]) == expected

    check()


def test_a_ticket_of_three_exports_is_one_interaction(tmp_path):
    whole = [(case, [one[3] for one in records(case)], True) for case in ZENDESK]
    found = asked(tmp_path, [whole], ASKED["zendesk"])
    tickets = {row["source_id"]: row for row in found["interaction"]}
    assert sorted(tickets) == ["4711", "4712", "4714", "4715", "4716"]  # the deleted 4713 is none; nor is a thread
    first = tickets["4711"]
    assert (first["resolved"], first["reopened"], first["csat"], first["outcome"]) == (True, False, 1.0, "answered")
    assert first["answered_at"].isoformat()[:19] == "2026-03-02T08:20:34"
    assert [(row["leg_id"], row["agent_id"]) for row in found["leg"]] == [("s:4711/1", "a07"), ("s:4714/1", "a21")]
    threads = {row["message_id"]: row["thread_id"] for row in found["thread_message"]}
    assert threads == {
        "s:4711": "s:4711",
        "s:4711/121": "s:4711",
        "s:4711/131": "s:4711",
        "s:4711/151": "s:4711",
        "s:4712": "s:4712",
        "s:4712/211": "s:4712",
    }
    clocks = {(row["interaction_id"], row["metric"]): row for row in found["ticket_clock"]}
    waited = clocks["s:4711", "requester_wait_time"]
    assert (float(waited["clock_s"]), waited["state"], waited["is_breached"]) == (4530.0, "fulfilled", False)
    assert clocks["s:4712", "reply_time"]["is_breached"]


def test_conversations_have_the_legs_their_segments_and_metrics_tell(tmp_path):
    whole = [(case, [one[3] for one in records(case)], True) for case in GENESYS]
    found = asked(tmp_path, [whole], ASKED["genesys"])
    names = ("leg_id", "agent_id", "outcome", "ring_s", "talk_s", "hold_s", "wrap_s", "transfer", "transfer_to")
    legs = [
        tuple(float(one) if isinstance(one, Decimal) else one for one in map(row.get, names)) for row in found["leg"]
    ]
    assert sorted(legs) == [
        ("s:c-1/1", "a21", "missed", 12.0, None, None, None, None, None),
        ("s:c-1/2", "a07", "handled", 7.02, 118.88, 20.0, 24.004, "none", None),
        ("s:c-2/1", "a07", "handled", 3.0, 104.5, 30.5, 10.0, "attended", "a21"),
        ("s:c-2/2", "a21", "handled", 3.0, 162.0, 0.0, 0.0, "none", None),
        ("s:c-4/1", "a07", "handled", None, None, 0.0, 10.0, "none", None),
        ("s:c-9/1", "u-07", "handled", 3.0, 60.0, 0.0, 6.0, "queue", "q-bill"),
        ("s:c-9/2", "u-21", "handled", 6.0, 8.0, 0.0, 0.0, "none", None),
    ]
    outcomes = {row["source_id"]: (row["outcome"], row["resolved"]) for row in found["interaction"]}
    assert outcomes == {
        "c-1": ("answered", True),
        "c-2": ("answered", False),
        "c-3": ("abandoned", None),
        "c-4": ("answered", None),
        "c-9": ("answered", None),
        "c-10": (None, None),
    }
