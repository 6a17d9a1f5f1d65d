"""A set of policies becomes one SQL text that answers every question for every leg.

Two scans of core.turn serve all text checks of all policies: `stats` counts what was searched; `marked` keeps the turns
that the union of all patterns matches and tries the patterns of each question on those, only where it looks. Everything
else is an expression over one row a leg. `callqa policy show --sql` prints the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.patterns import prefilter
from qa.scales import scale_of
from qa.sql_text import among, between, identifier, quoted
from schemas.policy import SCOPE
from warehouse.models import metric as contract

if TYPE_CHECKING:
    from qa.checks import Pieces
    from qa.patterns import Pattern
    from qa.policy import Policy
    from schemas.policy import OnlyIf

# An exception lifts what is not a pass: a pass needs none, and what did not apply had nothing to lose. Where the
# contact was not this agent's, passes are lifted too: nothing of it is theirs.
EXCEPTED = """    SELECT leg_id, policy_id, question_id, arg_min(reason, exception_id) AS why,
        coalesce(bool_or(is_wrong_agent), false) AS lifts_all
    FROM core.exception WHERE NOT is_withdrawn GROUP BY ALL"""
# What is known of each leg beside its row of core.leg_context, and the aliases of these tables in a question's SQL.
ROOMS = ("stats", "facts", "hits")
WORDS = (
    ", len(regexp_extract_all(t.text, '\\S+')) AS words, coalesce(sum(words) OVER (PARTITION BY t.leg_id "
    "ORDER BY t.turn_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS words_before, "
    "sum(words) OVER (PARTITION BY t.leg_id) AS words_total"
)
_EARLIER = (
    "OVER (PARTITION BY t.leg_id ORDER BY t.start_ms, t.turn_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
)
TIMES = (
    f", max(t.end_ms) {_EARLIER} AS ended_before, "
    f"max(CASE WHEN t.speaker = 'customer' THEN t.end_ms END) {_EARLIER} AS customer_until"
)
ANSWERED = (
    "leg_id, policy_id, policy_version, question_id, section_id, outcome, score, weight, step, is_advisory, reason, "
    "evidence"
)
ANSWERS = """SELECT
    a.leg_id, a.policy_id, a.policy_version, a.question_id, a.section_id,
    CASE WHEN is_exception THEN 'not_applicable' ELSE a.outcome END AS outcome,
    CASE WHEN NOT is_exception THEN a.score END AS score,
    a.weight,
    CASE WHEN NOT is_exception THEN a.step END AS step,
    is_exception,
    a.is_advisory,
    CASE WHEN is_exception THEN 'exception: ' || why ELSE a.reason END AS reason,
    CASE WHEN NOT is_exception THEN a.evidence END AS evidence
