"""Reading, registering and looking over policies: every mistake is named with its place; hostile ones do no harm."""

from __future__ import annotations

import json

import pytest
from judge_kit import LEG, POLICIES, database, judged, phrase, policy, put, question, rows, talk

from qa.compile import compile_policies
from qa.lint import lint
from qa.policy import load_policies, read_policy, register
from qa.scoring import score_all
from schemas.errors import PolicyError
from warehouse.connect import open_memory

SAY = phrase("danke")


def refused(folder, *questions, **more):
    with pytest.raises(PolicyError) as problem:
        policy(folder, *(questions or [question(SAY)]), **more)
    return str(problem.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pass_mark": 101}, "pass_mark is a percentage"),
        ({"min_coverage": 2}, "min_coverage is a share"),
        ({"version": 0}, "versions count from 1"),
        ({"effective": {"from": "2026-02-30"}}, "no date"),
        ({"effective": {"from": "2026-02-02", "to": "2026-02-01"}}, "ends before it begins"),
        ({"applies_to": {"channel": ["voise"]}}, "Did you mean 'voice'?"),
        ({"applies_to": {"direction": ["in"]}}, "there is no direction 'in'"),
        ({"languages": ["deu"]}, "ISO 639-1"),
        ({"bands": [{"name": "a", "from": 50}, {"name": "b", "from": 50}]}, "own percentage"),
        ({"passmark": 80}, "Did you mean 'pass_mark'?"),
        ({"sections": [{"id": "s", "title": "S", "weight": 0, "questions": []}]}, "above 0"),
        ({"sections": [{"id": "s", "title": "S", "weight": 1, "questions": []}] * 2}, "id stands twice"),
        ({"name": "p; DROP TABLE x", "file": "p; DROP TABLE x.yaml"}, "not a name"),
        ({"file": "other.yaml"}, "another name than the policy"),
    ],
)
def test_a_mistake_in_the_head_is_named(tmp_path, changes, words):
    assert words in refused(tmp_path, **changes)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (question(SAY, weight=-1), "a weight is 0 or more"),
        (question(SAY, weight=0), "counts for nothing"),
        (question(SAY, id="a b"), "not a name"),
        (question(SAY, human=True), "by a person or by a check"),
        (question({}), "a check names one kind"),
        (question({"phrases": {}}), "Did you mean 'phrase'?"),
        (question(SAY, only_if={"question": "qq"}), "no such question"),
        (question(SAY, only_if={"question": "q"}), "wait for each other"),
        (question(SAY, only_if={"question": "q", "field": "queue"}), "a question or a field"),
        (question(SAY, only_if={"field": "quene", "in": ["x"]}), "Did you mean 'queue'?"),
        (question(SAY, critical="legal"), "one of customer, business, compliance"),
        (question(phrase(" * ")), "matches everything"),
        (question(phrase()), "no pattern"),
        (question(phrase(by_language={"deu": ["x"]})), "no language"),
        (question(phrase("x", min_count=0)), "at least 1"),
        (question(phrase("x", window={"first": 1, "last": 1})), "`first` or `last`"),
        (question(phrase("x", window={"first": 0})), "at least 1 long"),
        (question({"metric": {"metric": "holds_s", "max": 1}}), "Did you mean 'hold_s'?"),
        (question({"metric": {"metric": "hold_s"}}), "nothing says what is good"),
        (question({"metric": {"metric": "hold_s", "min": 2, "max": 1}}), "min is above max"),
        (question({"field": {"field": "leg.transfe", "present": True}}), "Did you mean 'transfer'?"),
        (question({"field": {"field": "agent.name", "present": True}}), "fields are"),
        (question({"field": {"field": "leg.note"}}), "one of `present`"),
    ],
)
def test_a_mistake_in_a_question_is_named(tmp_path, one, words):
    assert words in refused(tmp_path, one)


def test_two_questions_of_one_id_are_refused(tmp_path):
    assert "id stands twice" in refused(tmp_path, question(SAY), question(SAY))


