"""The truth beside the demo adds up with an independent count of the files."""

import json
from datetime import date, timedelta
from decimal import Decimal

import demo_recount as recount
import pytest

from flows.demo import make_demo
from flows.demo.truth import COUNTS
from schemas.rules import rules
from schemas.tables import core_tables


def truth_of_days(workspace):
    out = {}
    for row in recount.rows(workspace / "truth" / "agent_day.csv"):
        row["handle_ms"] = int(Decimal(row.pop("handle_s")) * 1000)
        key = row.pop("agent_id"), date.fromisoformat(row.pop("business_date"))
        out[key] = {name: int(value) for name, value in row.items()}
    return out


def counted_days(workspace):
    found = recount.agent_days(workspace / "inbox")
    return {key: {name: counts[name] for name in COUNTS} for key, counts in found.items()}


def test_every_agent_day_is_what_the_files_say(demo):
    assert truth_of_days(demo) == counted_days(demo)


@pytest.mark.parametrize(
    "arguments",
    [
        {"days": 1, "calls_per_day": 30, "seed": 3},
        {"days": 3, "calls_per_day": 150, "seed": 1, "last_day": date(2026, 10, 26), "agents": 30},
    ],
)
def test_other_ranges_add_up_too_also_when_clocks_go_back(tmp_path, arguments):
    make_demo(tmp_path / "ws", **arguments)
    assert truth_of_days(tmp_path / "ws") == counted_days(tmp_path / "ws")


def test_exactly_the_rows_named_as_broken_are_broken(demo):
    inbox = demo / "inbox"
    parts = (recount.calls, recount.legs, recount.transcripts, recount.mails)
    found = set().union(*(part(inbox)[1] for part in parts), recount.broken_states(inbox), recount.broken_rows(inbox))
    named = {(row["file"], int(row["record_no"])) for row in recount.rows(demo / "truth" / "broken.csv")}
    assert found == named


def test_about_one_row_in_two_hundred_is_broken_and_every_kind_comes_up(demo):
    totals = json.loads((demo / "truth" / "truth.json").read_bytes())["totals"]
    kinds = {(row["file"].split("_2026")[0], row["kind"]) for row in recount.rows(demo / "truth" / "broken.csv")}
    assert 0.003 < totals["records_quarantined"] / totals["records_read"] < 0.008
    assert len(kinds) >= 12


def test_rules_named_in_the_truth_are_rules_of_the_tables_or_of_a_reader(demo):
    of_tables = {rule.name for table in core_tables().values() for rule in rules(table)}
    of_readers = {"unknown_value", "field_count", "bad_time", "bad_encoding", "bad_json", "bad_duration", "bad_number"}
    of_readers |= {"dst_gap", "missing_from"}
    named = {row["rule"] for row in recount.rows(demo / "truth" / "broken.csv")}
    assert named <= of_tables | of_readers


def test_every_file_is_in_the_truth_and_its_records_add_up(demo):
    files = {row["file"]: row for row in recount.rows(demo / "truth" / "files.csv")}
    assert set(files) == {path.name for path in (demo / "inbox").rglob("*") if path.is_file()}
    for row in files.values():
        if row["status"] == "loaded":
            parts = sum(int(row[name]) for name in ("loaded", "quarantined", "duplicate", "ignored"))
            assert parts == int(row["read"])


def test_a_file_delivered_twice_has_the_same_bytes_under_another_name(demo):
    copy = next((demo / "inbox").glob("*_kopie.csv"))
    assert copy.read_bytes() == (demo / "inbox" / copy.name.replace("_kopie", "")).read_bytes()


def test_corrections_come_later_with_a_newer_stamp_and_change_the_outcome(demo):
    first, last = {}, {}
    for path in sorted((demo / "inbox").glob("acd_calls_????-??-??.csv")):
        for line in path.read_text(encoding="cp1252", errors="replace").splitlines()[1:]:
            fields = line.split(";")
            first.setdefault(fields[0], (path.name, line))
            last[fields[0]] = (path.name, line)
    corrected = [name for name in first if name and first[name][0] < last[name][0] and "nachgetragen" in last[name][1]]
    known = recount.calls(demo / "inbox")[0]
    assert len(corrected) >= 5
    assert all(known[name]["resolved"] is not None for name in corrected)


def test_what_was_said_is_noted_for_every_known_leg_of_a_usable_transcript(demo):
    good_legs = recount.legs(demo / "inbox")[0]
    texts = recount.transcripts(demo / "inbox")[0]
    expected = {(call, number) for call, number in good_legs if call in texts and good_legs[call, number]["answered"]}
    noted = {(row["call"], int(row["leg_no"])) for row in recount.rows(demo / "truth" / "spoken.csv")}
    assert noted == expected


def test_first_responses_stand_with_their_threads(demo):
    mails = recount.mails(demo / "inbox")[0]
    rows = recount.rows(demo / "truth" / "threads.csv")
    assert len(rows) == len(recount.threads(mails))
    for row in rows:
        asked = mails[f"<{row['message_id']}>"]
        took = row["first_response_s"] and timedelta(seconds=int(row["first_response_s"]))
        assert not took or asked["sent"] + took in {mail["sent"] for mail in mails.values() if mail["ours"]}
    assert 0.5 < sum(bool(row["first_response_s"]) for row in rows) / len(rows) < 0.95
