"""Read policies, know their versions by content, and never let a published version change."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from qa.checks import Check, read_check
from schemas.errors import PolicyError, Where, nearest
from schemas.policy import Question, Section, Shape
from schemas.strict_yaml import Document, load
from schemas.tables import table
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

# Words people write that Python or SQL keep for themselves, by the place they stand in.
_WORDS = {
    "effective": {"from": "start", "to": "end"},
    "bands": {"from": "start"},
    "only_if": {"is": "outcome", "in": "among"},
    "field": {"in": "among"},
}


@dataclass(frozen=True)
class Policy:
    """One version of a policy, checked. `checks` holds the check of each automatic question by its id."""

    shape: Shape
    path: Path
    content: str
    policy_hash: str
    checks: dict[str, Check] = field(default_factory=dict)

    @property
    def policy_id(self) -> str:
        """Its name, = the name of its file up to the first dot."""
        return self.shape.policy

    @property
    def effective_from(self) -> date:
        """First day of contact."""
        return date.fromisoformat(self.shape.effective.start)

    @property
    def effective_to(self) -> date | None:
        """Last day of contact; None while it holds."""
        return date.fromisoformat(self.shape.effective.end) if self.shape.effective.end else None

    def questions(self) -> list[tuple[Section, Question]]:
        """Return the automatic questions, those a question depends on before it."""
        rest, out, done = self.shape.questions(), [], set[str]()
        while rest:
            ready = [
                (section, one)
                for section, one in rest
                if not (one.only_if and one.only_if.question) or one.only_if.question in done
            ]
            out += ready
            done |= {one.id for _, one in ready}
            rest = [pair for pair in rest if pair[1].id not in done]
        return out


def load_policies(folder: Path) -> list[Policy]:
    """Read every policy in a folder: `<id>.yaml` or, for further versions, `<id>.<anything>.yaml`.

    Raises PolicyError with file, line and column; also when two files are the same version of a policy.
    """
    paths = sorted(path for path in folder.glob("*.yaml") if not path.name.endswith(".examples.yaml"))
    policies = [read_policy(path) for path in paths]
    seen: dict[tuple[str, int], Policy] = {}
    for policy in policies:
        other = seen.setdefault((policy.policy_id, policy.shape.version), policy)
        if other is not policy:
            raise PolicyError(
                f"version {policy.shape.version} of {policy.policy_id} stands in two files",
                where=Where(policy.path),
                found=other.path.name,
                fix="Give one of them another version.",
            )
    return policies


def read_policy(path: Path) -> Policy:
    """Read and check one policy file. Raises PolicyError."""
    document = load(path, PolicyError)
    if not isinstance(document.value, dict):
        raise PolicyError("a policy is a table of keys", where=Where(path, line=1), found=document.value)
    raw = _renamed(document.value, "")
    shape = build(Shape, raw, _locate(document), error=PolicyError)
    content = json.dumps(_filled(asdict(shape)), sort_keys=True, ensure_ascii=False)
    policy_hash = hashlib.sha256(content.encode()).hexdigest()
    checks: dict[str, Check] = {}
    for at, section in enumerate(shape.sections):
        for number, one in enumerate(section.questions):
            spot = f"sections.{at}.questions.{number}"
            if not one.human:
                checks[one.id] = read_check(one.check, _locate(document), f"{spot}.check")
    made = Policy(shape, path, content, policy_hash, checks)
    _check(made, document)
    return made


def register(connection: DuckDBPyConnection, policies: list[Policy], run_seq: int) -> None:
    """Write new versions into qa.policy. Raises PolicyError when a stored version has another content."""
    stored = dict(
        ((policy_id, version), known)
        for policy_id, version, known in connection.execute(
            "SELECT policy_id, policy_version, policy_hash FROM qa.policy"
        ).fetchall()
    )
    for policy in policies:
        known = stored.get((policy.policy_id, policy.shape.version))
        if known is not None and known != policy.policy_hash:
            raise PolicyError(
                f"version {policy.shape.version} was changed after scores were made with it",
                where=Where(policy.path, field="version"),
                found=policy.policy_hash,
                expected=known,
                fix=f"Undo the change, or write `version: {policy.shape.version + 1}`.",
            )
        if known is None:
            shape = policy.shape
            row = [shape.policy, shape.version, policy.policy_hash, shape.title]
            row += [policy.effective_from, policy.effective_to, policy.content, run_seq]
            names = ", ".join(column.name for column in table("policy").columns)
            connection.execute(f"INSERT INTO qa.policy ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _renamed(value: Any, inside: str) -> Any:
    if isinstance(value, dict):
        words = _WORDS.get(inside, {})
        return {words.get(key, key): _renamed(item, str(key)) for key, item in value.items()}
    return [_renamed(item, inside) for item in value] if isinstance(value, list) else value


def _filled(value: Any) -> Any:
    """Leave out what is empty, so that a setting callqa learns later does not change the hash of old policies."""
    if isinstance(value, dict):
        kept = {name: _filled(item) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item not in (None, "", [], {}) and item is not False}
    return [_filled(item) for item in value] if isinstance(value, list | tuple) else value


def _locate(document: Document) -> Callable[[str], Where]:
    """Return the place of a dotted key, with our words turned back into those of the file."""

    def where(key: str) -> Where:
        parts, out = key.split("."), list[str]()
        for part in parts:
            inside = next((one for one in reversed(out) if not one.isdigit()), "")
            back = {ours: word for word, ours in _WORDS.get(inside, {}).items()}
            out.append(back.get(part, part))
        return document.where(".".join(out))

    return where


def _check(policy: Policy, document: Document) -> None:
    shape = policy.shape
    if policy.path.name.split(".")[0] != shape.policy:
        raise PolicyError(
            "the file has another name than the policy",
            where=document.where("policy"),
            found=policy.path.name,
            expected=f"{shape.policy}.yaml",
        )
    _check_dates(policy, document)
    _check_marks(shape, document)
    _check_scope(shape, document)
    ids = [one.id for section in shape.sections for one in section.questions]
    ids += [f"section {section.id}" for section in shape.sections]
    for at, section in enumerate(shape.sections):
        _check_name(section.id, document.where(f"sections.{at}.id"))
        if ids.count(f"section {section.id}") > 1:
            raise PolicyError("id stands twice", where=document.where(f"sections.{at}.id"), found=section.id)
        _positive(section.weight, document.where(f"sections.{at}.weight"))
        for number, one in enumerate(section.questions):
            spot = f"sections.{at}.questions.{number}"
            if ids.count(one.id) > 1:
                raise PolicyError("id stands twice", where=document.where(f"{spot}.id"), found=one.id)
            _check_question(policy, one, document, spot)
    _check_conditions(policy, document)


def _check_dates(policy: Policy, document: Document) -> None:
    try:
        start, end = policy.effective_from, policy.effective_to
    except ValueError as problem:
        raise PolicyError(f"no date: {problem}", where=document.where("effective"), expected="YYYY-MM-DD") from None
    if end and end < start:
        raise PolicyError(
            "ends before it begins", where=document.where("effective.to"), found=end, expected=f">= {start}"
        )


def _check_marks(shape: Shape, document: Document) -> None:
    if shape.version < 1:
        raise PolicyError("versions count from 1", where=document.where("version"), found=shape.version)
    if not 0 <= shape.pass_mark <= 100:
        raise PolicyError("pass_mark is a percentage", where=document.where("pass_mark"), found=shape.pass_mark)
    if not 0 <= shape.min_coverage <= 1:
        raise PolicyError("min_coverage is a share", where=document.where("min_coverage"), found=shape.min_coverage)
    starts = [band.start for band in shape.bands]
    for at, start in enumerate(starts):
        if not 0 <= start <= 100 or starts.count(start) > 1:
            where = document.where(f"bands.{at}")
            raise PolicyError("a band begins at its own percentage", where=where, found=start, expected="0 to 100")


def _check_scope(shape: Shape, document: Document) -> None:
    """Refuse values no contact can have: such a policy would never apply, and nobody would be told."""
    _check_name(shape.policy, document.where("policy"))
    for name in ("channel", "direction"):
        known = table("interaction").column(name).allowed
        for at, value in enumerate(getattr(shape.applies_to, name)):
            if value not in known:
                where = document.where(f"applies_to.{name}.{at}")
                raise PolicyError(f"there is no {name} {value!r}", where=where, fix=nearest(value, known))
    for key, languages in (("languages", shape.languages), ("applies_to.language", shape.applies_to.language)):
        for at, value in enumerate(languages):
            if not re.fullmatch("[a-z]{2}", value):
                where = document.where(f"{key}.{at}")
                raise PolicyError("no language", where=where, found=value, expected="ISO 639-1, such as de")


def _check_name(name: str, where: Where) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        expected = "small letters, digits and _, starting with a letter"
        raise PolicyError("not a name", where=where, found=name, expected=expected)


def _check_question(policy: Policy, one: Question, document: Document, spot: str) -> None:
    _check_name(one.id, document.where(f"{spot}.id"))
    for name, points in (("weight", one.weight), ("bonus", one.bonus)):
        if not 0 <= points < math.inf:
            raise PolicyError(f"a {name} is 0 or more", where=document.where(f"{spot}.{name}"), found=points)
    if not (one.weight or one.bonus or one.fatal or one.critical or one.human):
        where = document.where(f"{spot}.weight")
        raise PolicyError("counts for nothing", where=where, found=0, expected="a weight, a bonus, fatal or critical")
    if one.human and one.check:
        raise PolicyError("answered by a person or by a check, not both", where=document.where(f"{spot}.human"))
    condition = one.only_if
    if condition and bool(condition.question) == bool(condition.field):
        raise PolicyError("only_if names a question or a field", where=document.where(f"{spot}.only_if"))
    known = [other.id for _, other in policy.shape.questions()]
    if condition and condition.question and condition.among:
        where = document.where(f"{spot}.only_if.in")
        raise PolicyError("`in` goes with a field; a question has `is`", where=where, expected="is: pass or is: fail")
    if condition and condition.question and condition.question not in known:
        place = document.where(f"{spot}.only_if.question")
        raise PolicyError(
            "no such question", where=place, found=condition.question, fix=nearest(condition.question, known)
        )
    columns = ["channel", "direction", "queue", "topic", "language", "team", "site"]
    if condition and condition.field and (condition.field not in columns or not condition.among):
        place = document.where(f"{spot}.only_if.field")
        raise PolicyError(
            "field and `in` go together", where=place, found=condition.field, fix=nearest(condition.field, columns)
        )


def _check_conditions(policy: Policy, document: Document) -> None:
    """Refuse questions that wait for each other."""
    waits = {
        one.id: one.only_if.question for _, one in policy.shape.questions() if one.only_if and one.only_if.question
    }
    for begin in waits:
        at, steps = begin, 0
        while at in waits and steps <= len(waits):
            at, steps = str(waits[at]), steps + 1
        if steps > len(waits):
            raise PolicyError("questions wait for each other", where=document.where("sections"), found=begin)


def _positive(weight: float, where: Where) -> None:
    if not 0 < weight < math.inf:
        raise PolicyError("a section's weight must be above 0", where=where, found=weight)
