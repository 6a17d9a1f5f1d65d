"""From files of Amazon Connect to what people query: chains, legs, transcripts, states and evaluations together."""

from __future__ import annotations

import json
from datetime import date

import pytest
from connect_kit import DOCUMENTS, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warehouse_kit import deliver, work

from warehouse.build import build

PLACE = {"source", "file_id", "record_no", "byte_start", "byte_end", "version", "run_seq", "updated_at"}


def core(folder, nights):
    """Load nights, each a list of files, each (format, JSON documents); return the rows people query, by table."""
    path = folder / "input.json"
    with work(folder) as connection:
        for number, files in enumerate(nights, start=1):
            read = {}
            for at, (name, documents) in enumerate(files):
                content = b"".join(json.dumps(one).encode() for one in documents)
                made = rows(path, name, content)
                read[f"{number}-{at}"] = {
                    table: [{key: value for key, value in row.items() if key != "file_id"} for row in found]
                    for table, found in made.items()
                }
            deliver(connection, number, read)
        build(connection, ("core",), business_date=date(2026, 3, 31), site_timezone="Europe/Berlin")
        tables = ("interaction", "leg", "utterance", "turn", "agent_state", "conversation_fact", "evaluation")
        out = {}
        for table in tables:
            result = connection.execute(f"SELECT * FROM core.{table}")
            names = [column[0] for column in result.description]
            found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
            bare = [{key: value for key, value in row.items() if key not in PLACE} for row in found]
            out[table] = sorted(bare, key=str)
        return out


def nights(documents):
    """Every document in a file and a night of its own."""
    return [[(name, [document])] for name, document in documents]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return core(tmp_path_factory.mktemp("whole"), nights(DOCUMENTS))


def some(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_a_transferred_call_is_one_interaction_with_two_legs(whole):
    interactions = some(whole["interaction"], "interaction_id", "outcome", "queue", "direction", "parent_id")
    assert interactions == [
        ("s:a", "answered", "DE", "inbound", None),
        ("s:c", "abandoned", "DE", "inbound", "s:a"),
    ]
    legs = some(whole["leg"], "leg_id", "agent_id", "talk_s", "transfer", "transfer_to")
    assert [(one, two, int(three), four, five) for one, two, three, four, five in legs] == [
        ("s:a/1", "a1", 61, "queue", "Bill"),
        ("s:a/2", "a2", 60, "none", None),
    ]


def test_the_words_of_a_transferred_call_are_put_to_the_agent_who_said_them(whole):
    turns = some(whole["turn"], "leg_id", "turn_no", "speaker", "text", "start_ms")
    assert sorted(turns) == [
        ("s:a/1", 1, "agent", "Hallo", 0),
        ("s:a/1", 2, "customer", "Ich bin [PII]", 700),
        ("s:a/2", 1, "agent", "Rechnung", 0),
        ("s:a/2", 2, "customer", "Danke", 800),
    ]


def test_facts_and_answers_know_their_leg_and_its_agent(whole):
    facts = some(whole["conversation_fact"], "contact_id", "interaction_id", "leg_id", "output", "value")
    assert sorted(facts) == [("s:a", "s:a", "s:a/1", "redacted", 9008.0), ("s:b", "s:a", "s:a/2", "raw", 9003.0)]
    assert some(whole["evaluation"], "leg_id", "agent_id", "answer") == [
        ("s:a/2", "a2", "gut"),
        ("s:a/2", "a2", "ja"),
    ]


def test_states_follow_each_other_until_the_log_out(whole):
    states = sorted(
        (row["started_at"].strftime("%H:%M"), row["state"], row["reason"], f"{row['ended_at']:%H:%M}")
        for row in whole["agent_state"]
    )
    assert [(state, reason, end) for _, state, reason, end in states] == [
        ("available", None, "08:00"),
        ("login", None, "08:30"),
        ("contact", None, "08:05"),
        ("wrap", None, "08:06"),
        ("pause", "Lunch", "08:30"),
    ]


@st.composite
def deliveries(draw):
    """The documents in any order, some twice, cut into files and nights anyhow."""
    again = draw(st.lists(st.sampled_from(DOCUMENTS), max_size=4))
    order = draw(st.permutations(DOCUMENTS + again))
    out, files = [], []
    for name, document in order:
        if files and files[-1][0] == name and draw(st.booleans()):
            files[-1][1].append(document)
        else:
            files.append((name, [document]))
        if draw(st.integers(0, 3)) == 0:
            out.append(files)
            files = []
    return [*out, files] if files else out


def test_the_other_way_round_and_twice_gives_the_same_rows(whole, tmp_path):
    found = core(tmp_path, [[(name, [one, one]) for name, one in reversed(DOCUMENTS)], *nights(DOCUMENTS[:3])])
    assert json.dumps(found, default=str) == json.dumps(whole, default=str)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries())
def test_any_order_and_any_split_of_the_deliveries_gives_the_same_rows(whole, tmp_path_factory, delivered):
    found = core(tmp_path_factory.mktemp("any"), delivered)
    for table in whole:
        assert json.dumps(found[table], default=str) == json.dumps(whole[table], default=str), table