FROM (
    SELECT answered.*, why, why IS NOT NULL AND (lifts_all OR outcome IN ('fail', 'unknown')) AS is_exception
    FROM answered LEFT JOIN excepted USING (leg_id, policy_id, question_id)
) AS a"""


def compile_policies(policies: list[Policy]) -> str:
    """Return one SELECT with the own columns of qa.answer, in order. At least one policy is needed."""
    pieces = {
        key(policy, one.id): policy.checks[one.id].pieces(key(policy, one.id))
        for policy in policies
        for _, one in policy.questions()
    }
    # Not materialized: two scans of a table cost less than one copy of all its texts.
    ctes = {"said": _said(policies), "stats": _stats(pieces), "facts": _facts(pieces)}
    ctes |= {"marked": _marked(pieces), "hits": _hits(pieces)}
    for one in policies:
        ctes[_room(one)] = _judged(one, pieces, [other for other in policies if other.policy_id == one.policy_id])
    answers = [answer for one in policies for answer in _answers(one, pieces)]
    ctes[f"answered ({ANSWERED})"] = "\n    UNION ALL\n".join(answers)
    ctes["excepted"] = EXCEPTED
    kept = {"said": "NOT MATERIALIZED ", "facts": "MATERIALIZED "} | {_room(one): "MATERIALIZED " for one in policies}
    texts = [f"{name} AS {kept.get(name, '')}(\n{sql}\n)" for name, sql in ctes.items()]
    return f"WITH {', '.join(texts)}\n{ANSWERS}"


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
    out += [among(f"c.{name}", getattr(wanted, name)) for name in SCOPE if getattr(wanted, name)]
    if wanted.min_tenure_days is not None:
        out.append(f"c.tenure_days >= {wanted.min_tenure_days}")
    if wanted.max_tenure_days is not None:
        out.append(f"c.tenure_days <= {wanted.max_tenure_days}")
    # Of versions that hold on the same day, the newest counts.
    newer = [other for other in others if other.shape.version > policy.shape.version]
    out += [f"NOT ({_days(other)})" for other in newer]
    return " AND ".join(out)


def _days(policy: Policy) -> str:
    end = policy.shape.effective.end
    until = f" AND c.contact_on <= DATE {quoted(end)}" if end else ""
    return f"c.contact_on >= DATE {quoted(policy.shape.effective.start)}{until}"


def _said(policies: list[Policy]) -> str:
    """The turns, with the language they are in; words and ends of earlier turns only where a check asks for them."""
    checks = [check for policy in policies for check in policy.checks.values()]
    words = WORDS if any(getattr(check, "uses_words", bool)() for check in checks) else ""
    times = TIMES if any(getattr(check, "uses_times", bool)() for check in checks) else ""
    return (
        f"    SELECT t.*, coalesce(t.language, c.language) AS spoken, c.channel{words}{times}\n"
        "    FROM core.turn AS t JOIN core.leg_context AS c USING (leg_id)"
    )


def _stats(pieces: dict[str, Pieces]) -> str:
    columns = {"is_timed": "bool_and(t.start_ms IS NOT NULL)"}
    for one in pieces.values():
        columns |= one.stats
    return f"    SELECT leg_id, {_named(columns)}\n    FROM said AS t GROUP BY leg_id"


def _facts(pieces: dict[str, Pieces]) -> str:
    """What several questions need of a leg, once: why nothing can be said of it, what was searched."""
    columns = {name: sql for one in pieces.values() for name, sql in one.facts.items()}
    named = _named({"leg_id": "c.leg_id"} | columns)
    return f"    SELECT {named}\n    FROM core.leg_context AS c LEFT JOIN stats AS s USING (leg_id)"


def _marked(pieces: dict[str, Pieces]) -> str:
    groups: dict[tuple[str, tuple[str, ...]], list[Pattern]] = {}
    for pattern in (pattern for one in pieces.values() for pattern in one.patterns if pattern.of_turns):
        groups.setdefault((pattern.column, pattern.speakers), []).append(pattern)
    tries = [_tries(*group, patterns) for group, patterns in groups.items()]
    where = " OR ".join(tries) or "false"
    marks = {name: sql for one in pieces.values() for name, sql in one.marks.items()}
    return (
        f"    SELECT {', '.join(['t.*', *([_named(marks)] if marks else [])])}\n    FROM said AS t\n    WHERE {where}"
    )


def _tries(column: str, speakers: tuple[str, ...], patterns: list[Pattern]) -> str:
    found = [f"regexp_matches(t.{column}, {quoted(regex)})" for regex in prefilter(patterns)]
    return f"{among('t.speaker', speakers)} AND ({' OR '.join(found)})" if speakers else " OR ".join(found)


def _hits(pieces: dict[str, Pieces]) -> str:
    columns = {name: sql for one in pieces.values() for name, sql in one.hits.items()}
    return f"    SELECT {_named({'leg_id': 'leg_id'} | columns)}\n    FROM marked AS t GROUP BY leg_id"


def _judged(policy: Policy, pieces: dict[str, Pieces], versions: list[Policy]) -> str:
    """Answer one policy version's questions, one row a leg: outcome `o_`, reason `r_`, evidence `e_`, step `b_`."""
    columns, joins = [], list[str]()
    for _, one in policy.questions():
        name = key(policy, one.id)
        piece = pieces[name]
        scale = scale_of(one, piece)
        outcome, reason, more = scale.outcome, scale.reason, piece.joins
        if one.only_if:
            condition, joined = _condition(one.only_if, policy, name)
            outcome = f"CASE {condition} WHEN true THEN {outcome} WHEN false THEN 'not_applicable' ELSE 'unknown' END"
            reason = (
                f"CASE {condition} WHEN true THEN {reason} WHEN false THEN 'does not apply here' "
                "ELSE 'whether it applies is not known' END"
            )
            more = [*more, *joined]
        joins += [join for join in more if join not in joins]
        columns += [f"{sql} AS {column}" for column, sql in piece.columns.items()]
        columns += [f"{scale.step} AS b_{name}"] if scale.step else []
        columns += [f"{outcome} AS o_{name}", f"{reason} AS r_{name}"]
        columns.append(f"CASE WHEN o_{name} IN ('pass', 'fail') THEN {piece.evidence} END AS e_{name}")
    tables = "core.leg_context AS c" + "".join(f" LEFT JOIN {one} AS {one[0]} USING (leg_id)" for one in ROOMS)
    select = f"    SELECT c.leg_id,\n        {_lines(columns)}\n    FROM {tables}"
    return "\n    ".join([select, *joins, f"WHERE {applies(policy, versions)}"])


