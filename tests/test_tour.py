from __future__ import annotations

import pytest
from tour_kit import PAGE, README, README_BLOCK, retold, shortened


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tour_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert retold(tmp_path) == PAGE.read_text(encoding="utf-8")


def test_the_readme_shows_the_night_of_the_tour():
    shown = README_BLOCK.search(README.read_text(encoding="utf-8")).group()
    assert shown == shortened(PAGE.read_text(encoding="utf-8"))
