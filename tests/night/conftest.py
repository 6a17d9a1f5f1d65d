from __future__ import annotations

from datetime import date

import pytest
from night_kit import run_night

from flows.demo import make_demo


@pytest.fixture(scope="session")
def demo_night(tmp_path_factory):
    """A demo centre after its night: (workspace, report)."""
    workspace = tmp_path_factory.mktemp("demo") / "centre"
    make_demo(workspace)
    return workspace, run_night(workspace, date(2026, 3, 31))
