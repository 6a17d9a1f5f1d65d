"""The state machine of calls, shown with made-up calls of known truth in every order a log may have."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from queue_kit import MODELS, calls, derive, derived, in_order, read_logs

QUICK = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(made=calls(), seed=st.randoms(use_true_random=False))
def test_calls_are_found_again_in_any_order_of_the_events_of_a_second(made, seed, tmp_path_factory):
    lines = [line for call, _ in made for line in call]
    seed.shuffle(lines)
    connection = derive(read_logs(tmp_path_factory.mktemp("log"), [in_order(lines)]))
    for _, truth in made:
        call = f"pbx:{truth['call']}"
        visits = connection.execute(
            "SELECT queue, queue_s::INT, outcome FROM core.queue_call WHERE interaction_id = ?", [call]
        ).fetchall()
        assert sorted(visits, key=repr) == sorted(truth["visits"], key=repr)
        talks = connection.execute(
            "SELECT agent_id, queue, talk_s::INT FROM core.queue_leg WHERE interaction_id = ? AND outcome = 'handled'",
            [call],
        ).fetchall()
        assert sorted(talks) == sorted(truth["talks"])
        query = "SELECT count(*) FROM core.queue_leg WHERE interaction_id = ? AND outcome = 'missed'"
        assert connection.execute(query, [call]).fetchone() == (truth["missed"],)


@QUICK
@given(made=calls(), at=st.integers(0, 40), late_first=st.booleans())
def test_any_split_of_a_log_into_two_files_in_any_order_gives_the_same_rows(made, at, late_first, tmp_path_factory):
    lines = in_order([line for call, _ in made for line in call])
    folder = tmp_path_factory.mktemp("log")
    rows = read_logs(folder, [lines])
    parts = [lines[at:], lines[:at]] if late_first else [lines[:at], lines[at:]]
    if not any(row["repeat_no"] > 1 for row in rows):  # a repeat in the next file cannot be told from an overlap
        again = read_logs(folder, parts)
        assert_same(derive(rows), derive(again))


@QUICK
@given(made=calls(), start=st.integers(0, 20), length=st.integers(0, 20))
def test_a_stretch_delivered_twice_changes_nothing(made, start, length, tmp_path_factory):
    lines = in_order([line for call, _ in made for line in call])
    folder = tmp_path_factory.mktemp("log")
    whole = read_logs(folder, [lines])
    assert_same(derive(whole), derive(read_logs(folder, [lines, lines[start : start + length]])))


@QUICK
@given(made=calls(), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_events_of_a_second_changes_nothing(made, seed, tmp_path_factory):
    lines = [line for call, _ in made for line in call]
    folder = tmp_path_factory.mktemp("log")
    before = derive(read_logs(folder, [in_order(lines)]))
    seed.shuffle(lines)
    assert_same(before, derive(read_logs(folder, [in_order(lines)])))


def assert_same(one, other):
    for name in MODELS:
        assert derived(one, name) == derived(other, name), name
