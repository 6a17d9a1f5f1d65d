"""How pages look: one layout, one style sheet, numbers and dates as the reader's language writes them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.cells import visible
from flows.site.centre import policy_page, slug
from flows.texts import translations

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.site.centre import Centre, Page

TEMPLATES = Path(__file__).parent / "templates"
UNKNOWN = "–"
DAYS = {"en": "yyyy-MM-dd", "de": "dd.MM.yyyy"}
MOMENTS = {"en": "yyyy-MM-dd HH:mm", "de": "dd.MM.yyyy HH:mm"}


class Look:
    """Renders pages of one centre in its language."""

    def __init__(self, centre: Centre) -> None:
        """Make the environment: everything is escaped, and what a template does not know is an error."""
        self.centre = centre
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
        )  # fmt: skip
        say = translations(centre.language)
        self.environment.install_gettext_translations(say, newstyle=True)  # type: ignore[attr-defined]
        self.environment.filters |= written(centre.language) | {"visible": visible, "slug": slug}
        self.environment.globals |= {
            "centre": centre, "language": centre.language, "privacy": centre.config.privacy, "policy_page": policy_page,
            "kinds": centre.kinds, "titles": titles(say.gettext), "states": states(say.gettext),
        }  # fmt: skip

    def html(self, kind: str, page: Page) -> str:
        """Return a page as a document."""
        if page.whole is not None:
            return page.whole
        return self.environment.get_template(page.template).render(page=page, kind=kind, **page.shows)


def written(language: str) -> dict[str, Callable[..., str]]:
    """Return the filters that write figures as a language does; what is not known is written as a dash."""

    def number(value: float | None, digits: int = 0) -> str:
        return UNKNOWN if value is None else format_decimal(value, "#,##0." + "0" * digits, locale=language)

    def percent(value: float | None, digits: int = 1) -> str:
        return UNKNOWN if value is None else f"{number(value, digits)}\u00a0%"

    def share(value: float | None, digits: int = 1) -> str:
        return percent(None if value is None else 100 * value, digits)

    def day(value: date | datetime | None) -> str:
        if isinstance(value, datetime):
            return format_datetime(value, MOMENTS[language], locale=language)
        return UNKNOWN if value is None else format_date(value, DAYS[language], locale=language)

    return {"number": number, "percent": percent, "share": share, "day": day, "time": time}


def time(seconds: float | None) -> str:
    """Return seconds as minutes and seconds, from an hour on with hours."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    minutes = f"{whole // 3600}:{whole // 60 % 60:02d}" if whole >= 3600 else f"{whole // 60}"
    return f"{minutes}:{whole % 60:02d}"


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
