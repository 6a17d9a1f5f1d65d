from __future__ import annotations

import itertools

import pytest
from warehouse_kit import at, deliver, work


def call(**own):
    return {
        "interaction_id": "acd:1",
        "source_id": "1",
        "channel": "voice",
        "started_at": at(8),
        "resolved": True,
        **own,
    }


def current(connection, columns="resolved, version"):
    query = f"SELECT {columns} FROM history.interaction WHERE superseded_seq IS NULL ORDER BY ALL"
    return connection.execute(query).fetchall()


@pytest.fixture
def con(tmp_path):
    with work(tmp_path) as connection:
        yield connection


def test_the_same_record_again_changes_nothing(con):
    deliver(con, 1, {"f1": {"interaction": [call()]}})
    merged, fresh = deliver(con, 2, {"f2": {"interaction": [call()]}})
    assert (merged["interaction"].staged, merged["interaction"].fresh, fresh) == (1, 0, set())
    assert con.execute("SELECT count(*) FROM history.interaction").fetchone() == (1,)


def test_an_exact_duplicate_in_one_file_is_stored_once(con):
    merged, fresh = deliver(con, 1, {"f1": {"interaction": [call(), call()]}})
    assert (merged["interaction"].staged, merged["interaction"].fresh) == (2, 1)
    assert fresh == {("f1", 1)}


def test_a_correction_adds_a_version_and_keeps_the_old_one(con):
    deliver(con, 1, {"f1": {"interaction": [call(updated_at=at(9))]}})
    deliver(con, 2, {"f2": {"interaction": [call(updated_at=at(10), resolved=False)]}})
    assert current(con) == [(False, 2)]
    old = (
        "SELECT resolved FROM history.interaction WHERE run_seq <= 1 AND (superseded_seq IS NULL OR superseded_seq > 1)"
    )
    assert con.execute(old).fetchall() == [(True,)]


def test_a_stamped_correction_that_arrives_first_still_wins(con):
    deliver(con, 1, {"f2": {"interaction": [call(updated_at=at(10), resolved=False)]}})
    deliver(con, 2, {"f1": {"interaction": [call(updated_at=at(9))]}})
    assert current(con, "resolved") == [(False,)]
    assert con.execute("SELECT count(*) FROM history.interaction WHERE superseded_seq = run_seq").fetchone() == (1,)


def test_unstamped_corrections_follow_the_order_of_arrival(con):
    deliver(con, 1, {"f1": {"interaction": [call()]}})
    deliver(con, 2, {"f2": {"interaction": [call(resolved=None)]}})
    assert current(con) == [(None, 2)]


def test_two_versions_in_one_file_are_both_kept(con):
    rows = [call(updated_at=at(10), resolved=False), call(updated_at=at(9))]
    _, fresh = deliver(con, 1, {"f1": {"interaction": rows}})
    assert fresh == {("f1", 1), ("f1", 2)}
    assert current(con, "resolved") == [(False,)]


def test_null_and_empty_text_are_different_content(con):
    deliver(con, 1, {"f1": {"interaction": [call(disposition=None, topic="a")]}})
    merged, _ = deliver(con, 2, {"f2": {"interaction": [call(disposition="", topic="a")]}})
    assert merged["interaction"].fresh == 1


def test_a_unit_with_an_unknown_key_part_is_still_recognised(con):
    state = {"agent_id": "a1", "queue": None, "state": "pause", "started_at": at(8)}
    deliver(con, 1, {"f1": {"agent_state": [state]}})
    merged, fresh = deliver(con, 2, {"f2": {"agent_state": [state]}})
    assert (merged["agent_state"].fresh, fresh) == (0, set())
    deliver(con, 3, {"f3": {"agent_state": [state | {"ended_at": at(9)}]}})
    assert con.execute("SELECT ended_at FROM history.agent_state WHERE superseded_seq IS NULL").fetchall() == [(at(9),)]


def turn(seq, text, record_no=None, **own):
    row = {"interaction_id": "acd:1", "seq": seq, "speaker": "agent", "text": text, **own}
    return row | ({"record_no": record_no} if record_no else {})


def turns(connection):
    query = "SELECT seq, text FROM history.utterance WHERE superseded_seq IS NULL ORDER BY seq"
    return connection.execute(query).fetchall()


def test_a_corrected_transcript_replaces_all_turns_of_the_old_one(con):
    old = [turn(1, "Hallo", 1), turn(2, "ja", 1), turn(3, "Tschüss", 1)]
    deliver(con, 1, {"f1": {"utterance": old}})
    deliver(con, 2, {"f2": {"utterance": [turn(1, "Hallo", 1), turn(2, "nein", 1)]}})
    assert turns(con) == [(1, "Hallo"), (2, "nein")]
    assert con.execute("SELECT count(*) FROM history.utterance").fetchone() == (5,)


def test_two_transcripts_of_one_call_in_one_file_are_two_versions(con):
    rows = [turn(1, "a", 1), turn(2, "b", 1), turn(1, "c", 2), turn(2, "d", 2)]
    deliver(con, 1, {"f1": {"utterance": rows}})
    assert turns(con) == [(1, "c"), (2, "d")]


def test_a_transcript_with_one_turn_per_record_is_one_unit(con):
    rows = [turn(1, "a", 1), turn(2, "b", 2)]
    _, fresh = deliver(con, 1, {"f1": {"utterance": rows}})
    assert turns(con) == [(1, "a"), (2, "b")]
    assert fresh == {("f1", 1), ("f1", 2)}
    _, fresh = deliver(con, 2, {"f2": {"utterance": rows}})
    assert fresh == set()


def test_the_result_does_not_depend_on_the_order_of_stamped_deliveries(tmp_path):
    versions = [
        call(updated_at=at(9)),
        call(updated_at=at(10), resolved=False),
        call(updated_at=at(10), resolved=None),
    ]
    seen = set()
    for number, order in enumerate(itertools.permutations(versions)):
        with work(tmp_path / str(number)) as connection:
            for run_seq, row in enumerate(order, start=1):
                deliver(connection, run_seq, {f"f{run_seq}": {"interaction": [row]}})
            seen.add(tuple(current(connection, "resolved, disposition, updated_at")))
    assert len(seen) == 1
