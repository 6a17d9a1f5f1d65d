"""The default demo, made once for all tests that only look at it."""

import pytest

from flows.demo import make_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Return the folder of the default demo."""
    path = tmp_path_factory.mktemp("demo") / "ws"
    make_demo(path)
    return path
