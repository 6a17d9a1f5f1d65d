"""The policy on the page of every kind of check is clean, and its examples come out as the page says."""

from __future__ import annotations

import re

import pytest
from judge_kit import ROOT

from qa.examples import run_examples
from qa.lint import lint
from qa.policy import read_policy
from warehouse.connect import open_memory

PAGES = ("field", "metric", "phrase", "sensitive", "speech", "sql", "written")


@pytest.mark.parametrize("page", PAGES)
def test_the_policy_of_a_page_and_its_examples(page, tmp_path):
    text = (ROOT / "docs" / "checks" / f"{page}.md").read_text(encoding="utf-8")
    policy, examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    name = re.match(r"policy: (\w+)", policy).group(1)
    (tmp_path / f"{name}.yaml").write_text(policy, encoding="utf-8")
    (tmp_path / f"{name}.examples.yaml").write_text(examples, encoding="utf-8")
    assert f"{page}:" in policy
    with open_memory() as connection:
        assert [str(one) for one in lint(tmp_path, connection)] == []
        assert [str(one) for one in run_examples(read_policy(tmp_path / f"{name}.yaml"), connection)] == []
