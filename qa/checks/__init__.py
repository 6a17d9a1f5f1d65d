"""Kinds of checks: one module each, its name is the key under `check:` in a policy. There is no list to keep.

A module has a frozen dataclass `Check` (its YAML) with

    pieces(key)       the SQL that answers the question, see Pieces
    problems()        what is wrong with its settings, as texts

The string below a field of the dataclass is what editors show for the key; see qa/policy_schema.py.

Text checks share one scan of the turns; see qa/compile.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from schemas.errors import PolicyError, nearest
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable

    from qa.patterns import Pattern
    from schemas.errors import Where


@dataclass(frozen=True)
class Measure:
    """What a check measured, for questions with a scale: SQL expressions over the leg's row.

    `value` is a DOUBLE, NULL where the check cannot be answered; `most` is the greatest it may be where some of it
    cannot be decided (NULL or absent: `value` itself). `words` says it in words, never NULL where `value` is known.
    """

    value: str
    words: str
    most: str | None = None


@dataclass
class Pieces:
    """SQL of one question. `outcome`, `reason` and `evidence` are expressions over the leg's row.

    That row has the columns of core.leg_context as `c`, those of `stats` as `s` and of `hits` as `h`, and what `joins`
    add. `stats` are aggregates over all turns `t` of the leg's part. `marks` are columns of those turns only that any
    of the `patterns` of any question matches, `hits` aggregates over them. `columns` are
    expressions over the leg's row, each of which may use those before it; the three may use all of them. Evidence is
    JSON, never NULL on a fail.
    """

    outcome: str
    reason: str
    evidence: str
    joins: list[str] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)
    hits: dict[str, str] = field(default_factory=dict)
    stats: dict[str, str] = field(default_factory=dict)
    measure: Measure | None = None
    facts: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)


class Check(Protocol):
    """What every kind of check offers."""

    def pieces(self, key: str) -> Pieces:
        """Return the SQL; `key` is a name unique to the question, for aliases."""

    def problems(self) -> list[str]:
        """Return what is wrong with the settings."""


@cache
def kinds() -> list[str]:
    """Return the known kinds: the names of the files here."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


def read_check(raw: dict[str, Any], where: Callable[[str], Where], path: str) -> Check:
    """Return the check a question names. Raises PolicyError with the place."""
    if len(raw) != 1:
        found, expected = ", ".join(raw) or None, f"one of {', '.join(kinds())}"
        fix = "Put the second one into a question of its own." if raw else "Add `check:`, or `human: true`."
        raise PolicyError("a check names one kind", where=where(path), found=found, expected=expected, fix=fix)
    kind, settings = next(iter(raw.items()))
    if kind not in kinds():
        raise PolicyError(f"there is no check {kind!r}", where=where(f"{path}.{kind}"), fix=nearest(kind, kinds()))
    if not isinstance(settings, dict):
        raise PolicyError("settings must be a table", where=where(f"{path}.{kind}"), found=settings)
    module = import_module(f"qa.checks.{kind}")
    made: Check = build(module.Check, settings, where, error=PolicyError, path=f"{path}.{kind}")
    for problem in made.problems():
        raise PolicyError(problem, where=where(f"{path}.{kind}"))
    return made
