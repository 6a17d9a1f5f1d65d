"""Expectation suites made from the rules in schemas: one expectation a rule, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from great_expectations import ExpectationSuite
from great_expectations.compatibility import pydantic
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_column_values_to_match_regex import ExpectColumnValuesToMatchRegex
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.expectation import BatchExpectation, ColumnMapExpectation
from great_expectations.expectations.metadata_types import FailureSeverity

from schemas.rules import ColumnRule, RowRule, rules

if TYPE_CHECKING:
    from schemas.rules import Rule
    from schemas.table import Table

SEVERITY = {
    "block": FailureSeverity.CRITICAL,
    "quarantine": FailureSeverity.WARNING,
    "warn": FailureSeverity.INFO,
}


class ExpectColumnValuesToBeFinite(ColumnMapExpectation):
    """Expect numbers, times and dates to be neither an infinity nor NaN."""

    map_metric: ClassVar[str] = "column_values.finite"
    args_keys: ClassVar[tuple[str, ...]] = ("column",)


class ExpectNoBrokenRows(BatchExpectation):
    """Expect the query of a rule across columns to find no row. Only the count is fetched, never a value."""

    query: str = pydantic.Field(description="SELECT of the rows that break the rule.")

    metric_dependencies: ClassVar[tuple[str, ...]] = ("stage.broken_rows", "table.row_count")
    success_keys: ClassVar[tuple[str, ...]] = ("query",)
    args_keys: ClassVar[tuple[str, ...]] = ("query",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        count, rows = metrics["stage.broken_rows"], metrics["table.row_count"]
        result = {
            "observed_value": count,
            "element_count": rows,
            "unexpected_count": count,
            # The Data Docs cannot show a broken rule without it.
            "unexpected_percent": 100 * count / rows if rows else 0.0,
        }
        return {"success": count == 0, "result": result}


def suite(table: Table) -> ExpectationSuite:
    """Return the suite of a staged table. Each expectation's `meta` names its rule and severity."""
    return ExpectationSuite(name=table.name, expectations=[_expectation(rule) for rule in rules(table)])


def _expectation(rule: Rule) -> Any:
    about: dict[str, Any] = {
        "meta": {"rule": rule.name, "severity": rule.severity},
        "severity": SEVERITY[rule.severity],
        "description": _sentence(rule),
    }
    if isinstance(rule, RowRule):
        return ExpectNoBrokenRows(query=rule.query, **about)
    column = rule.column
    about["column"] = column.name
    if rule.kind == "required":
        return ExpectColumnValuesToNotBeNull(**about)
    if rule.kind == "allowed":
        return ExpectColumnValuesToBeInSet(value_set=list(column.allowed), **about)
    if rule.kind == "low":
        return ExpectColumnValuesToBeBetween(min_value=column.low, **about)
    if rule.kind == "high":
        return ExpectColumnValuesToBeBetween(max_value=column.high, **about)
    if rule.kind == "pattern":
        return ExpectColumnValuesToMatchRegex(regex=column.pattern or "", **about)
    return ExpectColumnValuesToBeFinite(**about)


def _sentence(rule: Rule) -> str:
    """Return what the Data Docs say about a rule."""
    if isinstance(rule, ColumnRule):
        return f"{rule.column.name}: {rule.expected} ({rule.name}, {rule.severity})"
    return f"{rule.expected} ({rule.name}, {rule.severity})"
