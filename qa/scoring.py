"""Score all legs under all policies: answers first, then the arithmetic of score.sql. Same rows in, same rows out."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.compile import compile_policies
from qa.lint import refuse_broken_patterns
from schemas.tables import table
from warehouse.models import references

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from qa.policy import Policy

SCORE_SQL = Path(__file__).with_name("score.sql")


def score_all(connection: DuckDBPyConnection, policies: list[Policy], *, code_version: str) -> None:
    """Leave `stage.answer` and `stage.score` with the own columns of qa.answer and qa.score.

    Raises PolicyError, before anything is scored, for a pattern that RE2 refuses.
    """
    refuse_broken_patterns(policies, connection)
    for name in ("answer", "score"):
        declared = table(name)
        connection.execute(f"DROP TABLE IF EXISTS stage.{name}")
        connection.execute(declared.ddl(f"stage.{name}", declared.own))
    settings(connection, policies)
    if not policies:
        return
    connection.execute(f"INSERT INTO stage.answer {compile_policies(policies)}")
    score(connection, code_version)


def made_with(policies: list[Policy], code_version: str) -> str:
    """Return a hash of all that scores depend on besides the contacts: as long as it stays, so do old scores."""
    texts = [code_version, *(f"{one.policy_id} {one.shape.version} {one.policy_hash}" for one in policies)]
    texts += [compile_policies(policies)] if policies else []
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def reads(connection: DuckDBPyConnection, policies: list[Policy]) -> set[str]:
    """Return the tables that scoring reads."""
    texts = [SCORE_SQL.read_text(encoding="utf-8"), *([compile_policies(policies)] if policies else [])]
    found = set().union(*(references(connection, text) for text in texts))
    return {name for name in found if not name.startswith("stage.")}


def score(connection: DuckDBPyConnection, code_version: str) -> None:
    """Compute `stage.score` from `stage.answer` and the settings tables."""
    sql = SCORE_SQL.read_text(encoding="utf-8")
    connection.execute(f"INSERT INTO stage.score {sql}", {"code_version": code_version})


def settings(connection: DuckDBPyConnection, policies: list[Policy]) -> None:
    """Make stage.question, stage.policy_setting and stage.band: what the arithmetic must know of each policy."""
    questions: list[list[Any]] = []
    marks: list[list[Any]] = []
    bands: list[list[Any]] = []
    for policy in policies:
        shape, version = policy.shape, policy.shape.version
        marks.append([policy.policy_id, version, policy.policy_hash, shape.pass_mark, shape.min_coverage])
        bands += [[policy.policy_id, version, band.name, band.start] for band in shape.bands]
        questions += [
            [policy.policy_id, version, one.id, section.weight, one.critical, one.fatal, one.bonus]
            for section, one in policy.questions()
        ]
    _fill(
        connection,
        "question",
        "policy_id VARCHAR, policy_version BIGINT, question_id VARCHAR, section_weight DOUBLE, critical VARCHAR, "
        "fatal VARCHAR, bonus DOUBLE",
        questions,
    )
    _fill(
        connection,
        "policy_setting",
        "policy_id VARCHAR, policy_version BIGINT, policy_hash VARCHAR, pass_mark DOUBLE, min_coverage DOUBLE",
        marks,
    )
    _fill(connection, "band", "policy_id VARCHAR, policy_version BIGINT, name VARCHAR, start DOUBLE", bands)


def _fill(connection: DuckDBPyConnection, name: str, columns: str, rows: list[list[Any]]) -> None:
    connection.execute(f"CREATE OR REPLACE TABLE stage.{name} ({columns})")
    if rows:
        connection.executemany(f"INSERT INTO stage.{name} VALUES ({', '.join('?' for _ in rows[0])})", rows)
