"""One validation: a suite for each staged table, run where the data is, counted and shown."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import great_expectations as gx
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

from flows.validate import docs
from flows.validate.engine import STAGE, StageDatasource
from flows.validate.suite import suite
from schemas.errors import CallqaError, Where
from schemas.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from schemas.config import Config

# BASIC counts; with no partial list, no value of a record is fetched.
COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}


@dataclass(frozen=True)
class ValidationReport:
    """What Great Expectations counted: `rows` are (table, rule, severity, rows_checked, rows_broken).

    `ok` is False when a rule of severity `block` or `quarantine` was broken. `docs` is the first page of the Data Docs.
    """

    rows: list[tuple[str, str, str, int, int]]
    ok: bool
    docs: Path


def validate(connection: DuckDBPyConnection, config: Config, tables: Iterable[str], run_id: str) -> ValidationReport:
    """Check every row of the given stage tables against every rule, and build the Data Docs.

    Must be called outside a transaction of `connection`. Raises CallqaError when a rule could not be evaluated: a count
    that is not known must not pass for none.
    """
    # Great Expectations and its dependencies warn about their own code; there is nothing we or the operator could do.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = _context(config)
        source = context.data_sources.add_duckdb(name=STAGE, connection_string="duckdb://").attach(connection)
        try:
            rows = [row for name in tables for row in _validate_table(context, source, name, run_id)]
        finally:
            source.detach()
        first_page = docs.build(context, config, rows, run_id)
    ok = not any(broken for _, _, severity, _, broken in rows if severity != "warn")
    return ValidationReport(rows, ok, first_page)


def _context(config: Config) -> Any:
    """Return a context that lives in memory only; its one folder is the Data Docs being built."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    settings = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        data_docs_sites={docs.SITE: docs.site(config)},
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx.get_context(project_config=settings, mode="ephemeral")


def _validate_table(
    context: Any, source: StageDatasource, name: str, run_id: str
) -> list[tuple[str, str, str, int, int]]:
    batch = source.add_table_asset(name=name, table_name=name).add_batch_definition_whole_table(name)
    expectations = context.suites.add(suite(table(name)))
    definition = gx.ValidationDefinition(name=name, data=batch, suite=expectations)
    context.validation_definitions.add(definition)
    outcome = definition.run(result_format=COUNTS_ONLY, run_id=RunIdentifier(run_name=run_id))
    return [(name, *_counts(name, result)) for result in outcome.results]


def _counts(name: str, result: Any) -> tuple[str, str, int, int]:
    meta = result.expectation_config.meta
    checked, broken = result.result.get("element_count"), result.result.get("unexpected_count")
    if checked == 0:
        broken = 0  # a sum over no rows is NULL
    if checked is None or broken is None:
        raise CallqaError(
            "a rule could not be evaluated",
            where=Where(field=f"{name}.{meta['rule']}"),
            found=_exception(result.exception_info),
            fix="Nothing was loaded.",
        )
    return meta["rule"], meta["severity"], int(checked), int(broken)


def _exception(info: dict[str, Any]) -> str:
    """Return the last line of what Great Expectations caught; it nests one level for metrics."""
    entries = [info, *(value for value in info.values() if isinstance(value, dict))]
    messages = [entry["exception_message"] for entry in entries if entry.get("exception_message")]
    return messages[0].strip().splitlines()[-1] if messages else "no result"
