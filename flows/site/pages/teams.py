"""Teams: all of them side by side, then each with its weeks and the questions that cost it most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.documents import parts
from flows.site.centre import Centre, Page, slug
from flows.site.charts import Charts

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield the list, then one page per team that is large enough to be shown."""
    _, draw = centre.say, Charts(centre.language)
    weeks, lost = (dict(parts(centre.ask(name), "team")) for name in ("team_week", "team_question"))
    yield Page("teams/index.html", "teams.html", _("Teams"), {"teams": [rows[-1] for rows in weeks.values()]})
    for team, rows in weeks.items():
        if not rows[-1]["large_enough"]:
            continue
        charts = [
            draw.trend(_("Policy adherence by week"), rows, "week", "adherence_mean"),
            draw.trend(_("Handle time by week, seconds"), rows, "week", "handle_mean_s"),
        ]
        shows = {"team": team, "weeks": rows, "lost": lost.get(team, []), "charts": charts}
        yield Page(f"teams/{slug(team)}.html", "team.html", team, shows)
