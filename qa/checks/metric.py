"""A published metric of the leg, or of its interaction, must lie between limits.

    check:
      metric: {metric: hold_s, max: 120}

Without limits it only measures: the question's `answers` then say what each value is worth.

Unknown where the metric is unknown or immature; not applicable where the metric excludes the contact, and, for a metric
of the whole interaction, on the legs of agents its contract does not put it to: nobody answers for another's minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.checks import Measure, Pieces
from qa.sql_text import between, identifier, quoted
from schemas.errors import UsageError
from warehouse.models import metric as contract


@dataclass(frozen=True)
class Check:
    """Settings of a metric check; limits are in the metric's unit and belong to the good side."""

    metric: str
    """The metric: a name of docs/reference/metrics.md."""
    min: float | None = None
    """The least good value, in the metric's unit."""
    max: float | None = None
    """The greatest good value, in the metric's unit."""

    def only_measures(self) -> bool:
        """Return whether the check says what was measured, and not what is good."""
        return self.min is None and self.max is None

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out = []
        if self.min is not None and self.max is not None and self.min > self.max:
            out.append("min is above max")
        try:
            contract(self.metric)
        except UsageError as problem:
            out.append(str(problem))
        return out

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        about = contract(self.metric)
        grain, unit, row, whose = about.grain, about.unit, f"m_{key}", f"i_{key}"
        joins = [f"LEFT JOIN metric.{identifier(self.metric)} AS {row} ON {row}.entity_id = c.{grain}_id"]
        others = "false"
        if grain == "interaction":
            joins.append(f"LEFT JOIN core.interaction_context AS {whose} ON {whose}.interaction_id = c.interaction_id")
            others = f"{whose}.{identifier(about.agent)} <> c.agent_id"
        inside = between(f"{row}.value", self.min, self.max) or "true"
        words = f"{quoted(f'{self.metric} is ')} || round({row}.value::DOUBLE, 1) || {quoted(f' {unit}')}"
        return Pieces(
            outcome=(
                f"CASE WHEN {row}.state = 'excluded' OR {others} THEN 'not_applicable' "
                f"WHEN {row}.state IS DISTINCT FROM 'counted' OR {row}.value IS NULL THEN 'unknown' "
                f"WHEN {inside} THEN 'pass' ELSE 'fail' END"
            ),
            reason=(
                f"CASE WHEN {others} THEN {quoted(f'{self.metric} is put to another agent')} "
                f"WHEN {row}.state = 'counted' THEN {words} "
                f"ELSE {quoted(f'{self.metric} is ')} || coalesce({row}.state, 'unknown') END"
            ),
            evidence=(
                f"to_json({{'metric': {quoted(self.metric)}, 'value': {row}.value::DOUBLE, "
                f"'min': {quoted(self.min)}::DOUBLE, 'max': {quoted(self.max)}::DOUBLE}})"
            ),
            joins=joins,
            measure=Measure(f"CASE WHEN {row}.state = 'counted' THEN {row}.value::DOUBLE END", words),
        )