def _answers(policy: Policy, pieces: dict[str, Pieces]) -> list[str]:
    """Turn the columns of a policy's rows into rows: one SELECT a question, which measured twice as fast as unnest."""
    out = []
    for section, one in policy.questions():
        name = key(policy, one.id)
        scale = scale_of(one, pieces[name])
        step = f"CASE WHEN o_{name} IN ('pass', 'fail') THEN {scale.named(f'b_{name}')} END"
        fields = [quoted(policy.policy_id), f"{policy.shape.version}::BIGINT", quoted(one.id), quoted(section.id)]
        fields += [f"o_{name}", scale.score(f"o_{name}", f"b_{name}"), f"{float(one.weight)!r}::DOUBLE"]
        fields += [step if scale.step else "NULL", quoted(policy.is_advisory(one)), f"r_{name}", f"e_{name}"]
        out.append(f"    SELECT leg_id, {', '.join(fields)} FROM {_room(policy)}")
    return out


def _room(policy: Policy) -> str:
    return f"judged_{policy.policy_id}_{policy.shape.version}"


def _condition(condition: OnlyIf, policy: Policy, name: str) -> tuple[str, list[str]]:
    """Return an expression, true where a question applies, false where not, NULL where unknown, and what it joins."""
    if condition.question:
        return f"(nullif(o_{key(policy, condition.question)}, 'unknown') = {quoted(condition.outcome)})", []
    if condition.field and condition.among:
        return f"({among(f'c.{condition.field}', condition.among)})", []
    if condition.field:
        return f"({between(f'c.{condition.field}', condition.min, condition.max)})", []
    about, row = contract(str(condition.metric)), f"w_{name}"
    limits = between(f"{row}.value", condition.min, condition.max)
    join = f"LEFT JOIN metric.{identifier(about.metric)} AS {row} ON {row}.entity_id = c.{about.grain}_id"
    # A metric that leaves the contact out says that there was nothing to measure.
    return f"(CASE {row}.state WHEN 'excluded' THEN false WHEN 'counted' THEN {limits} END)", [join]


def _named(columns: dict[str, str]) -> str:
    return _lines([sql if sql == name else f"{sql} AS {name}" for name, sql in columns.items()])


def _lines(columns: list[str]) -> str:
    return ",\n        ".join(columns)
