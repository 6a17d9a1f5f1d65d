"""The nightly flow: a table of contents. What each step does is in flows/steps.py, and needs no Prefect.

Our lock and ledger decide what is true; Prefect shows it and calls it in time. Nothing is persisted by Prefect: tasks
return counts, and the night's state never leaves the process.
"""

# Without `from __future__ import annotations`: Prefect must see the types of the flow's parameters, not their names.
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prefect import Task, flow, runtime, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from flows import steps
from flows.night import Night
from schemas.config import Config, load_config

progress = logging.getLogger("callqa.night")


class Tonight:
    """Wraps the night: Prefect looks into the arguments of tasks, and there is nothing in it for Prefect."""

    __slots__ = ("night",)

    def __init__(self, night: Night) -> None:
        """Keep the night."""
        self.night = night


def step(function: Callable[[Night], dict[str, int]]) -> Task[[Tonight], dict[str, int]]:
    """Make a task of a step: it logs what it counted, is never cached, and is not tried twice.

    The whole night can be run again at any time; a single step cannot.
    """

    @task(name=function.__name__, cache_policy=NO_CACHE, persist_result=False, retries=0)
    def run(tonight: Tonight) -> dict[str, int]:
        counts = function(tonight.night)
        text = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        progress.info(text, extra={"step": function.__name__})
        get_run_logger().info("%s: %s", function.__name__, text)
        return counts

    return run


TASKS = [step(function) for function in steps.ORDER]


@task(cache_policy=NO_CACHE, persist_result=False, retries=0)
def tell(tonight: Tonight) -> dict[str, Any]:
    """Write the run report and show it as artifacts."""
    report = steps.tell(tonight.night)
    create_markdown_artifact(report.to_markdown(), key="callqa-night", description=f"Night of {report.business_date}")
    rows = [{"step": name} | {"counts": str(counts)} for name, counts in report.steps.items()]
    create_table_artifact(rows, key="callqa-steps", description=report.run_id)
    create_link_artifact(Path(report.validation_docs).as_uri(), link_text="Validation docs", key="callqa-validation")
    if report.steps.get("pages", {}).get("pages"):
        start = tonight.night.config.site_folder / "index.html"
        create_link_artifact(start.as_uri(), link_text="The site", key="callqa-site")
    return report.to_dict()


@flow(name="callqa-nightly", persist_result=False)
def nightly(workspace: str, day: date | None = None, everything: bool = False) -> dict[str, Any]:
    """Run one night over a workspace. `day` is the business date; without it, the day before the scheduled start.

    `everything`: compute all figures and scores anew, not only what the night touches. The result is the same.
    """
    config = load_config(Path(workspace))
    with steps.night(config, day or business_date(config), everything=everything) as night:
        tonight = Tonight(night)
        for each in TASKS:
            each(tonight)
        return tell(tonight)


def business_date(config: Config) -> date:
    """Return the day before the scheduled start, in the site's zone; a night begins after the day it is for."""
    zone = ZoneInfo(config.site.timezone)
    scheduled = runtime.flow_run.scheduled_start_time
    start = datetime.fromtimestamp(scheduled.timestamp(), zone) if scheduled else datetime.now(zone)
    return start.date() - timedelta(days=1)
