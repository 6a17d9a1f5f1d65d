"""Files with slow tests first: one worker takes a whole file, and what is long must not be begun last."""

from __future__ import annotations


def pytest_collection_modifyitems(items):
    slow = {}
    for item in items:
        file = item.nodeid.partition("::")[0]
        slow[file] = slow.get(file, 0) + (item.get_closest_marker("slow") is not None)
    items.sort(key=lambda item: -slow[item.nodeid.partition("::")[0]])
