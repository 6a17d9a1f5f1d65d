"""The nights: what each brought, and what became of every file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.site.centre import Centre, Page

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield the run history."""
    _ = centre.say
    shows = {"nights": centre.ask("night"), "files": centre.ask("run_file"), "broken": centre.ask("validation")}
    yield Page("runs/index.html", "runs.html", _("Runs"), shows)
