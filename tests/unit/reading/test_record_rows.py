"""From fields to canonical rows: what a call becomes, and what stays unknown."""

from __future__ import annotations

import json

import pytest
from reading_kit import read_bytes

CALL = "columns: {id: id, channel: {value: voice}, started_at: at, agent: agent"
HEAD = "id,at,agent"
AT = "2026-03-02T09:00:00Z"


def legs(folder, columns, more, *rows):
    """Return (outcome of the interaction, outcomes of its legs) of one-record files."""
    out = []
    for row in rows:
        found = read_bytes(folder, f"{HEAD},{columns}\nc1,{AT},{row}\n", "csv", f"{CALL}, {more}}}")
        out.append((found["interaction"][0]["outcome"], [leg["outcome"] for leg in found["leg"]]))
    return out


def test_answered_decides_what_became_of_call_and_leg(tmp_path):
    more = "answered: {from: yn, true: [Y], false: [N]}, talk_s: talk"
    found = legs(tmp_path, "yn,talk", more, "a01,Y,10", "a01,N,", "a01,N,10", "a01,,10", "a01,,", ",N,")
    assert found == [
        ("answered", ["handled"]),
        ("abandoned", ["missed"]),
        ("abandoned", ["missed"]),  # contradicts itself: the rule missed_with_talk sets it aside
        (None, ["handled"]),  # talk proves it
        (None, [None]),  # nobody knows: the rule `required` sets it aside
        ("abandoned", []),
    ]


def test_an_outcome_of_the_contact_does_not_make_a_missed_leg_of_one_with_talk(tmp_path):
    more = "outcome: out, talk_s: talk"
    found = legs(tmp_path, "out,talk", more, "a01,answered,", "a01,abandoned,", "a01,abandoned,5", "a01,,")
    assert found == [
        ("answered", ["handled"]),
        ("abandoned", ["missed"]),
        ("abandoned", ["handled"]),
        (None, [None]),
    ]


def test_an_agent_named_by_a_source_that_says_no_more_handled_it(tmp_path):
    assert legs(tmp_path, "q", "queue: q", "a01,support", ",support") == [(None, ["handled"]), (None, [])]


def test_a_leg_begins_when_it_rings_not_when_the_customer_called(tmp_path):
    content = (
        f"{HEAD},up,ring\nc1,{AT},a01,2026-03-02T09:01:00Z,4.5\nc2,{AT},a01,2026-03-02T09:01:00Z,\nc3,{AT},a01,,\n"
    )
    found = read_bytes(tmp_path, content, "csv", f"{CALL}, answered_at: up, ring_s: ring}}")
    began = [leg["started_at"] and leg["started_at"].strftime("%H:%M:%S.%f") for leg in found["leg"]]
    assert began == ["09:00:55.500000", "09:01:00.000000", None]


def test_an_id_of_several_columns_needs_all_of_them(tmp_path):
    mapping = "columns: {id: {from: [id, line], join: '-'}, channel: {value: voice}, started_at: at}"
    found = read_bytes(tmp_path, f"id,line,at\n7,A1,{AT}\n7,,{AT}\n", "csv", mapping)
    assert [row["interaction_id"] for row in found["interaction"]] == ["demo:7-A1"]
    assert found.rules() == [(2, "missing_id", "id + line")]


def test_no_value_is_what_the_mapping_says_it_is(tmp_path):
    mapping = f"null_values: [n/a]\n{CALL}, queue: {{from: q, null_if: [NONE]}}, talk_s: t}}"
    content = f"{HEAD},q,t\nc1,{AT},n/a,NONE,n/a\nc2,{AT},NONE, x ,0\n"
    found = read_bytes(tmp_path, content, "csv", mapping)
    assert [row["queue"] for row in found["interaction"]] == [None, "x"]
    assert [(leg["agent_id"], leg["talk_s"]) for leg in found["leg"]] == [("NONE", 0)]