def test_an_error_names_file_line_and_column(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(
        "policy: p\nversion: 1\ntitle: T\neffective: {from: 2020-01-01}\nsections:\n"
        "  - id: s\n    title: S\n    weight: 1\n    questions:\n"
        "      - id: q\n        text: T\n        only_if: {question: nobody, is: pass}\n"
        "        check: {phrase: {any: [x]}}\n"
    )
    with pytest.raises(PolicyError) as problem:
        read_policy(path)
    assert str(problem.value).startswith(f"{path}:12:19: ")


@pytest.mark.parametrize(
    ("regex", "words"),
    [
        ("(?=x)y", "no look-around"),
        ("(?<!x)y", "no look-around"),
        (r"(x)\1", "no back-references"),
        (r"\bÜber", "ASCII only"),
        (r"\w+ heiße", "ASCII only"),
        ("a)|(b", "does not compile"),
        ("x{2,1}", "does not compile"),
        ("(a|)", "matches everything"),
    ],
)
def test_a_pattern_that_cannot_work_is_an_error_with_its_place(tmp_path, regex, words):
    made = policy(tmp_path, question(phrase(by_language={"de": ["gut", {"regex": regex}]})))
    with open_memory() as connection:
        (found,) = lint(tmp_path, connection)
    assert (found.severity, found.rule) == ("error", "pattern")
    assert words in found.text
    assert found.text.startswith(f"{made.path}:1:")
    assert "any.de.1.regex" in found.text


def test_scoring_refuses_a_broken_pattern_before_anything_is_scored(tmp_path):
    made = policy(tmp_path, question(phrase({"regex": "a)|(b"})))
    with pytest.raises(PolicyError):
        score_all(database(), [made], code_version="t")


def test_lint_warns_of_what_is_probably_not_meant(tmp_path):
    policy(
        tmp_path,
        question(phrase(by_language={"de": ["x"]}), coaching="", only_if={"field": "channel", "in": ["email"]}),
        question(phrase({"regex": ".*x"}), id="q2"),
        languages=["de", "en"],
        applies_to={"channel": ["voice"]},
        bands=[{"name": "good", "from": 80}],
    )
    with open_memory() as connection:
        found = lint(tmp_path, connection)
    assert {one.rule for one in found} == {"coaching", "language", "unreachable", "slow", "bands"}
    assert {one.severity for one in found} == {"warning"}


EVIL = ["'; DROP TABLE core.turn; --", "' OR '1'='1", "\\", "''", "$1", "%s {0}", "\u202ex", "😀", "x" * 5000, "a\tb"]


@pytest.mark.parametrize("text", EVIL)
def test_hostile_words_are_only_words(tmp_path, text):
    db = database()
    talk(db, "hit", f"agent: {text}")
    talk(db, "miss", "agent: harmless")
    check = {"field": {"field": "leg.note", "in": [text]}}
    made = policy(tmp_path, question(phrase(text)), question(check, id="f", text=text), title=text)
    put(db, "core.leg", {"leg_id": "hit", "note": text}, {"leg_id": "miss", "note": "harmless"})
    found = judged(db, made)
    assert [found["hit", "q"]["outcome"], found["miss", "q"]["outcome"]] == ["pass", "fail"]
    assert found["miss", "f"]["outcome"] == "fail"


def test_every_fail_has_evidence_and_every_answer_a_reason(tmp_path):
    db = database()
    talk(db, "a", "agent: garantiert", "customer: ja")
    put(db, "metric.hold_s", {"entity_id": "a", "value": 500, "state": "counted"})
    put(db, "core.leg", {"leg_id": "a", "transfer": "blind"})
    made = policy(
        tmp_path,
        question(phrase("danke")),
        question(phrase("garantier*", absent=True), id="q2"),
        question({"metric": {"metric": "hold_s", "max": 180}}, id="q3"),
        question({"field": {"field": "leg.transfer", "in": ["none"]}}, id="q4"),
    )
    found = judged(db, made).values()
    assert {row["outcome"] for row in found} == {"fail"}
    assert all(json.loads(row["evidence"]) and row["reason"] for row in found)


@pytest.mark.parametrize(("first", "then"), [("danke", "pass"), ("bitte", "not_applicable"), ("nie", "not_applicable")])
def test_a_question_may_wait_for_another(tmp_path, first, then):
    db = database()
    talk(db, "l", "agent: danke, gut")
    later = question(phrase("gut"), id="later", only_if={"question": "q", "is": "pass"})
    found = judged(db, policy(tmp_path, later, question(phrase(first))))
    assert found["l", "later"]["outcome"] == then


def test_a_question_that_waits_for_an_unknown_answer_is_unknown(tmp_path):
    db = database()
    talk(db, "l", "agent: gut", language="fr")
    first = question(phrase(by_language={"de": ["danke"]}))
    later = question(phrase("gut"), id="later", only_if={"question": "q", "is": "pass"})
    row = judged(db, policy(tmp_path, first, later))["l", "later"]
    assert (row["outcome"], row["reason"]) == ("unknown", "whether it applies is not known")


@pytest.mark.parametrize(("queue", "expected"), [("a", "pass"), ("b", "not_applicable"), (None, "unknown")])
def test_a_question_may_ask_in_some_queues_only(tmp_path, queue, expected):
    db = database()
    talk(db, "l", "agent: danke", queue=queue)
    found = judged(db, policy(tmp_path, question(SAY, only_if={"field": "queue", "in": ["a"]})))
    assert found["l", "q"]["outcome"] == expected


def test_a_policy_scores_only_the_contacts_it_is_for(tmp_path):
    db = database()
    talk(db, "yes", "agent: danke", queue="a", tenure_days=40)
    others = {"channel": "chat", "direction": "outbound", "queue": "b", "language": None, "tenure_days": None}
    for name, value in others.items():
        talk(db, name, "agent: danke", **({"queue": "a", "tenure_days": 40} | {name: value}))
    scope = {"channel": ["voice"], "direction": ["inbound"], "queue": ["a"], "language": ["de"], "min_tenure_days": 30}
    assert {leg for leg, _ in judged(db, policy(tmp_path, question(SAY), applies_to=scope))} == {"yes"}


def test_the_version_in_force_on_the_day_of_contact_counts(tmp_path):
    db = database()
    for day in (1, 10, 20, 30):
        talk(db, f"d{day}", "agent: danke", contact_on=LEG["contact_on"].replace(day=day))
    policy(tmp_path, question(SAY), effective={"from": "2026-03-10"})
    policy(tmp_path, question(SAY), version=2, file="p.2.yaml", effective={"from": "2026-03-20", "to": "2026-03-29"})
    found = judged(db, *load_policies(tmp_path))
    versions = {leg: row["policy_version"] for (leg, _), row in found.items()}
    assert versions == {"d10": 1, "d20": 2, "d30": 1}


def test_the_same_version_in_two_files_is_refused(tmp_path):
    policy(tmp_path, question(SAY))
    policy(tmp_path, question(SAY), file="p.copy.yaml")
    with pytest.raises(PolicyError, match="stands in two files"):
        load_policies(tmp_path)


def test_human_questions_are_left_to_people(tmp_path):
    db = database()
    talk(db, "l", "agent: danke")
    tone = {"id": "tone", "text": "Friendly?", "human": True}
    assert set(judged(db, policy(tmp_path, question(SAY), tone))) == {("l", "q")}


def test_the_same_rows_give_the_same_answers_whatever_their_order(tmp_path):
    db = database()
    for leg in ("a", "b", "c"):
        talk(db, leg, *[f"agent: danke {n}" for n in range(5)])
    made = policy(tmp_path, question(SAY), question(phrase("gut"), id="q2"))
    first = judged(db, made)
    db.execute("CREATE TEMP TABLE again AS SELECT * FROM core.turn ORDER BY hash(text, leg_id)")
    db.execute("DELETE FROM core.turn")
    db.execute("INSERT INTO core.turn SELECT * FROM again")
    assert judged(db, made) == first
    db.execute("DROP TABLE again")


def test_stored_versions_never_change(tmp_path):
    db = database()
    db.execute("DELETE FROM qa.policy")
    one = policy(tmp_path, question(SAY))
    register(db, [one], 1)
    register(db, [policy(tmp_path, question(SAY))], 2)
    changed = policy(tmp_path, question(SAY, weight=2))
    with pytest.raises(PolicyError) as problem:
        register(db, [changed], 3)
    assert one.policy_hash in str(problem.value)
    assert changed.policy_hash in str(problem.value)
    assert "version: 2" in str(problem.value)
    assert [row["run_seq"] for row in rows(db, "SELECT run_seq FROM qa.policy")] == [1]


def test_layout_and_comments_are_not_part_of_the_hash(tmp_path):
    one = policy(tmp_path, question(SAY))
    text = one.path.read_text()
    one.path.write_text("# a comment\n" + text.replace(", ", ",\n  "))
    assert read_policy(one.path).policy_hash == one.policy_hash


def test_the_sql_of_the_starters_is_one_select_that_runs_on_empty_tables():
    assert database().execute(compile_policies(load_policies(POLICIES))).fetchall() == []
