"""The contacts other pages point at: what was said with the words that decided, and the score with its arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.site.centre import Centre, Page, slug

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield a page for every example of the agents' pages; customers' words are shown nowhere else."""
    from flows import contact_page
    from qa.contact import contact
    from warehouse.connect import picked

    items = [row for talk in centre.talks.values() for name in ("quote", "praise") for row in talk.get(name, [])]
    legs = {row["leg_id"] for row in items}
    with picked(centre.connection, sorted(legs)) as few:
        for leg in sorted(legs):
            document = contact_page.html(contact(few, leg), centre.config, centre.language, home="../index.html")
            yield Page(f"contacts/{slug(leg)}.html", "contact.html", leg, {}, whole=document)
