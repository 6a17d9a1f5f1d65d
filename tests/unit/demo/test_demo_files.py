"""The demo's files: the same for the same seed, believable in their times, invented throughout."""

import json
import re
from datetime import date, timedelta
from itertools import pairwise

import demo_recount as recount
import pytest

from flows.demo import make_demo
from flows.demo.customers import BRITISH_RANGES, GERMAN_RANGES
from schemas.errors import UsageError


def content(workspace):
    return {
        str(path.relative_to(workspace)): path.read_bytes() for path in sorted(workspace.rglob("*")) if path.is_file()
    }


def small(path, **arguments):
    make_demo(path, **({"days": 2, "calls_per_day": 40} | arguments))
    return path


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    assert content(small(tmp_path / "a")) == content(small(tmp_path / "b"))


def test_another_seed_gives_other_files(tmp_path):
    one, other = content(small(tmp_path / "a", seed=1)), content(small(tmp_path / "b", seed=2))
    same = {name for name in one if one[name] == other.get(name) and name.startswith("inbox")}
    # A day on which no survey is due has no survey file.
    assert {name for name in one.keys() ^ other.keys() if "survey" not in name} == set()
    # Who is coached, when and on what is planted, whatever the seed.
    assert same == {"inbox/entries/coaching-demo.jsonl"}


@pytest.mark.parametrize(
    "wrong", [{"agents": 9}, {"days": 0}, {"calls_per_day": 0}], ids=["few agents", "no days", "no calls"]
)
def test_numbers_that_give_no_centre_are_refused_before_anything_is_written(tmp_path, wrong):
    with pytest.raises(UsageError):
        make_demo(tmp_path / "ws", **wrong)
    assert not (tmp_path / "ws").exists()


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        make_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_one_call_on_one_day_is_a_demo_too(tmp_path):
    summary = make_demo(tmp_path / "ws", days=1, calls_per_day=1, agents=10)
    assert summary.calls in (0, 1)  # the one row may be the broken one
    assert (tmp_path / "ws" / "truth" / "truth.json").exists()


def test_calls_surround_the_lost_hour_and_none_is_in_it(demo):
    night = [
        call["began"].hour * 60 + call["began"].minute
        for call in recount.calls(demo / "inbox")[0].values()
        if call["began"].date() == date(2026, 3, 29) and call["began"].hour < 4
    ]
    assert any(minute < 120 for minute in night)
    assert any(minute >= 180 for minute in night)
    assert not any(120 <= minute < 180 for minute in night)


def test_a_call_that_lasts_through_the_lost_hour_is_as_long_as_its_leg(demo):
    good_legs = recount.legs(demo / "inbox")[0]
    known = recount.calls(demo / "inbox")[0]
    through = [call for call in known.values() if call["began"].utcoffset() != call["ended"].utcoffset()]
    assert through
    for call in through:
        leg = good_legs[call["id"], 1]
        assert leg["ended"] - leg["answered"] == timedelta(milliseconds=leg["talk_ms"] + (leg["hold_ms"] or 0))


def test_a_doubled_hour_has_no_calls(tmp_path):
    make_demo(tmp_path / "ws", days=1, calls_per_day=400, last_day=date(2026, 10, 25))
    hours = {call["began"].hour for call in recount.calls(tmp_path / "ws" / "inbox")[0].values()}
    assert not hours & {1, 2, 3}


def test_some_legs_end_on_the_day_after_the_call_began(demo):
    good_legs = recount.legs(demo / "inbox")[0]
    assert any(leg["offered"].date() < leg["ended"].date() for leg in good_legs.values())


def test_nothing_is_later_than_the_last_day(demo):
    stamps = [leg["completed"] or leg["ended"] for leg in recount.legs(demo / "inbox")[0].values()]
    stamps += [mail["sent"] for mail in recount.mails(demo / "inbox")[0].values()]
    assert max(stamp.astimezone(recount.BERLIN).date() for stamp in stamps) == date(2026, 3, 31)


