"""Questions that are never asked, or never answered: what a policy says elsewhere leaves no contact for them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from schemas.policy import TEXT_FACTS, AppliesTo, OnlyIf
from schemas.tables import table
from warehouse.models import metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.policy import Policy


def out_of_reach(policy: Policy) -> dict[str, str]:
    """Return the questions whose condition can never hold, and why."""
    out: dict[str, str] = {}
    for _, one in policy.questions():  # those a question waits for come before it
        if one.only_if and one.only_if.question in out:
            out[one.id] = f"it waits for {one.only_if.question}, which is never asked"
        elif one.only_if:
            whys = list(_never(one.only_if, policy.shape.applies_to))
            out |= {one.id: whys[0]} if whys else {}
    return out


def out_of_answers(policy: Policy) -> dict[str, str]:
    """Return the questions whose check can say nothing of any contact the policy is for, and why."""
    scope = policy.shape.applies_to
    found = {name: getattr(check, "unanswerable", lambda _: None)(scope) for name, check in policy.checks.items()}
    return {name: why for name, why in found.items() if why}


def _never(condition: OnlyIf, scope: AppliesTo) -> Iterator[str]:
    if condition.field in TEXT_FACTS:
        yield from _never_among(condition, scope)
    low = -math.inf if condition.min is None else condition.min
    high = math.inf if condition.max is None else condition.max
    if condition.field == "tenure_days":
        least = scope.min_tenure_days or 0
        most = math.inf if scope.max_tenure_days is None else scope.max_tenure_days
        if high < least or low > most:
            yield "applies_to leaves no agent with such tenure_days"
    if (condition.field == "turns" and high < 0) or (condition.field == "leg_no" and high < 1):
        yield f"{condition.field} is never so low"
    if condition.metric and high < 0 and metric(condition.metric).unit == "s":
        yield f"{condition.metric} is a duration, never below 0"


def _never_among(condition: OnlyIf, scope: AppliesTo) -> Iterator[str]:
    field = str(condition.field)
    allowed = getattr(scope, field)
    known = table("interaction").column(field).allowed if field in ("channel", "direction") else ()
    if allowed and not set(allowed) & set(condition.among):
        yield f"applies_to leaves no {field} of its only_if"
    elif known and not set(known) & set(condition.among):
        yield f"there is no {field} {', '.join(condition.among)}"
