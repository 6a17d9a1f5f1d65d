"""What was set aside and why; the records themselves stay in the warehouse, because they may name people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.site.centre import Centre, Page

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield the quarantine by source and rule."""
    _ = centre.say
    yield Page("quarantine/index.html", "quarantine.html", _("Quarantine"), {"rules": centre.ask("quarantine")})
