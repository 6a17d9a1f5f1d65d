"""Agents, where the configuration allows it: a list in the order of ids, never of figures, then one page for each."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from flows import export
from flows.documents import parts
from flows.site.centre import Centre, Page, slug
from flows.site.charts import Charts

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield the list and the agents' pages."""
    _, draw = centre.say, Charts(centre.language)
    agents = centre.ask("agent_recent")
    weeks, days = (dict(parts(centre.ask(name), "agent_id")) for name in ("agent_week", "agent_chart"))
    apart = centre.ask("agent_apart")
    funnels = [
        draw.funnel(title, [row for row in apart if row["family"] == family], middle)
        for title, family, middle in (
            (_("Handle time, times what colleagues take on the same contacts"), "handle_s", 1.0),
            (_("Resolution, more or less than colleagues, share of contacts"), "resolution_rate", 0.0),
        )
    ]
    yield Page("agents/index.html", "agents.html", _("Agents"), {"agents": agents, "charts": funnels})
    yield Page("agents/talks.html", None, _("Talk sheet"), whole=_talks(centre))
    for agent in agents:
        name = agent["agent_id"]
        rows, charted = weeks.get(name, []), days.get(name, [])
        score = (_("Policy adherence by week, with 95 % intervals"), rows, "week", "adherence_mean")
        charts = [
            draw.trend(*score, "adherence_low", "adherence_high"),
            draw.control(_("Handle time by day against expectation, geometric mean in seconds"), charted, "handle_s"),
            draw.control(_("Resolution by day against expectation"), charted, "resolution_rate"),
        ]
        shows = {"agent": agent, "weeks": rows, "of": centre.talks.get(name, {}), "charts": charts}
        yield Page(f"agents/{slug(name)}.html", "agent.html", name, shows)


def _talks(centre: Centre) -> str:
    """Return the talk sheets of all agents for the last whole week, to print."""
    made = BytesIO()
    request = export.Request("coaching", "html", everybody=True, language=centre.language)
    export.write(centre.connection, centre.config, request, made)
    return made.getvalue().decode()
