"""What docs/policy-author.md says about policies and arithmetic is what happens."""

from __future__ import annotations

import re

import pytest
from judge_kit import ROOT
from score_kit import Asked, scores

from qa.examples import run_examples
from qa.lint import lint
from qa.policy import read_policy
from warehouse.connect import open_memory

PAGE = (ROOT / "docs" / "policy-author.md").read_text(encoding="utf-8")
FIGURES = ("raw", "final", "low", "high", "coverage")
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| (\w )?(pass|fail|not_applicable|unknown) ", line)
]
WEIGHTS = {"A": 40.0, "B": 60.0, "": 100.0}
ANSWER = re.compile(r"(?:([AB]) )?(\w+) (\d+)(?: fatal:(\w+))?(?: \+(\d+))?")


def asked(text):
    section, outcome, weight, fatal, bonus = ANSWER.fullmatch(text).groups()
    name = section or ""
    return Asked(outcome, float(weight), name or "s", WEIGHTS[name], fatal, float(bonus or 0))


@pytest.mark.parametrize("cells", LINES, ids=lambda cells: cells[0])
def test_a_row_of_the_arithmetic_tables(cells):
    answers, *expected = cells
    (row,) = scores([[asked(one) for one in answers.split(", ")]], min_coverage=0.5)
    assert [row[name] for name in FIGURES] == [None if one == "none" else float(one) for one in expected]


def test_there_are_rows_for_every_outcome():
    text = " ".join(cells[0] for cells in LINES)
    assert len(LINES) >= 10
    assert all(word in text for word in ("pass", "fail", "not_applicable", "unknown", "fatal:policy", "fatal:section"))


def test_the_policy_of_the_page_is_clean_and_its_examples_come_out(tmp_path):
    policy, examples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "service_de.yaml").write_text(policy, encoding="utf-8")
    (tmp_path / "service_de.examples.yaml").write_text(examples, encoding="utf-8")
    with open_memory() as connection:
        assert [str(one) for one in lint(tmp_path, connection)] == []
        assert [str(one) for one in run_examples(read_policy(tmp_path / "service_de.yaml"), connection)] == []
