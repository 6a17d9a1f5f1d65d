"""The examples beside every policy run, and show each question passed and failed."""

from __future__ import annotations

from pathlib import Path

import pytest
from judge_kit import POLICIES, phrase, policy, question

from qa.examples import examples_path, run_examples
from qa.lint import lint
from qa.policy import load_policies
from schemas.errors import PolicyError
from schemas.strict_yaml import load
from warehouse.connect import open_memory

STARTERS = load_policies(POLICIES)


@pytest.mark.parametrize("policy", STARTERS, ids=lambda policy: policy.policy_id)
def test_examples_come_out_as_written(policy):
    with open_memory() as connection:
        assert [str(one) for one in run_examples(policy, connection)] == []


@pytest.mark.parametrize("policy", STARTERS, ids=lambda policy: policy.policy_id)
def test_every_question_is_seen_to_pass_and_to_fail(policy):
    examples = load(examples_path(policy)).value["examples"]
    for _, one in policy.questions():
        assert {"pass", "fail"} <= {example["expect"].get(one.id) for example in examples}, one.id


def test_starter_policies_pass_their_own_lint():
    with open_memory() as connection:
        assert [str(one) for one in lint(POLICIES, connection)] == []


def written(folder: Path, text: str):
    made = policy(folder, question(phrase("danke")))
    examples_path(made).write_text(text)
    return made


def test_an_example_that_comes_out_otherwise_is_named_with_its_line(tmp_path):
    made = written(
        tmp_path, "policy: p\nexamples:\n  - name: no thanks\n    turns: ['agent: nein']\n    expect:\n      q: pass\n"
    )
    with open_memory() as connection:
        (found,) = run_examples(made, connection)
    assert str(found).endswith(
        "p.examples.yaml:6:7: examples.0.expect.q: no thanks: expected pass, found fail (not said)"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("expect: {qq: pass}", "Did you mean 'q'?"),
        ("expect: {q: maybe}", "expected one of pass, fail"),
        ("expect: {}, leg: {holds_s: 1}", "Did you mean 'hold_s'?"),
        ("expect: {}, turns: ['hello']", "who speaks?"),
    ],
)
def test_an_example_that_cannot_be_run_says_why(tmp_path, line, words):
    turns = "" if "turns" in line else ", turns: []"
    made = written(tmp_path, f"policy: p\nexamples: [{{name: n, {line}{turns}}}]\n")
    with open_memory() as connection, pytest.raises(PolicyError) as problem:
        run_examples(made, connection)
    assert words in str(problem.value)
