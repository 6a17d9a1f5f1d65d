"""What docs/policy-author.md says about policies and arithmetic is what happens."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from judge_kit import ROOT
from score_kit import Asked, scores

from qa.examples import run_examples
from qa.lint import lint
from qa.policy import read_policy
from schemas.policy import AppliesTo, Question, Shape
from warehouse.connect import open_memory

PAGE = (ROOT / "docs" / "policy-author.md").read_text(encoding="utf-8")
FIGURES = ("raw", "final", "low", "high", "coverage")
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| (\w )?(pass|fail|not_applicable|unknown) ", line)
]
WEIGHTS = {"A": 40.0, "B": 60.0, "": 100.0}
ANSWER = re.compile(r"(?:([AB]) )?(\w+) (\d+)(?: =([\d.]+))?(?: fatal:(\w+))?(?: \+(\d+))?( advisory)?")


def asked(text):
    section, outcome, weight, part, fatal, bonus, advisory = ANSWER.fullmatch(text).groups()
    name = section or ""
    more = {"part": float(part) if part else None, "is_advisory": bool(advisory)}
    return Asked(outcome, float(weight), name or "s", WEIGHTS[name], fatal, float(bonus or 0), **more)


@pytest.mark.parametrize("cells", LINES, ids=lambda cells: cells[0])
def test_a_row_of_the_arithmetic_tables(cells):
    answers, *expected = cells
    (row,) = scores([[asked(one) for one in answers.split(", ")]], min_coverage=0.5)
    assert [row[name] for name in FIGURES] == [None if one == "none" else float(one) for one in expected]


def test_there_are_rows_for_every_outcome():
    text = " ".join(cells[0] for cells in LINES)
    assert len(LINES) >= 10
    assert all(word in text for word in ("pass", "fail", "not_applicable", "unknown", "fatal:policy", "fatal:section"))


BLOCKS = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
NAMES = [re.match(r"policy: (\w+)", block).group(1) for block in BLOCKS]


@pytest.mark.parametrize("name", dict.fromkeys(NAMES))
def test_a_policy_of_the_page_is_clean_and_its_examples_come_out(tmp_path, name):
    policy, examples = (block for block, of in zip(BLOCKS, NAMES, strict=True) if of == name)
    (tmp_path / f"{name}.yaml").write_text(policy, encoding="utf-8")
    (tmp_path / f"{name}.examples.yaml").write_text(examples, encoding="utf-8")
    with open_memory() as connection:
        assert [str(one) for one in lint(tmp_path, connection)] == []
        assert [str(one) for one in run_examples(read_policy(tmp_path / f"{name}.yaml"), connection)] == []


def test_the_scores_of_the_scale_are_what_the_page_says():
    steps = next(one for _, one in read_policy_of("scale_de").questions() if one.id == "hold_time")
    assert {one.name: steps.score(one.points) for one in steps.steps} == {"kurz": 1, "vertretbar": 0.5, "lang": 0}


def read_policy_of(name):
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(BLOCKS[NAMES.index(name)], encoding="utf-8")
        return read_policy(path)


def test_every_key_of_a_policy_stands_on_the_page():
    keys = [one.name for kind in (Question, AppliesTo, Shape) for one in fields(kind)]
    assert [key for key in keys if f"`{key}`" not in PAGE and f"{key}:" not in PAGE] == []
