"""What another version of a policy would change, over contacts that were scored: nothing is stored.

Both versions score the same legs in a private copy. A leg that one of them does not apply to has no score there and is
counted apart: it moves nobody.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from qa import scoring, span
from warehouse import touched

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection

    from qa.policy import Policy

Row = dict[str, Any]
Who = Literal["agent_id", "team"]

# Figures of one side of one group of legs, as columns of `both`, where b_ is before and a_ after.
MOVES = """
SELECT {who} AS who, count(*) AS legs, count(DISTINCT agent_id) AS agents,
    count(*) FILTER (b_final IS NOT NULL AND a_final IS NOT NULL) AS n,
    round(avg(b_final::DECIMAL(12, 6)) FILTER (a_final IS NOT NULL), 2) AS before,
    round(avg(a_final::DECIMAL(12, 6)) FILTER (b_final IS NOT NULL), 2) AS after,
    round(avg((a_final - b_final)::DECIMAL(12, 6)), 2) AS moved,
    count(*) FILTER (a_final > b_final) AS raised, count(*) FILTER (a_final < b_final) AS lowered
FROM stage.both_scores GROUP BY ALL
"""
TOTALS = """
SELECT count(*) AS legs, count(*) FILTER (b_final IS NOT NULL) AS before_n, count(*) FILTER (a_final IS NOT NULL) AS
    after_n, count(*) FILTER (b_final IS NOT NULL AND a_final IS NOT NULL) AS both_n,
    count(*) FILTER (b_final IS NOT NULL AND a_final IS NULL) AS no_longer_scored,
    count(*) FILTER (b_final IS NULL AND a_final IS NOT NULL) AS newly_scored,
    round(avg(b_final::DECIMAL(12, 6)), 2) AS mean_before, round(avg(a_final::DECIMAL(12, 6)), 2) AS mean_after,
    count(*) FILTER (a_final <> b_final) AS moved,
    count(*) FILTER (b_passed) AS passed_before, count(*) FILTER (a_passed) AS passed_after,
    count(*) FILTER (b_fatal) AS fatal_before, count(*) FILTER (a_fatal) AS fatal_after,
    count(*) FILTER (a_fatal AND NOT coalesce(b_fatal, false)) AS fatal_new,
    {criticals}
FROM stage.both_scores
"""
QUESTIONS = """
SELECT question_id, count(*) AS legs,
    count(*) FILTER (b.outcome IS DISTINCT FROM a.outcome OR b.score IS DISTINCT FROM a.score) AS changed,
    count(*) FILTER (b.outcome = 'fail') AS fails_before, count(*) FILTER (a.outcome = 'fail') AS fails_after,
    count(*) FILTER (b.outcome = 'unknown') AS unknown_before, count(*) FILTER (a.outcome = 'unknown') AS unknown_after,
    count(*) FILTER (b.outcome IS NULL) AS only_after, count(*) FILTER (a.outcome IS NULL) AS only_before
FROM stage.answer_before AS b FULL JOIN stage.answer_after AS a USING (leg_id, question_id)
GROUP BY question_id ORDER BY changed DESC, question_id
"""
CLASSES = ("customer", "business", "compliance")
SIDES = (("b", "before"), ("a", "after"))


@dataclass(frozen=True)
class Diff:
    """What changes. `totals` counts legs, `questions` answers, `moves` are by agent or team, the furthest first.

    `hidden`: teams too small to be shown.
    """

    since: date
    until: date
    totals: Row
    questions: list[Row]
    moves: list[Row]
    hidden: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def diff(
    connection: DuckDBPyConnection, before: list[Policy], after: list[Policy], since: date, until: date, who: Who
) -> Diff:
    """Score the contact days from `since` to `until` under both sets of versions of one policy, and compare.

    `connection` is a trial (`warehouse.connect.open_trial`): nothing but `stage` and `scope` is written.
    """
    touched.begin(connection)
    span.choose(connection, since, until)
    with span.chosen(connection, before, after):
        for name, policies in (("before", before), ("after", after)):
            scoring.score_all(connection, policies, code_version="")
            for kind in ("answer", "score"):
                connection.execute(f"CREATE OR REPLACE TABLE stage.{kind}_{name} AS SELECT * FROM stage.{kind}")
    connection.execute(
        "CREATE OR REPLACE TABLE stage.both_scores AS SELECT leg_id, c.agent_id, c.team, "
        f"{_columns('b')}, {_columns('a')} FROM stage.score_before AS b FULL JOIN stage.score_after "
        "AS a USING (leg_id) LEFT JOIN core.leg_context AS c USING (leg_id)"
    )
    totals = _rows(connection, TOTALS.format(criticals=", ".join(_critical(name) for name in CLASSES)))[0]
    moves = _rows(connection, MOVES.format(who=who))
    moves.sort(key=lambda row: (-abs(row["moved"] or 0), str(row["who"])))
    return Diff(since, until, totals, _rows(connection, QUESTIONS), moves)


def scored_days(connection: DuckDBPyConnection, policy_id: str) -> tuple[date, date] | None:
    """Return the last 30 days of contact up to the newest that the policy scored; None when it scored nothing."""
    row = connection.execute(
        "SELECT max(contact_on) - 29, max(contact_on) FROM qa.score WHERE policy_id = ?", [policy_id]
    )
    found = row.fetchone()
    return None if found is None or found[0] is None else (found[0], found[1])


def _columns(side: str) -> str:
    kept = ("final", "passed", "fatal", *(f"{one}_critical_pass" for one in CLASSES))
    return ", ".join(f"{side}.{column} AS {side}_{column}" for column in kept)


def _critical(name: str) -> str:
    sides = [f"count(*) FILTER (NOT {side}_{name}_critical_pass) AS {name}_{when}" for side, when in SIDES]
    new = f"count(*) FILTER (NOT a_{name}_critical_pass AND coalesce(b_{name}_critical_pass, true)) AS {name}_new"
    return ", ".join([*sides, new])


def _rows(connection: DuckDBPyConnection, query: str) -> list[Row]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or []]
    return [
        {name: float(value) if _is_decimal(value) else value for name, value in zip(names, row, strict=True)}
        for row in result.fetchall()
    ]


def _is_decimal(value: Any) -> bool:
    return type(value).__name__ == "Decimal"
