"""What all pages know: the published file, the site's configuration, the language, and the days they tell about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.documents import parts
from flows.export import latest_run, query_of
from flows.texts import translations

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from schemas.config import Config

SELECTS = Path(__file__).parent / "select"
WEEKS = 12  # as far back as trends go
RECENT_DAYS = 28  # what "recent" means on every page
KINDS = ("overview", "teams", "agents", "queues", "policies", "contacts", "runs", "quarantine")


@dataclass(frozen=True)
class Page:
    """One page: its path in the site, its title, and its template with what that shows, or the `whole` of it."""

    path: str
    template: str | None
    title: str
    shows: dict[str, Any] = field(default_factory=dict)
    whole: str = ""
    """A finished document instead of a template."""

    @property
    def up(self) -> str:
        """Return the way from this page to the site's folder."""
        return "../" * self.path.count("/")


@dataclass(frozen=True)
class Centre:
    """The published file with whatever a page needs to ask it."""

    connection: DuckDBPyConnection
    config: Config
    language: str
    as_of: date
    run_id: str

    @classmethod
    def of(cls, connection: DuckDBPyConnection, config: Config, language: str) -> Centre:
        """Return the centre as its last run published it."""
        return cls(connection, config, language, *latest_run(connection))

    @property
    def with_agents(self) -> bool:
        """Whether single agents may be shown."""
        return self.config.privacy.mode == "agent"

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of pages this centre may show, in the order in which the navigation names them."""
        return [kind for kind in KINDS if self.with_agents or kind not in ("agents", "contacts")]

    def say(self, text: str) -> str:
        """Return an English text in the reader's language."""
        return translations(self.language).gettext(text)

    @property
    def recent(self) -> date:
        """Return the first of the recent days."""
        return self.as_of - timedelta(days=RECENT_DAYS - 1)

    def ask(self, name: str, **more: Any) -> list[dict[str, Any]]:
        """Return the rows of `select/<name>.sql`; it may use $since, $recent, $until, $min_n, $min_team and `more`."""
        return self._rows((SELECTS / f"{name}.sql").read_text(encoding="utf-8"), more)

    @cached_property
    def talks(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Return the export `coaching` for the week up to the night, by agent and section."""
        found = self._rows(query_of("coaching"), {"since": self.as_of - timedelta(days=6)})
        return {agent: dict(parts(items, "section")) for agent, items in parts(found, "agent_id")}

    def _rows(self, text: str, more: dict[str, Any]) -> list[dict[str, Any]]:
        known = {
            "since": self.as_of - timedelta(weeks=WEEKS),
            "recent": self.recent,
            "until": self.as_of,
            "agent": None,
            "team": None,
            "min_n": self.config.nightly.min_n,
            "min_team": self.config.privacy.min_team,
            "site_timezone": self.config.site.timezone,
        } | more
        result = self.connection.execute(
            text, {key: value for key, value in known.items() if re.search(rf"\${key}\b", text)}
        )
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    @cached_property
    def questions(self) -> dict[tuple[str, int, str], dict[str, Any]]:
        """Return every question of every stored policy version, by policy, version and id."""
        return {(row["policy_id"], row["policy_version"], row["question_id"]): row for row in self.ask("question")}


def slug(text: str) -> str:
    """Return a file name for any text: readable, and never the same for two texts, also where case does not count."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower())[:40].strip("-")
    return plain if plain and plain == text else f"{plain}-{sha256(text.encode()).hexdigest()[:8]}".lstrip("-")


def policy_page(policy: str, version: int) -> str:
    """Return where a policy version's page lies in the site."""
    return f"policies/{slug(policy)}-{version}.html"
