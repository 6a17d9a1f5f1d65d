"""What is wrong with the policies of a folder, and what is probably not meant, as file:line:column and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.patterns import prefilter
from qa.policy import Policy, load_policies, policy_files, read_policy
from qa.reach import out_of_answers, out_of_reach
from schemas.errors import CallqaError, PolicyError
from schemas.strict_yaml import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from qa.patterns import Pattern
    from schemas.errors import Where
    from schemas.policy import Question

_NOT_RE2 = re.compile(r"\(\?(?:<?[=!]|>)|(?<!\\)(?:\\\\)*\\[1-9]")
_ASCII_ONLY = re.compile(r"(?<!\\)(?:\\\\)*(\\[bBwW])")
_SLOW_START = re.compile(r"^(\(\?:)?(\.|\\pL|\\p\{\w+\}|\\S|\[[^\]]*\])[*+]")


@dataclass(frozen=True)
class Finding:
    """One finding. `error`: the policy cannot be used; `warning`: it can, but look at it. `rule` names the rule."""

    severity: str
    text: str
    rule: str = "policy"

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{self.severity}: {self.text} [{self.rule}]"


def lint(folder: Path, connection: DuckDBPyConnection) -> list[Finding]:
    """Return the findings for every policy in a folder. `connection` tries the patterns: any DuckDB will do."""
    findings: list[Finding] = []
    for path in policy_files(folder):
        try:
            policy = read_policy(path)
        except PolicyError as problem:
            findings.append(Finding("error", str(problem)))
            continue
        findings += [Finding("error", str(problem), "pattern") for problem in broken_patterns(policy, connection)]
        findings += _advice(policy)
    if not any(one.severity == "error" for one in findings):
        try:
            load_policies(folder)
        except PolicyError as problem:
            findings.append(Finding("error", str(problem)))
    return findings


def broken_patterns(policy: Policy, connection: DuckDBPyConnection) -> list[PolicyError]:
    """Return an error for every pattern that cannot work, each tried in the engine that will run it."""
    out = []
    for where, pattern in _patterns(policy):
        problem = _problem(pattern, connection)
        if problem:
            what, fix = problem
            out.append(PolicyError(what, where=where, found=pattern.text, fix=fix))
    return out


def refuse_broken_patterns(policies: list[Policy], connection: DuckDBPyConnection) -> None:
    """Raise the first PolicyError before any leg is scored; also when all patterns together are too much for RE2."""
    together = [p for policy in policies for check in policy.checks.values() for p in check.pieces("x").patterns]
    if not _all_work(together, connection):
        for policy in policies:
            for problem in broken_patterns(policy, connection):
                raise problem
    for regex in prefilter(together):
        refused = _refused(regex, connection)
        if refused:
            fix = "Write fewer or shorter regexes."
            raise PolicyError("the patterns of all policies together are too large", found=refused, fix=fix)


def _all_work(patterns: list[Pattern], connection: DuckDBPyConnection) -> bool:
    """Return whether no pattern has a problem, in one query: finding the place of each takes seconds."""
    regexes = [one for one in patterns if one.is_regex]
    if any(_NOT_RE2.search(one.text) or _ASCII_ONLY.search(one.text) for one in regexes):
        return False
    tries = [("", one.text, False) for one in regexes] + [("", one.re2, False) for one in regexes]
    tries += [(one.text.replace("*", "x"), one.re2, True) for one in patterns if not one.is_regex]
    texts, tried, wanted = ([row[at] for row in tries] for at in range(3))
    query = "SELECT coalesce(bool_and(regexp_matches(nfc_normalize(t), p) = w), true) FROM "
    query += "(SELECT unnest(?::VARCHAR[]) AS t, unnest(?::VARCHAR[]) AS p, unnest(?::BOOLEAN[]) AS w)"
    try:
        return (connection.execute(query, [texts, tried, wanted]).fetchone() or (False,))[0] is True
    except Exception:  # duckdb is the warehouse's to import; broken_patterns will say which one it was
        return False


def _patterns(policy: Policy) -> Iterator[tuple[Where, Pattern]]:
    document = load(policy.path, PolicyError)
    for at, section in enumerate(policy.shape.sections):
        for number, one in enumerate(section.questions):
            check = policy.checks.get(one.id)
            for pattern in check.pieces("x").patterns if check else ():
                spot = f"sections.{at}.questions.{number}.check.{next(iter(one.check))}.{pattern.path}"
                yield document.where(spot), pattern


def _problem(pattern: Pattern, connection: DuckDBPyConnection) -> tuple[str, str] | None:
    """Return what is wrong with a pattern and what to do, None when it works."""
    if pattern.is_regex and _NOT_RE2.search(pattern.text):
        return "RE2 has no look-around and no back-references", "Write out the alternatives."
    ascii_only = _ASCII_ONLY.search(pattern.text) if pattern.is_regex else None
    if ascii_only:
        fix = r"Use a word pattern, or \pL for a letter and [^\pL] for an edge."
        return f"{ascii_only.group(1)} knows ASCII only and takes ä, ö, ü, ß for no letters", fix
    alone = pattern.text if pattern.is_regex else pattern.re2  # `a)|(b` compiles only inside of other brackets
    refused = _refused(alone, connection) or _refused(pattern.re2, connection)
    if refused:
        return f"a pattern does not compile: {refused}", "See the syntax of RE2."
    if pattern.is_regex and _matches(pattern, "", connection):
        return "matches everything, the empty text too", "Let it ask for at least one letter."
    if not pattern.is_regex and not _matches(pattern, pattern.text.replace("*", "x"), connection):
        return "can never match", "Write the words as they are said, without marks around them."
    return None


def _refused(regex: str, connection: DuckDBPyConnection) -> str | None:
    try:
        connection.execute("SELECT regexp_matches('', ?)", [regex]).fetchone()
    except Exception as problem:  # duckdb is the warehouse's to import
        return str(problem).splitlines()[0]
    return None


def _matches(pattern: Pattern, text: str, connection: DuckDBPyConnection) -> bool:
    query = "SELECT regexp_matches(nfc_normalize(?), ?)"
    return (connection.execute(query, [text, pattern.re2]).fetchone() or (False,))[0] is True


def _advice(policy: Policy) -> list[Finding]:
    """Return what works but is probably not meant."""
    document, shape, out = load(policy.path, PolicyError), policy.shape, list[Finding]()
    never = {name: ("unreachable", f"is never asked: {why}") for name, why in out_of_reach(policy).items()}
    never |= {name: ("unanswerable", f"is always unknown: {why}") for name, why in out_of_answers(policy).items()}
    for at, section in enumerate(shape.sections):
        for number, one in enumerate(section.questions):
            where = document.where(f"sections.{at}.questions.{number}.id")
            out += [_warn(where, text, rule) for text, rule in _doubts(policy, one)]
            if one.id in never:
                rule, why = never[one.id]
                out.append(_warn(where, f"question {one.id} {why}", rule))
    for where, pattern in _patterns(policy):
        if pattern.is_regex and pattern.of_turns and _SLOW_START.search(pattern.text):
            text = f"{pattern.text!r} begins with a repetition: slow; one letter does as well there"
            out.append(_warn(where, text, "slow"))
    if shape.bands and min(band.start for band in shape.bands) > 0:
        out.append(_warn(document.where("bands"), "scores below the lowest band have no band", "bands"))
    return out


def _doubts(policy: Policy, one: Question) -> Iterator[tuple[str, str]]:
    if not one.coaching and not one.human:
        yield f"question {one.id} has no coaching tip", "coaching"
    settings: Any = next(iter(one.check.values()), {}) if one.check else {}
    variants = settings.get("any") if isinstance(settings, dict) else None
    if isinstance(variants, dict) and "*" not in variants:
        missing = [language for language in policy.shape.languages if language not in variants]
        if missing:
            yield f"question {one.id} has no patterns for {', '.join(missing)}: unknown there", "language"


def _warn(where: Where, text: str, rule: str) -> Finding:
    return Finding("warning", str(CallqaError(text, where=where)), rule)
