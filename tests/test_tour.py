from __future__ import annotations

import pytest
from tour_kit import PAGE, retold


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tour_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert retold(tmp_path) == PAGE.read_text(encoding="utf-8")
