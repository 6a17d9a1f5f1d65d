"""The demo centre's night finds what was put in, number by number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from night_kit import copy_of, dump, query, run_night, truth

pytestmark = pytest.mark.slow


def test_every_file_ends_as_the_truth_says(demo_night):
    workspace, report = demo_night
    assert report.status == "ok"
    names = ("status", "records_read", "records_loaded", "records_quarantined", "records_duplicate", "records_ignored")
    rows = query(workspace, f"SELECT file_name, {', '.join(names)} FROM ops.file_ledger")
    found = {row[0].rpartition("/")[2]: row[1:] for row in rows}
    for row in truth(workspace, "files"):
        if row["status"] == "duplicate":
            assert found[row["file"]][0] == "duplicate"
        else:
            counts = tuple(int(row[name]) for name in ("read", "loaded", "quarantined", "duplicate", "ignored"))
            assert found[row["file"]] == (row["status"], *counts), row["file"]


def test_every_broken_row_is_in_quarantine_with_its_rule_and_its_text(demo_night):
    workspace, _ = demo_night
    rows = query(workspace, "SELECT file_name, record_no, rules::VARCHAR, raw FROM ops.quarantine")
    found = {(name, number): (rules, raw) for name, number, rules, raw in rows}
    wanted = {(row["file"], int(row["record_no"])): row["rule"] for row in truth(workspace, "broken")}
    wanted = {place: rule for place, rule in wanted.items() if "duplicate" not in rule}
    assert set(found) == set(wanted)
    for place, rule in wanted.items():
        assert f'"{rule}"' in found[place][0], place
        assert found[place][1]


def test_agent_days_equal_the_truth_to_the_millisecond(demo_night):
    workspace, _ = demo_night
    rows = query(
        workspace,
        "SELECT agent_id, business_date::VARCHAR, legs, handle_n, handle_total_s, missed, resolved_n, "
        "resolution_n - resolved_n, resolution_unknown_n, first_response_n FROM agent_day",
    )
    found = {row[:2]: row[2:] for row in rows}
    for row in truth(workspace, "agent_day"):
        legs, handle_n, total, missed, resolved, unresolved, unknown, responses = found[
            (row["agent_id"], row["business_date"])
        ]
        assert legs == int(row["handled_legs"]) + int(row["mail_legs"])
        assert handle_n == int(row["legs_with_handle_time"])
        assert (total or 0) == Decimal(row["handle_s"])
        assert missed == int(row["missed_legs"])
        assert (resolved, unresolved) == (int(row["resolved"]), int(row["unresolved"]))
        assert unknown == int(row["unknown"]) + int(row["mail_threads"])
        assert responses == int(row["first_responses"])


def test_first_responses_equal_the_truth(demo_night):
    workspace, _ = demo_night
    found = dict(query(workspace, "SELECT entity_id, value FROM metric.first_response_s WHERE state = 'counted'"))
    wanted = {
        f"mail:{r['message_id']}": float(r["first_response_s"])
        for r in truth(workspace, "threads")
        if r["first_response_s"]
    }
    assert found == wanted


QUESTIONS = ("greeting", "own_name", "recording_notice", "identity_check", "recap", "anything_else", "farewell")


def test_policies_hear_what_was_said(demo_night):
    """Every behaviour spoken in a transcript is found, and none that was not; said of both languages."""
    workspace, _ = demo_night
    answers = query(workspace, "SELECT leg_id, question_id, outcome FROM qa.answer WHERE outcome IN ('pass', 'fail')")
    heard = {(leg, question): outcome == "pass" for leg, question, outcome in answers}
    right = wrong = 0
    mistakes = []
    for row in truth(workspace, "spoken"):
        for question in QUESTIONS:
            said = row["goodbye" if question == "farewell" else question]
            key = (f"acd:{row['call']}/{row['leg_no']}", question)
            if said == "" or key not in heard:
                continue
            if heard[key] == (said == "1"):
                right += 1
            else:
                wrong += 1
                mistakes.append((key, said))
    assert right > 1000
    assert wrong / (right + wrong) <= 0.01, mistakes[:20]


def test_what_agents_did_and_were_planned_to_do_equals_the_truth_to_the_millisecond(demo_night):
    workspace, _ = demo_night
    names = ("logged_in_s", "available_s", "on_contact_s", "wrap_s", "pause_s", "scheduled_s", "conforming_s")
    rows = query(
        workspace,
        f"SELECT agent_id, on_date::VARCHAR, occupancy, utilisation, conformance, {', '.join(names)} "
        "FROM mart.agent_activity_day WHERE open_spans = 0",
    )
    found = {row[:2]: row[2:] for row in rows}
    wanted = truth(workspace, "activity_day")
    assert len(wanted) > 50
    for row in wanted:
        occupancy, utilisation, conformance, *lasted = found[row["agent_id"], row["on_date"]]
        login, available, on_contact, _, _, scheduled, conforming = (Decimal(row[name]) for name in names)
        assert [value or 0 for value in lasted] == [Decimal(row[name]) for name in names], row
        assert occupancy == pytest.approx(float(on_contact / (on_contact + available)))
        assert utilisation == pytest.approx(float(on_contact / login))
        if scheduled:
            assert conformance == pytest.approx(float(conforming / scheduled))


def test_service_levels_equal_the_truth(demo_night):
    workspace, _ = demo_night
    counts = ("received", "answered", "abandoned", "timeout", "answered_within", "abandoned_within")
    rows = query(
        workspace,
        f"SELECT queue, on_date::VARCHAR, sl_f4, wait_mean_s, {', '.join(counts)} FROM mart.queue_day "
        "WHERE channel = 'voice'",
    )
    found = {row[:2]: row[2:] for row in rows}
    wanted = truth(workspace, "queue_day")
    assert {(row["queue"], row["on_date"]) for row in wanted} == set(found)
    for row in wanted:
        level, wait, *numbers = found[row["queue"], row["on_date"]]
        received, answered, abandoned, _, within, gone_within = (int(row[name]) for name in counts)
        assert numbers == [int(row[name]) for name in counts], row
        assert level == pytest.approx(within / (answered + abandoned - gone_within))
        assert wait == pytest.approx(int(row["wait_s"]) / received)


def test_queues_have_the_service_levels_of_the_configuration(demo_night):
    workspace, _ = demo_night
    rows = query(workspace, "SELECT queue, answer_within_s, calendar FROM core.queue_target ORDER BY queue")
    found = {queue: (within, calendar) for queue, within, calendar in rows}
    assert found["complaints"][0] == 60
    assert found["mail_service"][1] == "berlin"


def test_every_answer_of_a_customer_is_found_and_everybody_who_gave_none(demo_night):
    workspace, _ = demo_night
    rows = query(
        workspace,
        "SELECT channel, question, sum(asked_n), sum(answered_n), sum(n), sum(mean * n) "
        "FROM mart.customer_voice WHERE period = 'day' AND channel IN ('phone', 'email') GROUP BY ALL",
    )
    found = {row[:2]: row[2:] for row in rows}
    wanted: dict[tuple[str, str], list[int]] = {}
    for row in truth(workspace, "surveys"):
        counts = wanted.setdefault((row["channel"], row["question"]), [0, 0, 0, 0])
        for at, more in enumerate((1, int(row["answered"]), bool(row["value"]), int(row["value"] or 0))):
            counts[at] += more
    assert set(wanted) == {("phone", "csat"), ("phone", "nps"), ("email", "csat"), ("email", "ces")}
    for key, counts in wanted.items():
        assert list(found[key]) == pytest.approx(counts), key


def test_the_planted_agents_are_found_and_nobody_else(demo_night):
    workspace, _ = demo_night
    rows = query(
        workspace,
        "SELECT agent_id, question_id, avg((outcome = 'fail')::INT) FROM qa.answer "
        "JOIN qa.score USING (leg_id, policy_id) WHERE outcome IN ('pass', 'fail') GROUP BY ALL HAVING count(*) >= 10",
    )
    share = {(agent, question): value for agent, question, value in rows}
    assert share["a02", "recording_notice"] > 0.4
    assert share["a04", "anything_else"] > 0.8
    others = [v for (agent, q), v in share.items() if q == "recording_notice" and agent != "a02"]
    assert max(others) < 0.25
    others = [v for (agent, q), v in share.items() if q == "anything_else" and agent != "a04"]
    assert max(others) < 0.4


def test_the_same_night_again_changes_nothing_but_the_ledger(demo_night, tmp_path):
    workspace, _ = demo_night
    again = copy_of(workspace, tmp_path / "again")
    before = dump(again)
    report = run_night(again)
    assert report.records["read"] == 0
    assert dump(again) == before
    assert query(again, "SELECT count(*) FROM ops.run") == [(2,)]


def test_every_lost_point_has_evidence(demo_night):
    workspace, _ = demo_night
    assert query(workspace, "SELECT count(*) FROM mart.lost_point")[0][0] > 50
    assert query(workspace, "SELECT count(*) FROM mart.lost_point WHERE evidence IS NULL") == [(0,)]


def test_every_stored_score_can_be_computed_again(demo_night):
    from night_kit import published

    from qa.explain import explain

    workspace, _ = demo_night
    with published(workspace) as connection:
        legs = [
            leg
            for (leg,) in connection.execute("SELECT leg_id FROM qa.score ORDER BY hash(leg_id) LIMIT 60").fetchall()
        ]
        for leg in legs:
            explain(connection, leg)  # raises when a number differs
