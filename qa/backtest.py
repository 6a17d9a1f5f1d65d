"""How often the automatic answer of a question is the one people gave, question by question; never pooled.

A unit is a leg that the rule and people answered. Where several people answered and differ, the leg is counted as
`people_differ` and compares nothing. Automatic answers that are unknown, and answers of people that are neither pass
nor fail on a two-way question, are counted apart as well: neither agrees nor disagrees.

Precision: of the fails the rule found, how many people found too. Recall: of the fails people found, how many the rule
did. Intervals of shares are Wilson's, 95 %; Krippendorff's alpha is nominal, with a bootstrap interval (qa.agreement).
Machines' answers to a form and calibration sessions are people only where a person answered.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binomtest

from qa.agreement import Estimate, alpha
from schemas.errors import PolicyError
from schemas.strict_yaml import load

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from qa.policy import Policy

MIN_UNITS = 20
"""With fewer compared legs no rule is called below its bar: it would be chance."""
BAR = 0.8
"""The bar of policies that name none: the share of compared legs on which rule and people agree."""
OUTCOMES = ("fail", "not_applicable", "pass")

# $limit: the percentage from which a person's answer is a pass; on a two-way question what lies between says neither.
PAIRS = """
WITH people AS (
    SELECT leg_id, CASE WHEN is_not_applicable THEN 'not_applicable' WHEN score_percentage >= $limit THEN 'pass'
        WHEN score_percentage IS NULL OR ($is_binary AND score_percentage > 0) THEN 'unclear' ELSE 'fail' END AS outcome
    FROM core.evaluation
    WHERE list_contains($asked, question_id) AND answered_by IS DISTINCT FROM 'machine' AND leg_id IS NOT NULL
        AND (question_id <> $own OR form IS NULL OR form = $policy OR list_contains($mapped, question_id))
),
units AS (
    SELECT leg_id, CASE WHEN count(DISTINCT outcome) > 1 THEN 'people_differ' ELSE min(outcome) END AS people
    FROM people GROUP BY leg_id
)
SELECT people, a.outcome AS rule, count(*) AS n
FROM units AS u JOIN qa.answer AS a USING (leg_id)
WHERE a.policy_id = $policy AND a.policy_version = $version AND a.question_id = $own AND NOT a.is_exception
GROUP BY ALL
"""


@dataclass(frozen=True)
class Backtest:
    """One question of one version against people. Shares are 0 to 1, None where there is nothing to divide by.

    `n`: legs compared. `advice`: what follows, in words; `is_below` whether the rule is below its `bar` with enough n.
    """

    policy: str
    version: int
    question: str
    n: int
    agreement: Estimate
    precision: Estimate
    recall: Estimate
    alpha: Estimate
    rule_fails: int
    people_fails: int
    unknown: int
    unclear: int
    people_differ: int
    bar: float
    is_below: bool
    advice: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def backtest(connection: DuckDBPyConnection, policy: Policy) -> list[Backtest]:
    """Compare every automatic question of a policy version with people's answers, where they gave any or not."""
    return [_question(connection, policy, one.id) for _, one in policy.questions()]


def _question(connection: DuckDBPyConnection, policy: Policy, name: str) -> Backtest:
    one = next(question for _, question in policy.questions() if question.id == name)
    limit = 100 * one.score(one.passes_from) if one.steps else 100.0
    params = {
        "asked": [one.id, *one.evaluates],
        "mapped": list(one.evaluates),
        "own": one.id,
        "limit": limit,
        "is_binary": not one.steps,
        "policy": policy.policy_id,
        "version": policy.shape.version,
    }
    counts = {(people, rule): n for people, rule, n in connection.execute(PAIRS, params).fetchall()}
    compared = {pair: n for pair, n in counts.items() if set(pair) <= set(OUTCOMES)}
    n = sum(compared.values())
    both = compared.get(("fail", "fail"), 0)
    rule_fails = sum(count for (_, rule), count in compared.items() if rule == "fail")
    people_fails = sum(count for (people, _), count in compared.items() if people == "fail")
    agreement = share(sum(count for (people, rule), count in compared.items() if people == rule), n)
    bars = (one.min_agreement, policy.shape.min_agreement, BAR)
    bar = next(limit for limit in bars if limit is not None)
    is_below = n >= MIN_UNITS and agreement.value is not None and agreement.value < bar
    unclear = sum(count for (people, rule), count in counts.items() if people == "unclear" and rule != "unknown")
    differ = sum(count for (people, rule), count in counts.items() if people == "people_differ" and rule != "unknown")
    return Backtest(
        policy.policy_id,
        policy.shape.version,
        name,
        n,
        agreement,
        share(both, rule_fails),
        share(both, people_fails),
        _alpha(compared, f"{policy.policy_id} {policy.shape.version} {name}"),
        rule_fails,
        people_fails,
        sum(count for (_, rule), count in counts.items() if rule == "unknown"),
        unclear,
        differ,
        bar,
        is_below,
        _advice(n, agreement, bar, is_below),
    )


def share(part: int, of: int) -> Estimate:
    """Return a share with its Wilson interval (95 %), rounded to six decimals."""
    if not of:
        return Estimate(None, reason="nothing to compare")
    interval = binomtest(part, of).proportion_ci(0.95, "wilson")
    return Estimate(round(part / of, 6), round(float(interval.low), 6), round(float(interval.high), 6))


def _alpha(compared: dict[tuple[str, str], int], seed: str) -> Estimate:
    rows = [
        [int(people == value) + int(rule == value) for value in OUTCOMES]
        for (people, rule), n in sorted(compared.items())
        for _ in range(n)
    ]
    counts = np.array(rows, dtype="f8").reshape(len(rows), len(OUTCOMES))
    return alpha(counts, np.arange(len(OUTCOMES)), "nominal", seed)


def _advice(n: int, agreement: Estimate, bar: float, is_below: bool) -> str:
    if not n:
        return "no person answered it"
    if n < MIN_UNITS:
        return f"too few to judge: {n} of at least {MIN_UNITS}"
    value = 100 * (agreement.value or 0)
    return f"{'below' if is_below else 'at or above'} its bar: {value:.1f} % of {100 * bar:g} %"


def write_advisory(path: Path, found: list[Backtest], day: str) -> int:
    """Write the rules below their bar into advisory.yaml, beside the entries that are there. Returns how many are new.

    Entries are only added: what a lead took out of the score stays out until they put it back.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    there = (load(path, PolicyError).value if text.strip() else None) or []
    known = {(entry["policy"], entry["version"], entry["question"]) for entry in there}
    fresh = [one for one in found if one.is_below and (one.policy, one.version, one.question) not in known]
    lines = []
    for one in fresh:
        why = f"backtest of {day}: agrees with people on {100 * (one.agreement.value or 0):.1f} % of {one.n} contacts"
        why += f", its bar is {100 * one.bar:g} %"
        lines += [f"- policy: {one.policy}", f"  version: {one.version}", f"  question: {one.question}"]
        lines.append(f"  why: {json.dumps(why)}")
    if fresh:
        head = text.rstrip() + "\n" if text.strip() else "# Questions that are answered and shown, and not scored.\n"
        path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return len(fresh)
