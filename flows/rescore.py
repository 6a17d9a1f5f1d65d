"""Score a range of contact days again, under the policies that are in the workspace now. Nothing is loaded.

It is a run like any other: it takes the lock, is recorded in ops.run, keeps the old scores as versions, and publishes
atomically. The scores of the range are those the next night would give.
"""

# Without `from __future__ import annotations`: Prefect must see the types of the flow's parameters, not their names.
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow

from flows import report, steps
from flows.night import Night
from flows.nightly import Tonight, step, tell
from schemas.config import Config, load_config
from schemas.errors import UsageError
from warehouse import incremental, quarantine, stage
from warehouse.connect import open_published


@flow(name="callqa-rescore", persist_result=False)
def rescore(workspace: str, since: date, until: date) -> dict[str, Any]:
    """Score the legs of the contact days from `since` to `until` (both included) again."""
    config = load_config(Path(workspace))
    with steps.night(config, last_day(config, since, until)) as night:
        tonight = Tonight(night)
        for function in order(since, until):
            step(function)(tonight)
        return tell(tonight)


def last_day(config: Config, since: date, until: date) -> date:
    """Return the business date of the newest run: what was too early to say then still is.

    Raises UsageError for a range that ends before it begins, WarehouseError when nothing is published.
    """
    if until < since:
        raise UsageError("the range ends before it begins", found=f"{since} to {until}")
    with open_published(config.published) as connection:
        row = connection.execute("SELECT arg_max(business_date, run_seq) FROM ops.run").fetchone()
    if row is None or row[0] is None:
        raise UsageError("there is nothing to score again", fix="Run `callqa nightly`.")
    found: date = row[0]
    return found


def order(since: date, until: date) -> tuple[Any, ...]:
    """Return the steps of a run over a range, in their order; `tell` comes last and whatever happens."""

    def score(tonight: Night) -> dict[str, int]:
        """Score the range."""
        return score_range(tonight, since, until)

    return (begin, steps.compute, score, steps.reconcile, steps.publish)


def begin(tonight: Night) -> dict[str, int]:
    """Record the run; there is nothing to load."""
    row = tonight.db.execute("SELECT arg_max(business_date, run_seq) FROM ops.run").fetchone()
    # The work file may know a later night than the published one: one that ended before it was published.
    tonight.day = max(tonight.day, row[0]) if row and row[0] else tonight.day
    stage.create(tonight.db)
    quarantine.find_broken(tonight.db, [])
    quarantine.set_aside(tonight.db, {})
    return steps.load(tonight)


def score_range(tonight: Night, since: date, until: date) -> dict[str, int]:
    """Score the legs of a range of contact days, keep their old scores, and bring the marts up to date.

    Other days keep their scores and with them their policies: the next night still sees that those have changed.
    """
    from qa import policy, scoring, span

    policies = policy.load_policies(tonight.config.policies)
    policy.register(tonight.db, policies, tonight.run_seq)
    incremental.touch_days(tonight.db, with_far=True)
    chosen = span.choose(tonight.db, since, until)
    if not chosen:
        tonight.warnings.append(f"no contact from {since} to {until}: nothing was scored")
    with span.chosen(tonight.db, policies):
        scoring.score_all(tonight.db, policies, code_version=report.code_version())
    made_with = "" if tonight.built.everything else tonight.built.policies
    counts = {"interactions": chosen} | steps.settle(tonight, incremental.legs_of_days(), made_with)
    tonight.steps["score"] = counts
    return counts
