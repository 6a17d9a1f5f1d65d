"""How pages look: one layout, one style sheet, texts and figures in the reader's language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flows.documents import environment
from flows.export import HOME as EXPORTS
from flows.site.centre import policy_page, slug
from flows.texts import translations

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.site.centre import Centre, Page

TEMPLATES = Path(__file__).parent / "templates"


class Look:
    """Renders pages of one centre in its language."""

    def __init__(self, centre: Centre) -> None:
        """Make the environment: everything is escaped, and what a template does not know is an error."""
        self.centre = centre
        self.environment = environment(centre.language, TEMPLATES, EXPORTS)
        self.environment.filters["slug"] = slug
        say = translations(centre.language)
        self.environment.globals |= {
            "centre": centre, "privacy": centre.config.privacy, "policy_page": policy_page,
            "kinds": centre.kinds, "titles": titles(say.gettext), "states": states(say.gettext),
        }  # fmt: skip

    def html(self, kind: str, page: Page) -> str:
        """Return a page as a document."""
        if page.template is None:
            return page.whole
        return self.environment.get_template(page.template).render(page=page, kind=kind, **page.shows)


def titles(_: Callable[[str], str]) -> dict[str, str]:
    """Return what the navigation calls each kind of page."""
    return {
        "overview": _("Overview"), "teams": _("Teams"), "agents": _("Agents"), "queues": _("Queues"),
        "policies": _("Policies"), "contacts": _("Contacts"), "runs": _("Runs"), "quarantine": _("Quarantine"),
    }  # fmt: skip


def states(_: Callable[[str], str]) -> dict[str, str]:
    """Return what is said of a contact's words."""
    return {
        "text": _("words known"), "no_text": _("no transcript"),
        "not_separable": _("words that cannot be put to one agent"),
    }  # fmt: skip
