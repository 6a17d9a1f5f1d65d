"""However the records of an exchange are spread over files, calls and legs come out the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telephony_kit import derive, read, without_places

from schemas import strict_yaml

CASES = Path(__file__).resolve().parents[2] / "sources"
SLOW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FILES = {
    "asterisk_cdr": "master_with_new_columns",
    "asterisk_cel": "bridges",
    "freeswitch_json": "call_center",
    "freeswitch_csv": "own_template",
}


def lines_of(name):
    case = CASES / name / FILES[name]
    paths = [path for path in sorted(case.glob("*.*")) if path.suffix != ".yaml"]
    lines = [line for path in paths for line in path.read_bytes().splitlines(keepends=True)]
    return lines, strict_yaml.load(case / "settings.yaml").value


@cache
def at_once(name, folder):
    """What comes of a fixture delivered as one file."""
    lines, raw = lines_of(name)
    path = folder / name
    path.write_bytes(b"".join(lines))
    return derive([read(name, path, raw)[1]])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("at_once")


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
@SLOW
def test_order_splitting_and_overlap_of_files_change_nothing(name, data, home, tmp_path_factory):
    lines, raw = lines_of(name)
    folder = tmp_path_factory.mktemp("files")
    where = data.draw(st.lists(st.integers(0, 2), min_size=len(lines), max_size=len(lines)))
    twice = data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=4))
    order = data.draw(st.permutations([*range(len(lines)), *twice]))
    parts = []
    for number in range(3):
        part = [
            lines[at] for place, at in enumerate(order) if where[(at + (place >= len(lines))) % len(where)] == number
        ]
        if part:
            parts.append(folder / f"part{number}")
            parts[-1].write_bytes(b"".join(part))
    expected = at_once(name, home)
    found = derive([read(name, path, raw)[1] for path in parts])
    for model, rows in expected.items():
        if model.startswith(("call_record_leg", "call_record_int", "channel_leg", "channel_int")):
            assert rows
        assert without_places(found[model]) == without_places(rows), model


def test_a_call_that_waits_in_a_queue_of_local_channels_has_the_agents_own_talk(home):
    made = at_once("asterisk_cdr", home)
    calls = {
        row["called_by"]: row
        for row in ({**row, "called_by": row["source_id"]} for row in made["call_record_interaction"])
    }
    assert len(calls) == 4
    legs = [row for row in made["call_record_leg"] if row["queue"] == "hotline"]
    assert [(leg["agent_id"], leg["outcome"], leg["talk_s"], leg["ring_s"]) for leg in legs] == [
        ("17", "missed", None, 12),
        ("a21", "handled", 224, 7),
    ]
    assert sorted((row["direction"], row["outcome"]) for row in made["call_record_interaction"]) == [
        ("inbound", "answered"),
        ("inbound", "voicemail"),
        ("internal", "answered"),
        ("outbound", "answered"),
    ]


def test_the_agents_leg_of_a_queue_knows_hold_and_the_callers_does_not_count_again(home):
    made = at_once("freeswitch_json", home)
    first = [row for row in made["call_record_leg"] if row["interaction_id"] == "pbx:m-1"]
    told = [(leg["agent_id"], leg["outcome"], leg["talk_s"], leg["hold_s"], leg["hangup_by"]) for leg in first]
    assert [tuple(map(str, one)) for one in told] == [
        ("a17", "missed", "None", "None", "None"),
        ("a21", "handled", "209.650", "15.250", "customer"),
    ]
    outcomes = {row["source_id"]: (row["outcome"], str(row["queue_s"])) for row in made["call_record_interaction"]}
    assert outcomes == {
        "m-1": ("answered", "21.000"),
        "m-2": ("abandoned", "40.000"),
        "m-3": ("timeout", "60.000"),
    }


def test_talk_of_events_is_the_time_two_channels_shared_a_bridge(home):
    made = at_once("asterisk_cel", home)
    told = [
        (leg["agent_id"], str(leg["talk_s"]), str(leg["ring_s"]), leg["transfer"], leg["transfer_to"], leg["hangup_by"])
        for leg in made["channel_leg"]
    ]
    assert told == [
        ("17", "None", "5.000", None, None, None),
        ("a21", "42.200", "7.500", "blind", "610", "agent"),
    ]
    (call,) = made["channel_interaction"]
    assert (str(call["queue_s"]), str(call["ivr_s"]), call["outcome"], call["direction"]) == (
        "15.700",
        "1.900",
        "answered",
        "inbound",
    )
