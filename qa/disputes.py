"""What can be disputed or excepted: answers and agents of published scores; and what was, so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.errors import CallqaError, UsageError, nearest
from schemas.tables import table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Disputed:
    """What a dispute or an exception is about. Without a policy it is about the agent."""

    leg_id: str
    agent_id: str
    policy_id: str | None = None
    policy_version: int | None = None
    question_id: str | None = None
    outcome: str | None = None


def scored_leg(connection: DuckDBPyConnection, leg_id: str) -> Disputed:
    """Return the leg and the agent its score is put to. Raises UsageError for a leg without a score."""
    row = connection.execute("SELECT any_value(agent_id) FROM qa.score WHERE leg_id = ?", [leg_id]).fetchone()
    if row is None or row[0] is None:
        raise UsageError(
            "the leg has no score",
            found=leg_id,
            fix="Take a leg_id from qa.score: callqa sql 'SELECT leg_id, agent_id, final FROM qa.score LIMIT 5'",
        )
    return Disputed(leg_id, row[0])


def scored_answer(connection: DuckDBPyConnection, leg_id: str, policy_id: str, question_id: str) -> Disputed:
    """Return the answer to a question for a leg. Raises UsageError naming the nearest policy or question there is."""
    leg = scored_leg(connection, leg_id)
    rows = connection.execute(
        "SELECT policy_id, policy_version, question_id, outcome FROM qa.answer WHERE leg_id = ?", [leg_id]
    ).fetchall()
    policies = {row[0] for row in rows}
    if policy_id not in policies:
        raise UsageError("the leg is not scored under this policy", found=policy_id, fix=nearest(policy_id, policies))
    answers = {question: (version, outcome) for policy, version, question, outcome in rows if policy == policy_id}
    if question_id not in answers:
        raise UsageError("the policy does not ask this", found=question_id, fix=nearest(question_id, answers))
    version, outcome = answers[question_id]
    return Disputed(leg_id, leg.agent_id, policy_id, version, question_id, outcome)


def published(connection: DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """Return the current rows of a table people enter, with `updated_at`. Raises CallqaError for an older file."""
    import duckdb

    columns = ", ".join([*(column.name for column in table(name).own), "updated_at"])
    try:
        result = connection.execute(f"SELECT {columns} FROM core.{name} ORDER BY ALL")
    except duckdb.CatalogException:
        raise CallqaError(
            f"the published file has no core.{name}: it was made by an older callqa", fix="Run `callqa nightly`."
        ) from None
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def effect(dispute: dict[str, Any]) -> str:
    """Return in words what a dispute does to the score."""
    if dispute["decision"] is None:
        return "none yet"
    if dispute["decision"] != "accepted":
        return "none"
    return "the leg leaves the agent's scores" if dispute["is_wrong_agent"] else "the question does not count"
