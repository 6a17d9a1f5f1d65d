"""A set of policies becomes one SQL text that answers every question for every leg.

Two scans of core.turn serve all text checks of all policies: `stats` counts what was searched; `marked` keeps the turns
that the union of all patterns matches and tries the patterns of each question on those, only where it looks. Everything
else is an expression over one row a leg. `callqa policy sql` prints the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.patterns import prefilter
from qa.sql_text import among, quoted

if TYPE_CHECKING:
    from qa.checks import Pieces
    from qa.policy import Policy
    from schemas.policy import OnlyIf

ANSWER_COLUMNS = "leg_id, policy_id, policy_version, question_id, section_id, outcome, score, weight, reason, evidence"


def compile_policies(policies: list[Policy]) -> str:
    """Return one SELECT with the own columns of qa.answer, in order. At least one policy is needed."""
    pieces = {
        key(policy, one.id): policy.checks[one.id].pieces(key(policy, one.id))
        for policy in policies
        for _, one in policy.questions()
    }
    parts = [
        _policy(policy, pieces, [other for other in policies if other.policy_id == policy.policy_id])
        for policy in policies
    ]
    ctes = [f"said AS (\n{_said(policies)}\n)", f"stats AS (\n{_stats(pieces)}\n)"]
    ctes += [f"marked AS (\n{_marked(pieces)}\n)", f"hits AS (\n{_hits(pieces)}\n)"]
    return f"WITH {', '.join(ctes)}\n" + "\nUNION ALL\n".join(parts)


def key(policy: Policy, question_id: str) -> str:
    """Return a name for a question's aliases, unique over all policies and versions."""
    ids = [one.id for _, one in policy.questions()]
    return f"{policy.policy_id}_{policy.shape.version}_{ids.index(question_id)}"


def applies(policy: Policy, others: list[Policy]) -> str:
    """Return the condition on core.leg_context `c` under which a policy version scores a leg."""
    wanted = policy.shape.applies_to
    out = [f"c.contact_on >= DATE {quoted(policy.shape.effective.start)}"]
    if policy.shape.effective.end:
        out.append(f"c.contact_on <= DATE {quoted(policy.shape.effective.end)}")
    out += [
        among(f"c.{name}", getattr(wanted, name))
        for name in ("channel", "direction", "queue", "language")
        if getattr(wanted, name)
    ]
    if wanted.min_tenure_days is not None:
        out.append(f"c.tenure_days >= {wanted.min_tenure_days}")
    # Of versions that hold on the same day, the newest counts.
    newer = [other for other in others if other.shape.version > policy.shape.version]
    out += [f"NOT ({_days(other)})" for other in newer]
    return " AND ".join(out)


def _days(policy: Policy) -> str:
    end = policy.shape.effective.end
    until = f" AND c.contact_on <= DATE {quoted(end)}" if end else ""
    return f"c.contact_on >= DATE {quoted(policy.shape.effective.start)}{until}"


def _said(policies: list[Policy]) -> str:
    """The turns, with the language they are in; words are counted only where a window asks for them."""
    counts = any(getattr(check, "uses_words", bool)() for policy in policies for check in policy.checks.values())
    words = (
        ", len(regexp_extract_all(t.text, '\\S+')) AS words, coalesce(sum(words) OVER (PARTITION BY t.leg_id "
        "ORDER BY t.turn_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS words_before, "
        "sum(words) OVER (PARTITION BY t.leg_id) AS words_total"
        if counts
        else ""
    )
    return (
        f"    SELECT t.*, coalesce(t.language, c.language) AS spoken{words}\n"
        "    FROM core.turn AS t JOIN core.leg_context AS c USING (leg_id)"
    )


def _stats(pieces: dict[str, Pieces]) -> str:
    columns = {"is_timed": "bool_and(t.start_ms IS NOT NULL)"}
    for one in pieces.values():
        columns |= one.stats
    return f"    SELECT leg_id, {_named(columns)}\n    FROM said AS t GROUP BY leg_id"


def _marked(pieces: dict[str, Pieces]) -> str:
    tries = prefilter([pattern for one in pieces.values() for pattern in one.patterns])
    where = " OR ".join(f"regexp_matches(t.text, {quoted(one)})" for one in tries) or "false"
    marks = {name: sql for one in pieces.values() for name, sql in one.marks.items()}
    return f"    SELECT {', '.join(['t.*', *([_named(marks)] if marks else [])])}\n    FROM said AS t WHERE {where}"


def _hits(pieces: dict[str, Pieces]) -> str:
    columns = {name: sql for one in pieces.values() for name, sql in one.hits.items()}
    return f"    SELECT {_named({'leg_id': 'leg_id'} | columns)}\n    FROM marked AS t GROUP BY leg_id"


def _policy(policy: Policy, pieces: dict[str, Pieces], versions: list[Policy]) -> str:
    """Answer one policy version's questions: one row a leg, then one row a question."""
    columns, answers, joins = [], [], list[str]()
    for section, one in policy.questions():
        name = key(policy, one.id)
        piece = pieces[name]
        joins += piece.joins
        applies_here = _condition(one.only_if, policy) if one.only_if else None
        outcome, reason = piece.outcome, piece.reason
        if applies_here:
            outcome = (
                f"CASE WHEN {applies_here} THEN {outcome} WHEN NOT {applies_here} THEN 'not_applicable' "
                "ELSE 'unknown' END"
            )
            reason = (
                f"CASE WHEN {applies_here} THEN {reason} WHEN NOT {applies_here} THEN 'does not apply here' "
                "ELSE 'whether it applies is not known' END"
            )
        columns.append(f"{outcome} AS o_{name}")
        fields = {
            "question_id": quoted(one.id),
            "section_id": quoted(section.id),
            "outcome": f"o_{name}",
            "weight": f"{float(one.weight)!r}::DOUBLE",
            "reason": reason,
            "evidence": f"CASE WHEN o_{name} IN ('pass', 'fail') THEN {piece.evidence} END",
        }
        answers.append("{" + ", ".join(f"'{field}': {sql}" for field, sql in fields.items()) + "}")
    title = f"{quoted(policy.policy_id)} AS policy_id, {policy.shape.version}::BIGINT AS policy_version"
    score = "CASE a.outcome WHEN 'pass' THEN 1.0::DOUBLE WHEN 'fail' THEN 0.0::DOUBLE END AS score"
    return (
        "SELECT leg_id, policy_id, policy_version, a.question_id, a.section_id, a.outcome, "
        f"{score}, a.weight, a.reason, a.evidence\n"
        f"FROM (\n    SELECT c.leg_id, {title}, {_lines(columns)},\n    unnest([{_lines(answers)}]) AS a\n"
        "    FROM core.leg_context AS c LEFT JOIN stats AS s USING (leg_id) LEFT JOIN hits AS h USING (leg_id)\n    "
        + "\n    ".join(joins)
        + f"\n    WHERE {applies(policy, versions)}\n)"
    )


def _condition(condition: OnlyIf, policy: Policy) -> str:
    """Return an expression: true where a question applies, false where not, NULL where that is not known."""
    if condition.question:
        other = f"o_{key(policy, condition.question)}"
        return f"(nullif({other}, 'unknown') = {quoted(condition.outcome)})"
    return f"({among(f'c.{condition.field}', condition.among)})"


def _named(columns: dict[str, str]) -> str:
    return _lines([sql if sql == name else f"{sql} AS {name}" for name, sql in columns.items()])


def _lines(columns: list[str]) -> str:
    return ",\n        ".join(columns)