def test_nobody_handles_two_calls_at_once(demo):
    by_agent = {}
    for leg in recount.legs(demo / "inbox")[0].values():
        by_agent.setdefault(leg["agent"], []).append((leg["offered"], leg["completed"] or leg["ended"]))
    for spans in by_agent.values():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_the_wait_is_what_lies_between_begin_and_answer(demo):
    for call in recount.calls(demo / "inbox")[0].values():
        *hours, minutes, seconds = (int(part) for part in call["wait"].split(":"))
        waited = timedelta(hours=sum(hours), minutes=minutes, seconds=seconds)
        until = call["answered"] or call["ended"]
        assert until.astimezone(recount.UTC) - call["began"].astimezone(recount.UTC) == waited


def test_waits_are_written_with_hours_only_where_they_have_some(demo):
    waits = {call["wait"] for call in recount.calls(demo / "inbox")[0].values()}
    assert any(wait.count(":") == 2 for wait in waits)
    assert all(not wait.startswith("0:") for wait in waits)


def test_turns_lie_in_order_within_the_talk_of_their_call(demo):
    known = recount.calls(demo / "inbox")[0]
    for call, turns in recount.transcripts(demo / "inbox")[0].items():
        stamps = [stamp for turn in turns for stamp in (turn["from"], turn["to"])]
        assert stamps == sorted(stamps)
        if call in known:
            answered = (known[call]["answered"] - known[call]["began"]).total_seconds()
            ended = known[call]["ended"].timestamp() - known[call]["began"].timestamp()
            assert answered <= stamps[0]
            assert stamps[-1] <= ended + 1


def test_turns_name_the_agent_where_a_call_was_transferred(demo):
    good_legs = recount.legs(demo / "inbox")[0]
    transferred = 0
    for call, turns in recount.transcripts(demo / "inbox")[0].items():
        handled = [leg for (of, _), leg in good_legs.items() if of == call and leg["answered"]]
        named = {turn.get("agent") for turn in turns if turn["who"] == "Agent"}
        if len(handled) > 1:
            transferred += 1
            assert named == {leg["agent"] for leg in handled}
    assert transferred >= 5


def test_transcripts_have_six_turns_or_more_and_no_open_slots(demo):
    for turns in recount.transcripts(demo / "inbox")[0].values():
        assert 6 <= len(turns) <= 2 * 26
        assert not any(re.search(r"[{}]", turn["text"]) for turn in turns)


def test_some_facts_are_unknown(demo):
    good_legs = [leg for leg in recount.legs(demo / "inbox")[0].values() if leg["answered"]]
    for name, low, high in (("wrap_ms", 0.01, 0.06), ("hold_ms", 0.005, 0.05)):
        assert low < sum(leg[name] is None for leg in good_legs) / len(good_legs) < high


def test_phone_numbers_lie_in_ranges_kept_for_films(demo):
    phones = {call["phone"] for call in recount.calls(demo / "inbox")[0].values()}
    assert all(phone.startswith(GERMAN_RANGES + BRITISH_RANGES) for phone in phones)


def test_addresses_are_of_example_domains_only(demo):
    text = b"".join(path.read_bytes() for path in (demo / "inbox").glob("*.mbox")).decode("latin-1")
    hosts = {host.lower() for host in re.findall(r"@([\w.-]+)", text)}
    assert hosts == {"demo.example.org", "example.net", "mail.example.net"}


def test_mails_hold_machines_quotes_tickets_and_both_languages(demo):
    found = recount.mails(demo / "inbox")[0].values()
    text = b"".join(path.read_bytes() for path in (demo / "inbox").glob("*.mbox"))
    assert any(mail["machine"] and mail["ours"] for mail in found)
    assert any(mail["ticket"] for mail in found)
    assert b"multipart/report" in text
    assert text.count(b"Content-Language: de") > text.count(b"Content-Language: en") > 0


def test_the_memory_does_not_grow_with_the_days(tmp_path):
    import tracemalloc

    def peak(days):
        tracemalloc.start()
        make_demo(tmp_path / str(days), days=days, calls_per_day=60)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(2)  # what is loaded once
    assert peak(24) < 1.6 * peak(8)


def test_the_truth_says_what_its_numbers_mean(demo):
    facts = json.loads((demo / "truth" / "truth.json").read_bytes())
    assert facts["parameters"]["seed"] == 7
    assert {"handle_s", "handled_legs", "files", "spoken"} <= facts["definitions"].keys()
