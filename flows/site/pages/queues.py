"""Queues: what came in and became of it, each queue and channel with its days."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from flows.site.centre import Centre, Page, slug
from flows.site.charts import Charts

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield the list, then one page per queue and channel."""
    _, draw = centre.say, Charts(centre.language)
    yield Page("queues/index.html", "queues.html", _("Queues"), {"queues": centre.ask("queue_recent")})
    for (queue, channel), found in groupby(centre.ask("queue_day"), key=lambda row: (row["queue"], row["channel"])):
        days = list(found)
        parts = {"answered": _("answered"), "abandoned": _("abandoned")}
        charts = [
            draw.bars(_("Answered and abandoned, per day"), days, "day", parts),
            draw.trend(_("Waiting time, mean of the day in seconds"), days, "day", "wait_mean_s"),
            draw.trend(_("Service level, share of the day"), days, "day", "service_level"),
        ]
        shows = {"queue": queue, "channel": channel, "days": days, "charts": charts}
        yield Page(f"queues/{slug(f'{queue}-{channel}')}.html", "queue.html", f"{queue}, {channel}", shows)
