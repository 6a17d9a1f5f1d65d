"""What must be true of a policy beyond the types of its keys: each rule names the place and what to do."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from schemas.errors import PolicyError, UsageError, nearest
from schemas.policy import NUMBER_FACTS, TEXT_FACTS, OnlyIf
from schemas.tables import table
from warehouse.models import metric

if TYPE_CHECKING:
    from qa.policy import Policy
    from schemas.errors import Where
    from schemas.policy import Question, Shape
    from schemas.strict_yaml import Document


def check_policy(policy: Policy, document: Document) -> None:
    """Raise PolicyError, with the place, for the first thing that is wrong."""
    shape = policy.shape
    if policy.path.name.split(".")[0] != shape.policy:
        raise PolicyError(
            "the file has another name than the policy",
            where=document.where("policy"),
            found=policy.path.name,
            expected=f"{shape.policy}.yaml",
            fix="Rename one of them.",
        )
    _check_dates(policy, document)
    _check_marks(shape, document)
    _check_scope(shape, document)
    ids = [one.id for section in shape.sections for one in section.questions]
    ids += [f"section {section.id}" for section in shape.sections]
    for at, section in enumerate(shape.sections):
        _check_name(section.id, document.where(f"sections.{at}.id"))
        if ids.count(f"section {section.id}") > 1:
            raise PolicyError("id stands twice", where=document.where(f"sections.{at}.id"), found=section.id)
        _positive(section.weight, document.where(f"sections.{at}.weight"))
        for number, one in enumerate(section.questions):
            spot = f"sections.{at}.questions.{number}"
            if ids.count(one.id) > 1:
                raise PolicyError("id stands twice", where=document.where(f"{spot}.id"), found=one.id)
            _check_question(policy, one, document, spot)
    _check_conditions(policy, document)


def _check_dates(policy: Policy, document: Document) -> None:
    try:
        start, end = policy.effective_from, policy.effective_to
    except ValueError as problem:
        raise PolicyError(f"no date: {problem}", where=document.where("effective"), expected="YYYY-MM-DD") from None
    if end and end < start:
        raise PolicyError(
            "ends before it begins", where=document.where("effective.to"), found=end, expected=f">= {start}"
        )


def _check_marks(shape: Shape, document: Document) -> None:
    if shape.version < 1:
        raise PolicyError("versions count from 1", where=document.where("version"), found=shape.version)
    if not 0 <= shape.pass_mark <= 100:
        raise PolicyError("pass_mark is a percentage", where=document.where("pass_mark"), found=shape.pass_mark)
    if not 0 <= shape.min_coverage <= 1:
        raise PolicyError("min_coverage is a share", where=document.where("min_coverage"), found=shape.min_coverage)
    starts = [band.start for band in shape.bands]
    for at, start in enumerate(starts):
        if not 0 <= start <= 100 or starts.count(start) > 1:
            where = document.where(f"bands.{at}")
            raise PolicyError("a band begins at its own percentage", where=where, found=start, expected="0 to 100")


def _check_scope(shape: Shape, document: Document) -> None:
    """Refuse values no contact can have: such a policy would never apply, and nobody would be told."""
    _check_name(shape.policy, document.where("policy"))
    scope = shape.applies_to
    if scope.max_tenure_days is not None and scope.max_tenure_days < (scope.min_tenure_days or 0):
        where = document.where("applies_to.max_tenure_days")
        expected = f">= {scope.min_tenure_days}"
        raise PolicyError("ends before it begins", where=where, found=scope.max_tenure_days, expected=expected)
    for name in ("channel", "direction"):
        known = table("interaction").column(name).allowed
        for at, value in enumerate(getattr(shape.applies_to, name)):
            if value not in known:
                where = document.where(f"applies_to.{name}.{at}")
                raise PolicyError(f"there is no {name} {value!r}", where=where, fix=nearest(value, known))
    for key, languages in (("languages", shape.languages), ("applies_to.language", shape.applies_to.language)):
        for at, value in enumerate(languages):
            if not re.fullmatch("[a-z]{2}", value):
                where = document.where(f"{key}.{at}")
                raise PolicyError("no language", where=where, found=value, expected="ISO 639-1, such as de")


def _check_name(name: str, where: Where) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        expected = "small letters, digits and _, starting with a letter"
        raise PolicyError("not a name", where=where, found=name, expected=expected)


def _check_question(policy: Policy, one: Question, document: Document, spot: str) -> None:
    _check_name(one.id, document.where(f"{spot}.id"))
    for name, points in (("weight", one.weight), ("bonus", one.bonus)):
        if not 0 <= points < math.inf:
            raise PolicyError(f"a {name} is 0 or more", where=document.where(f"{spot}.{name}"), found=points)
    waited_for = [other.only_if.question for _, other in policy.shape.questions() if other.only_if]
    counts = one.weight or one.bonus or one.fatal or one.critical or one.human or one.advisory
    if not counts and one.id not in waited_for:
        where = document.where(f"{spot}.weight")
        raise PolicyError("counts for nothing", where=where, found=0, expected="a weight, a bonus, fatal or critical")
    if one.human and one.check:
        raise PolicyError("answered by a person or by a check, not both", where=document.where(f"{spot}.human"))
    if one.only_if:
        _check_condition(policy, one.only_if, document, f"{spot}.only_if")
    _check_answers(policy, one, document, spot)


def _check_condition(policy: Policy, condition: OnlyIf, document: Document, spot: str) -> None:
    named = [name for name in ("question", "field", "metric") if getattr(condition, name)]
    if len(named) != 1:
        where, found = document.where(spot), " and ".join(named) or None
        raise PolicyError("only_if names a question or a field or a metric", where=where, found=found)
    if condition.question:
        _check_awaited(policy, condition, document, spot)
    has_limits = condition.min is not None or condition.max is not None
    if condition.field in TEXT_FACTS and (has_limits or not condition.among):
        where, expected = document.where(f"{spot}.field"), "in: [...]"
        raise PolicyError("field and `in` go together", where=where, found=condition.field, expected=expected)
    if (condition.field in NUMBER_FACTS or condition.metric) and (condition.among or not has_limits):
        where, found = document.where(f"{spot}.{named[0]}"), condition.field or condition.metric
        raise PolicyError("a number goes with `min` or `max`", where=where, found=found)
    if has_limits and (math.inf if condition.max is None else condition.max) < (condition.min or -math.inf):
        raise PolicyError("min is above max", where=document.where(f"{spot}.min"), found=condition.min)
    if condition.metric:
        try:
            metric(condition.metric)
        except UsageError as problem:
            where = document.where(f"{spot}.metric")
            raise PolicyError(problem.what, where=where, found=problem.found, fix=problem.fix) from None


def _check_awaited(policy: Policy, condition: OnlyIf, document: Document, spot: str) -> None:
    for word, has in (("in", condition.among), ("min", condition.min is not None), ("max", condition.max is not None)):
        if has:
            where, expected = document.where(f"{spot}.{word}"), "is: pass or is: fail"
            raise PolicyError(f"`{word}` goes with a fact; a question has `is`", where=where, expected=expected)
    known, place = [other.id for _, other in policy.shape.questions()], document.where(f"{spot}.question")
    if condition.question not in known:
        asked = str(condition.question)
        if any(other.id == asked for section in policy.shape.sections for other in section.questions):
            raise PolicyError("waits for a question that people answer, later", where=place, found=asked)
        raise PolicyError("no such question", where=place, found=asked, fix=nearest(asked, known))


def _check_answers(policy: Policy, one: Question, document: Document, spot: str) -> None:
    """Check the steps of a scale: for a check they must leave no value without a step, and none with two."""
    steps, where = one.steps, document.where(f"{spot}.answers")
    check = policy.checks.get(one.id)
    if not steps:
        if one.pass_from is not None:
            raise PolicyError("pass_from goes with `answers`", where=document.where(f"{spot}.pass_from"))
        if check and getattr(check, "only_measures", bool)():
            expected = "limits in the check, or `answers` with steps"
            raise PolicyError("measures, and nothing says what is good", where=document.where(spot), expected=expected)
        return
    points = [step.points for step in steps]
    if len(set(points)) < 2 or not all(map(math.isfinite, points)):
        raise PolicyError("a scale has at least two steps of different points", where=where, found=points)
    names = [step.name for step in steps]
    if len(set(names)) < len(names):
        raise PolicyError("two steps have one name", where=where, found=names)
    if not min(points) < one.passes_from <= max(points):
        where = document.where(f"{spot}.pass_from")
        expected = f"above {min(points):g}, up to {max(points):g}"
        raise PolicyError("every answer would pass, or none", where=where, found=one.pass_from, expected=expected)
    _check_steps(policy, one, where)


def _check_steps(policy: Policy, one: Question, where: Where) -> None:
    """Check that people find steps to choose from, and a check steps to put its number on."""
    limits, check = [(step.start, step.up_to) for step in one.steps], policy.checks.get(one.id)
    if one.human:
        if any(limit != (None, None) for limit in limits):
            raise PolicyError("people choose a step: it has no `from` or `up_to`", where=where)
        return
    if not isinstance(one.answers, tuple):
        raise PolicyError("a check needs steps with `from` or `up_to`", where=where, found=one.answers)
    if check and check.pieces("x").measure is None:
        kind = next(iter(one.check))
        raise PolicyError("this check gives no number to put on a scale", where=where, found=kind)
    _check_limits([start for start, _ in limits], [up_to for _, up_to in limits], where)


def _check_limits(starts: list[float | None], ends: list[float | None], where: Where) -> None:
    used = starts if any(one is not None for one in starts) else ends
    other = ends if used is starts else starts
    given = [one for one in used if one is not None]
    if any(one is not None for one in other):
        raise PolicyError("`from` or `up_to`, not both on one scale", where=where)
    if len(given) != len(used) - 1 or len(set(given)) < len(given) or not all(map(math.isfinite, given)):
        expected = "one step without a limit, the others each with its own"
        raise PolicyError("the steps do not cover every value once", where=where, found=given, expected=expected)


def _check_conditions(policy: Policy, document: Document) -> None:
    """Refuse questions that wait for each other."""
    waits = {
        one.id: one.only_if.question for _, one in policy.shape.questions() if one.only_if and one.only_if.question
    }
    for begin in waits:
        at, steps = begin, 0
        while at in waits and steps <= len(waits):
            at, steps = str(waits[at]), steps + 1
        if steps > len(waits):
            raise PolicyError("questions wait for each other", where=document.where("sections"), found=begin)


def _positive(weight: float, where: Where) -> None:
    if not 0 < weight < math.inf:
        raise PolicyError("a section's weight must be above 0", where=where, found=weight)
