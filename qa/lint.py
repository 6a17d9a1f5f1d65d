"""What is wrong with the policies of a folder, and what is probably not meant, as file:line:column and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.policy import Policy, load_policies, read_policy
from schemas.errors import CallqaError, PolicyError, Where
from schemas.strict_yaml import load

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Finding:
    """One finding. `error`: the policy cannot be used; `warning`: it can, but look at it."""

    severity: str
    text: str

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{self.severity}: {self.text}"


def lint(folder: Path, connection: DuckDBPyConnection) -> list[Finding]:
    """Return the findings for every policy in a folder. `connection` tries the patterns: any DuckDB will do."""
    findings: list[Finding] = []
    for path in sorted(path for path in folder.glob("*.yaml") if not path.name.endswith(".examples.yaml")):
        try:
            policy = read_policy(path)
        except PolicyError as problem:
            findings.append(Finding("error", str(problem)))
            continue
        findings += _patterns(policy, connection) + _advice(policy)
    if not any(one.severity == "error" for one in findings):
        try:
            load_policies(folder)
        except PolicyError as problem:
            findings.append(Finding("error", str(problem)))
    return findings


def _patterns(policy: Policy, connection: DuckDBPyConnection) -> list[Finding]:
    """Try every pattern in the engine that will run it."""
    document = load(policy.path, PolicyError)
    out = []
    for at, section in enumerate(policy.shape.sections):
        for number, one in enumerate(section.questions):
            check = policy.checks.get(one.id)
            regexes = [regex for regex in check.pieces("x").regexes] if check else []
            for regex in regexes:
                try:
                    connection.execute("SELECT regexp_matches('', ?)", [regex]).fetchone()
                except Exception as problem:  # duckdb is the warehouse's to import
                    where = document.where(f"sections.{at}.questions.{number}.check")
                    first = str(problem).splitlines()[0]
                    text = CallqaError("a pattern does not compile", where=where, found=regex, expected="RE2")
                    out.append(Finding("error", f"{text}. {first}"))
    return out


def _advice(policy: Policy) -> list[Finding]:
    out = []
    shape = policy.shape
    for at, section in enumerate(shape.sections):
        for number, one in enumerate(section.questions):
            where = load(policy.path, PolicyError).where(f"sections.{at}.questions.{number}.id")
            if not one.coaching and not one.human:
                out.append(_warn(where, f"question {one.id} has no coaching tip"))
            settings: Any = next(iter(one.check.values()), {}) if one.check else {}
            variants = settings.get("any") if isinstance(settings, dict) else None
            missing = [lang for lang in shape.languages if isinstance(variants, dict) and lang not in variants]
            if missing:
                out.append(_warn(where, f"question {one.id} has no patterns for {', '.join(missing)}: unknown there"))
    return out


def _warn(where: Where, text: str) -> Finding:
    return Finding("warning", str(CallqaError(text, where=where)))
