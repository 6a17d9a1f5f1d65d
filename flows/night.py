"""The state of one night: what its steps fill in and its report is made from."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from schemas.errors import CallqaError
from warehouse.incremental import Built

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.inbox import Claim
    from flows.sandbox import ReadResult
    from schemas.config import Config
    from warehouse.load import LedgerEntry


@dataclass
class Figures:
    """What only the open database can tell, collected before it is closed for publishing."""

    period_start: date
    grain: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    hidden: int = 0
    quarantine: dict[str, int] = field(default_factory=dict)


@dataclass
class Night:
    """Everything one run knows. Steps fill it in; it lives in one process and is never serialised."""

    config: Config
    day: date
    run_id: str
    started_at: datetime
    everything: bool = False
    run_seq: int = 0
    connection: DuckDBPyConnection | None = None
    closing: ExitStack = field(default_factory=ExitStack)
    unreached: list[dict[str, str]] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    results: list[ReadResult] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    validation: list[tuple[str, str, str, int, int]] = field(default_factory=list)
    built: Built = field(default_factory=lambda: Built("nothing was built yet"))
    warnings: list[str] = field(default_factory=list)
    steps: dict[str, dict[str, int]] = field(default_factory=dict)
    figures: Figures | None = None
    published: str | None = None

    @property
    def db(self) -> DuckDBPyConnection:
        """The open work file."""
        if self.connection is None:
            raise CallqaError("the work file is closed", fix="Run the steps inside `night()` and before `publish`.")
        return self.connection
