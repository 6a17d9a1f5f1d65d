"""Every whole mapping shown in the docs is one that is accepted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.reading.check_mapping import read_mapping
from schemas import strict_yaml

DOCS = Path(__file__).resolve().parents[3] / "docs"
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
SHOWN = [
    pytest.param(block, id=f"{path.stem}-{number}")
    for path in sorted((DOCS / "sources").glob("*.md"))
    for number, block in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")))
    if re.search(r"^record: ", block, re.MULTILINE)
]


@pytest.mark.parametrize("block", SHOWN)
def test_a_mapping_in_the_docs_is_accepted(block, tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text(block, encoding="utf-8")
    document = strict_yaml.load(path)
    assert read_mapping(document.value, document.where, delimited=True).columns


def test_the_docs_show_mappings():
    assert len(SHOWN) >= 4
