"""The first page: whether the figures can be trusted, then the centre as a whole against its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.site.centre import Centre, Page
from flows.site.charts import Charts

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield index.html."""
    _ = centre.say
    days = centre.ask("centre_day")
    draw = Charts(centre.language)
    charts = [
        draw.trend(_("Handle time, mean of the day in seconds"), days, "day", "handle_mean_s"),
        draw.trend(_("Resolution, share of the contacts documented"), days, "day", "resolution_rate"),
        draw.trend(_("Policy adherence, mean score of the day"), days, "day", "adherence_mean"),
    ]
    against = centre.ask("centre_chart")
    charts += [
        draw.control(_("Handle time by day against expectation, geometric mean in seconds"), against, "handle_s"),
        draw.control(_("Resolution by day against expectation"), against, "resolution_rate"),
    ]
    spread = centre.ask("distribution")
    charts += [
        draw.distribution(title, [row for row in spread if row["figure"] == figure], width)
        for title, figure, width in (
            (_("Contacts by handle time, minutes; the last bar holds all longer ones"), "handle_s", 1),
            (_("Contacts by score, percent"), "adherence", 5),
        )
    ]
    shows = {
        "against": [row for row in against if row["day"] == centre.as_of],
        "night": centre.ask("night")[0],
        "residuals": centre.ask("residual"),
        "coverage": centre.ask("coverage"),
        "texts": centre.ask("text"),
        "days": days,
        "last": days[-1] if days else None,
        "charts": charts,
    }
    yield Page("index.html", "overview.html", _("Overview"), shows)
