"""A policy as a lead reads it: what applies where, what each question is worth of the whole, and its check in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.policy import SCOPE

if TYPE_CHECKING:
    from qa.policy import Policy
    from schemas.policy import OnlyIf, Question, Section


def effective_weights(policy: Policy) -> dict[str, float]:
    """Return what each automatic, scored question is worth of the whole when everything applies, in percent."""
    kept = {
        section.id: [one for one in section.questions if not one.human and not policy.is_advisory(one)]
        for section in policy.shape.sections
    }
    sums = {section.id: sum(one.weight for one in kept[section.id]) for section in policy.shape.sections}
    whole = sum(section.weight for section in policy.shape.sections if sums[section.id])
    return {
        one.id: 100 * section.weight / whole * one.weight / sums[section.id]
        for section in policy.shape.sections
        for one in kept[section.id]
        if sums[section.id]
    }


def lines(policy: Policy, contacts: int | None) -> list[str]:
    """Return the policy in lines. `contacts`: legs with a score under this version, None where that is not known."""
    shape = policy.shape
    until = f"to {shape.effective.end}" if shape.effective.end else "until a newer version"
    scored = "not published: nothing is known of scores" if contacts is None else f"{contacts:,} contacts scored"
    out = [
        f"{shape.title} ({shape.policy} version {shape.version})",
        f"hash     {policy.policy_hash}",
        f"holds    from {shape.effective.start} {until}; {scored}",
        f"for      {_scope(policy)}",
        f"passed   from {shape.pass_mark:g} %, when at least {100 * shape.min_coverage:g} % of the weight was answered",
    ]
    if shape.bands:
        bands = sorted(shape.bands, key=lambda band: -band.start)
        out.append("bands    " + ", ".join(f"{band.name} from {band.start:g} %" for band in bands))
    weights = effective_weights(policy)
    for section in shape.sections:
        out += ["", f"{section.title} ({_of_section(section, weights)})"]
        for one in section.questions:
            out += _question(policy, one, weights)
    return out


def words(raw: dict[str, Any]) -> str:
    """Return the settings of a check in one line of words, as they stand in the file."""
    kind, settings = next(iter(raw.items()))
    return f"{kind}: " + "; ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in settings.items())


def _of_section(section: Section, weights: dict[str, float]) -> str:
    return f"{sum(weights.get(one.id, 0) for one in section.questions):.1f} % of the whole"


def _question(policy: Policy, one: Question, weights: dict[str, float]) -> list[str]:
    if one.human:
        return [f"  people   {one.text} [{one.id}]", "           answered by people, not part of the automatic score"]
    share = "advisory" if policy.is_advisory(one) else f"{weights.get(one.id, 0):.1f} %"
    out = [f"  {share:>8} {one.text} [{one.id}]"]
    marks = [
        f"{one.critical}-critical" if one.critical else "",
        _fatal(one),
        f"bonus +{one.bonus:g}" if one.bonus else "",
    ]
    if any(marks):
        out.append(f"           {', '.join(mark for mark in marks if mark)}")
    out.append(f"           {words(one.check)}")
    if one.steps:
        out.append(
            "           steps " + ", ".join(f"{step.name} {100 * one.score(step.points):g} %" for step in one.steps)
        )
    if one.only_if:
        out.append(f"           only if {_condition(one.only_if)}")
    why = policy.advisory.get(one.id)
    return out + ([f"           not scored: {why}"] if why else [])


def _fatal(one: Question) -> str:
    return {"policy": "a fail makes the score 0", "section": "a fail makes the section 0"}.get(one.fatal or "", "")


def _condition(condition: OnlyIf) -> str:
    if condition.question:
        return f"{condition.question} is {condition.outcome}"
    limits = [f"at least {condition.min:g}" if condition.min is not None else ""]
    limits.append(f"at most {condition.max:g}" if condition.max is not None else "")
    among = f"one of {', '.join(condition.among)}" if condition.among else ""
    return f"{condition.field or condition.metric} is {' and '.join(one for one in [among, *limits] if one)}"


def _scope(policy: Policy) -> str:
    wanted = policy.shape.applies_to
    out = [f"{name} {' or '.join(getattr(wanted, name))}" for name in SCOPE if getattr(wanted, name)]
    if wanted.min_tenure_days is not None:
        out.append(f"agents there for {wanted.min_tenure_days} days or more")
    if wanted.max_tenure_days is not None:
        out.append(f"agents there for {wanted.max_tenure_days} days or fewer")
    return "; ".join(out) or "every handled contact"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return " | ".join(_value(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{value}”" if isinstance(value, str) and " " in value else str(value)
