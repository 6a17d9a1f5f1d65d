"""Agents, where the configuration allows it: a list in the order of ids, never of figures, then one page for each."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from flows.site.centre import Centre, Page, slug
from flows.site.charts import Charts

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield the list and the agents' pages."""
    _, draw = centre.say, Charts(centre.language)
    agents = centre.ask("agent_recent")
    weeks = _by_agent(centre.ask("agent_week"))
    lost = _by_agent(centre.ask("agent_question"))
    praise = {row["agent_id"]: row for row in centre.ask("agent_praise")}
    yield Page("agents/index.html", "agents.html", _("Agents"), {"agents": agents})
    for agent in agents:
        name = agent["agent_id"]
        rows = weeks.get(name, [])
        score = (_("Policy adherence by week, with 95 % intervals"), rows, "week", "adherence_mean")
        charts = [
            draw.trend(*score, "adherence_low", "adherence_high"),
            draw.trend(_("Handle time by week, seconds"), rows, "week", "handle_mean_s"),
        ]
        shows = {
            "agent": agent,
            "weeks": rows,
            "lost": lost.get(name, []),
            "praise": praise.get(name),
            "charts": charts,
        }
        yield Page(f"agents/{slug(name)}.html", "agent.html", name, shows)


def _by_agent(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {agent: list(found) for agent, found in groupby(rows, key=lambda row: row["agent_id"])}
