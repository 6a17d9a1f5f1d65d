"""Sequence checks: the order of what was said, against a slow and obvious oracle, and the ways it can be unknown."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from judge_kit import ROOT, database, judged, outcome, phrase, policy, question, talk

from schemas.errors import PolicyError
from schemas.strict_yaml import load


@pytest.fixture
def db():
    return database()


def sequence(*expect, **more):
    return {"sequence": {"expect": list(expect)} | more}


ID = {
    "name": "identity",
    "any_of": [
        {"all_of": [phrase("account number"), phrase("pin")]},
        {"all_of": [phrase("date of birth"), phrase("maiden name")]},
    ],
}
IDENTIFIED = sequence(ID, before=phrase("your balance is"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["account number please", "and the pin", "your balance is 5"], "pass"),
        (["the pin", "account number", "your balance is 5"], "pass"),
        (["date of birth, maiden name", "your balance is 5"], "pass"),
        (["account number", "date of birth", "your balance is 5"], "fail"),
        (["account number", "your balance is 5", "the pin"], "fail"),
        (["account number", "the pin, your balance is 5"], "fail"),
        (["your balance is 5"], "fail"),
        (["account number", "pin"], "not_applicable"),
    ],
)
def test_identity_comes_before_account_data(db, tmp_path, said, expected):
    talk(db, "l", *[f"agent: {text}" for text in said])
    assert outcome(db, IDENTIFIED, tmp_path) == expected


SORRY = sequence(phrase("sorry"), after=phrase("complaint", speaker="customer"), within={"n": 3, "unit": "turns"})


@pytest.mark.parametrize(("gap", "expected"), [(0, "pass"), (2, "pass"), (3, "fail")])
def test_an_apology_follows_the_complaint_within_three_turns(db, tmp_path, gap, expected):
    talk(db, "l", "agent: sorry", "customer: complaint", *["agent: hm"] * gap, "agent: sorry", "agent: end")
    assert outcome(db, SORRY, tmp_path) == expected


@pytest.mark.parametrize(("n", "expected"), [(10, "pass"), (9, "fail")])
def test_seconds_run_from_the_begin_of_a_turn_to_the_begin_of_the_other(db, tmp_path, n, expected):
    talk(db, "l", "agent: sorry", "agent: hm", "agent: hold")
    check = sequence(phrase("sorry"), before=phrase("hold"), within={"n": n, "unit": "seconds"})
    assert outcome(db, check, tmp_path) == expected


@pytest.mark.parametrize(("occasions", "expected"), [("first", "pass"), ("every", "fail")])
def test_every_hold_may_need_its_own_permission(db, tmp_path, occasions, expected):
    talk(db, "l", "agent: may i", "agent: hold", "agent: hm", "agent: hold")
    check = sequence(phrase("may i"), before=phrase("hold"), occasions=occasions, within={"n": 1, "unit": "turns"})
    assert outcome(db, check, tmp_path) == expected


def test_a_turn_that_holds_both_counts_only_where_the_policy_says_so(db, tmp_path):
    talk(db, "l", "agent: may i put you on hold")
    check = sequence(phrase("may i"), before=phrase("hold"))
    assert outcome(db, check, tmp_path) == "fail"
    check["sequence"]["same_turn"] = True
    assert outcome(db, check, tmp_path) == "pass"


@pytest.mark.parametrize(
    ("said", "leg", "expected"),
    [
        ([("unknown", "sorry"), "agent: hold"], {}, "unknown"),
        (["agent: sorry", ("unknown", "sorry"), "agent: hold"], {}, "pass"),
        (["agent: hold", ("unknown", "sorry"), "agent: hm"], {}, "fail"),
        (["agent: ja", ("unknown", "hold")], {}, "unknown"),
        (["agent: ja", ("agent", "quoi", {"language": "fr"}), "agent: hold"], {}, "unknown"),
        (["agent: sorry", ("agent", "quoi", {"language": "fr"}), "agent: hold"], {}, "pass"),
        ([("agent", "sorry", {"confidence": 0.1}), "agent: hold"], {}, "unknown"),
        (["agent: hold"], {"text_state": "no_text"}, "unknown"),
        (["agent: sorry", "agent: hold"], {"language": "fr"}, "unknown"),
        (["customer: hold"], {}, "unknown"),
    ],
)
def test_unknown_only_where_what_cannot_be_judged_decides(db, tmp_path, said, leg, expected):
    talk(db, "l", *said, **leg)
    check = sequence(
        phrase(by_language={"de": ["sorry"]}, min_confidence=0.6), before=phrase(by_language={"de": ["hold"]})
    )
    assert outcome(db, check, tmp_path) == expected


def test_without_times_seconds_are_unknown_only_where_both_were_said_in_order(db, tmp_path):
    check = sequence(phrase("sorry"), before=phrase("hold"), within={"n": 9, "unit": "seconds"})
    for leg, said in {"both": ["sorry", "hold"], "late": ["hold", "sorry"], "no": ["sorry"]}.items():
        talk(db, leg, *[f"agent: {text}" for text in said], timed=False)
    found = judged(db, policy(tmp_path, question(check)))
    assert [found[leg, "q"]["outcome"] for leg in ("both", "late", "no")] == ["unknown", "fail", "not_applicable"]


def test_a_fail_names_the_missing_step_and_proves_the_occasion_and_the_search(db, tmp_path):
    talk(db, "l", "agent: the pin", "customer: 1", "agent: hm", "agent: your balance is 5")
    answer = judged(db, policy(tmp_path, question(IDENTIFIED)))["l", "q"]
    proof = json.loads(answer["evidence"])
    assert answer["reason"] == "not before “your balance is” in turn 4: identity"
    assert (proof["window"], proof["turns"], proof["missing"]) == ("all turns before", 3, "identity")
    assert (proof["occasion"]["turn_no"], proof["occasion"]["start_ms"]) == (4, 15000)
    assert [quote["quote"] for quote in proof["said"]] == ["the pin"]


@pytest.mark.parametrize(
    ("within", "turns"), [({"n": 2, "unit": "turns"}, 2), ({"n": 10, "unit": "seconds"}, 2), (None, 3)]
)
def test_the_evidence_counts_the_turns_that_were_searched(db, tmp_path, within, turns):
    talk(db, "l", "agent: a", "agent: b", "agent: c", "agent: hold")
    check = sequence(phrase("sorry"), before=phrase("hold"), **({"within": within} if within else {}))
    assert json.loads(judged(db, policy(tmp_path, question(check)))["l", "q"]["evidence"])["turns"] == turns


def test_a_pass_is_proved_by_the_turns_in_their_order(db, tmp_path):
    talk(db, "l", "agent: account number", "agent: pin", "agent: your balance is 5")
    proof = json.loads(judged(db, policy(tmp_path, question(IDENTIFIED)))["l", "q"]["evidence"])
    assert [(quote["turn_no"], quote["quote"]) for quote in proof] == [
        (1, "account number"),
        (2, "pin"),
        (3, "your balance is 5"),
    ]


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (sequence(phrase("a")), "one of `before` and `after`"),
        (sequence(phrase("a"), before=phrase("b"), after=phrase("c")), "one of `before` and `after`"),
        (sequence(before=phrase("b")), "`expect` names no step"),
        (sequence({}, before=phrase("b")), "a step has one of"),
        (sequence(phrase("a", absent=True), before=phrase("b")), "`absent`"),
        (sequence(phrase("a"), before={"all_of": [phrase("b")]}), "no single moment"),
        (sequence(phrase("a"), before=phrase("b"), within={"n": 0}), "at least 1"),
        (sequence(phrase("  "), before=phrase("b")), "empty pattern"),
        (sequence({"phrase": {"any": ["a"], "wen": 1}}, before=phrase("b")), "unknown key"),
    ],
)
def test_what_cannot_work_is_refused_with_its_reason(tmp_path, check, text):
    with pytest.raises(PolicyError, match=text):
        policy(tmp_path, question(check))


# The oracle: a turn is (speaker, words, time). Every reading of what cannot be judged is a world of its own, and each
# phrase of each turn that cannot be judged is read on its own.
WORDS = "abco"
TREES = [
    ("a",),
    ("a", "b"),
    (("any", "a", "b"), "c"),
    (("all", "a", "b"),),
    (("all", "a", "b"), "c"),
    (("any", ("all", "a", "b"), "c"),),
    (("all", ("any", "a", "c"), "b"), "a"),
]
TURN = st.tuples(
    st.sampled_from(["agent", "agent", "agent", "unknown", "foreign"]),
    st.sets(st.sampled_from(WORDS), max_size=3),
    st.sampled_from([0, 1, 2, 3, 5, None]),
)


def step(tree):
    if isinstance(tree, str):
        return phrase(by_language={"de": [f"wort{tree}"]})
    return {f"{tree[0]}_of": [step(one) for one in tree[1:]]}


def ends(tree, hits, allowed, after, same):
    """All turns in which a step can be complete, when it may begin after a turn."""
    if isinstance(tree, str):
        return {at for at in hits[tree] if at in allowed and (at >= after if same else at > after)}
    parts = [ends(one, hits, allowed, after, same) for one in tree[1:]]
    if tree[0] == "any":
        return set().union(*parts)
    return {max(chosen) for chosen in itertools.product(*parts)}


def satisfied(trees, hits, at, times, side, within, same):
    def near(other):
        if not ((other < at if side == "before" else other > at) or (same and other == at)):
            return False
        if within is None:
            return True
        if within["unit"] == "turns":
            return abs(at - other) <= within["n"]
        gap = times[at] - times[other] if side == "before" else times[other] - times[at]
        return gap <= within["n"]

    reached = {-1}
    for tree in trees:
        allowed = {other for other in range(len(times)) if near(other)}
        reached = {end for after in reached for end in ends(tree, hits, allowed, after, same)}
    return bool(reached)


def worlds(turns, used, seconds):
    cells, times = [], []
    for speaker, words, begin in turns:
        for word in used:
            maybe = speaker == "foreign" or (speaker == "unknown" and word in words)
            cells.append([True, False] if maybe else [word in words])
        times.append([begin] if begin is not None or not seconds else [-1000, 1, 1000])
    for chosen in itertools.product(*cells):
        hits = {w: [at for at in range(len(turns)) if chosen[at * len(used) + n]] for n, w in enumerate(used)}
        for clock in itertools.product(*times):
            yield hits, clock


def expected(trees, turns, side, within, occasions, same):
    used = [word for word in WORDS if word == "o" or f"'{word}'" in repr(trees)]
    found = set()
    for hits, times in worlds(turns, used, within is not None and within["unit"] == "seconds"):
        asked = hits["o"][:1] if occasions == "first" else hits["o"]
        good = [satisfied(trees, hits, at, times, side, within, same) for at in asked]
        found.add("not_applicable" if not good else "pass" if all(good) else "fail")
        if len(found) > 1:
            return "unknown"
    return found.pop()


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a dozen talks through a database takes minutes
)
@given(
    st.lists(st.lists(TURN, min_size=1, max_size=5), min_size=12, max_size=12),
    st.sampled_from(TREES),
    st.sampled_from(["before", "after"]),
    st.sampled_from([None, {"n": 1, "unit": "turns"}, {"n": 2, "unit": "turns"}, {"n": 2, "unit": "seconds"}]),
    st.sampled_from(["first", "every"]),
    st.booleans(),
)
def test_random_contacts_come_out_as_all_readings_of_them_agree(tmp_path, talks, trees, side, within, occasions, same):
    db = database()
    for number, turns in enumerate(talks):
        said = [("agent", "hm", {"start_ms": 0})]  # so that the speaker is there
        for speaker, words, begin in turns:
            text = " ".join(["hm", *(f"wort{word}" for word in sorted(words))])
            more = {"start_ms": None if begin is None else begin * 1000}
            more |= {"language": "fr"} if speaker == "foreign" else {}
            said.append(("agent" if speaker == "foreign" else speaker, text, more))
        talk(db, f"l{number}", *said)
    check = sequence(*[step(tree) for tree in trees], occasions=occasions, same_turn=same, **{side: step("o")})
    if within:
        check["sequence"]["within"] = within
    found = judged(db, policy(tmp_path, question(check)))
    for number, turns in enumerate(talks):
        whole = [("agent", set(), 0), *turns]
        oracle = expected(trees, whole, side, within, occasions, same)
        answer = found[f"l{number}", "q"]["outcome"]
        # Of turns without times every combination would have to be tried to be exact: unknown is allowed, wrong is not.
        untimed = within and within["unit"] == "seconds" and any(begin is None for *_, begin in turns)
        assert answer == oracle or (untimed and answer == "unknown"), (turns, answer, oracle)


def test_the_page_tells_the_truth(db, tmp_path):
    page = (ROOT / "docs" / "checks" / "sequence.md").read_text(encoding="utf-8")
    (tmp_path / "check.yaml").write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    check = load(tmp_path / "check.yaml", PolicyError).value
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")][1:]
    assert len(lines) == 5
    for number, (said, _) in enumerate(lines):
        talk(db, f"l{number}", *[f"agent: {text}" for text in said.split(", ")])
    found = judged(db, policy(tmp_path, question(check)))
    assert [found[f"l{number}", "q"]["outcome"] for number in range(5)] == [answer for _, answer in lines]