def test_typed_values_can_mean_nothing_too(tmp_path):
    mapping = "columns: {id: id, channel: {value: voice}, started_at: {from: at, date: epoch_s, null_if: [0, -1]}}"
    content = '{"id":"c1","at":0}\n{"id":"c2","at":-1}\n{"id":"c3","at":1}\n'
    found = read_bytes(tmp_path, content, "jsonl", mapping)
    assert [row["started_at"] is None for row in found["interaction"]] == [True, True, False]


def test_only_if_hides_a_value_but_not_a_mistake(tmp_path):
    answered = "answered: {from: yn, true: [Y], false: [N]}"
    mapping = f"{CALL}, {answered}, resolved: {{from: ok, true: [Y], false: [N], only_if: answered}}}}"
    content = f"{HEAD},yn,ok\nc1,{AT},a01,Y,N\nc2,{AT},a01,N,N\nc3,{AT},a01,,Y\nc4,{AT},a01,N,?\n"
    found = read_bytes(tmp_path, content, "csv", mapping)
    assert [row["resolved"] for row in found["interaction"]] == [False, None, None]
    assert found.rules() == [(4, "bad_bool", "ok")]


def test_every_broken_field_of_a_record_is_named_once(tmp_path):
    mapping = f"{CALL}, talk_s: t, hold_s: t, answered_at: up}}"
    found = read_bytes(tmp_path, f"{HEAD},t,up\nc1,{AT},a01,long,soon\n", "csv", mapping)
    assert sorted(found.rules()) == [(1, "bad_duration", "t"), (1, "bad_time", "up")]
    assert {row["raw"] for row in found.rejects} == {f"c1,{AT},a01,long,soon"}
    assert found.rows == {}


@pytest.mark.parametrize(("consent", "turns"), [("true", 1), ("false", 0), ("null", 0)])
def test_words_need_recorded_consent_where_the_source_has_it(tmp_path, consent, turns):
    mapping = f"{CALL}, consent: ok}}\nturns: {{from: t, speaker: s, text: x}}"
    content = f'{{"id":"c1","at":"{AT}","agent":null,"ok":{consent},"t":[{{"s":"agent","x":"Hello"}}]}}'
    found = read_bytes(tmp_path, content, "jsonl", mapping)
    assert len(found["utterance"]) == turns
    assert len(found["interaction"]) == 1
    assert "Hello" not in json.dumps(found.rejects)


def test_a_record_with_one_bad_turn_gives_no_turn_at_all(tmp_path):
    mapping = "record: utterance\ncolumns: {id: id}\nturns: {from: t, speaker: {from: s, values: {A: agent}}, text: x}"
    lines = [{"id": "c1", "t": [{"s": "A", "x": "1"}, {"s": "B", "x": "2"}]}, {"id": "c2", "t": [{"s": "A", "x": "3"}]}]
    found = read_bytes(tmp_path, "\n".join(map(json.dumps, lines)), "jsonl", mapping)
    assert [row["text"] for row in found["utterance"]] == ["3"]
    assert found.rules() == [(1, "unknown_value", "t.s")]
    assert found.rejects[0]["found"] == "B"


def test_turns_are_numbered_in_each_record_from_one(tmp_path):
    mapping = "record: utterance\ncolumns: {id: id}\nturns: {from: t, keep: {k: [y]}, speaker: {value: agent}, text: x}"
    lines = [{"id": f"c{n}", "t": [{"k": "yn"[i % 2], "x": str(i)} for i in range(2 * n)]} for n in (3, 1, 2)]
    found = read_bytes(tmp_path, "\n".join(map(json.dumps, lines)), "jsonl", mapping)
    seen = [(row["interaction_id"][-2:], row["seq"], row["text"]) for row in found["utterance"]]
    assert seen == [("c3", 1, "0"), ("c3", 2, "2"), ("c3", 3, "4"), ("c1", 1, "0"), ("c2", 1, "0"), ("c2", 2, "2")]
