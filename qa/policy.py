"""Read policies, know their versions by content, and never let a published version change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from qa.checks import Check, read_check
from qa.policy_rules import check_policy
from schemas.errors import PolicyError, Where, nearest
from schemas.policy import Advice, Question, Section, Shape
from schemas.strict_yaml import Document, load
from schemas.tables import table
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

# Words people write that Python or SQL keep for themselves, by the place they stand in.
WORDS = {
    "effective": {"from": "start", "to": "end"},
    "bands": {"from": "start"},
    "answers": {"from": "start"},
    "only_if": {"is": "outcome", "in": "among"},
    "field": {"in": "among"},
}
# The one YAML file beside the policies that is none: questions that are shown and not scored.
ADVISORY = "advisory.yaml"


@dataclass(frozen=True)
class Policy:
    """One version of a policy, checked. `checks` holds the check of each automatic question by its id.

    `advisory` holds the questions that the workspace's advisory.yaml takes out of the score, and why. It is no part of
    the hash: how far a rule can be trusted is found out after the version was published.
    """

    shape: Shape
    path: Path
    content: str
    policy_hash: str
    checks: dict[str, Check] = field(default_factory=dict)
    advisory: dict[str, str] = field(default_factory=dict)

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

    def is_advisory(self, one: Question) -> bool:
        """Return whether a question is shown and not scored."""
        return one.advisory or one.id in self.advisory

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


def policy_files(folder: Path) -> list[Path]:
    """Return the files of a folder that are policies: not the examples beside them, not advisory.yaml."""
    found = sorted(folder.glob("*.yaml"))
    return [path for path in found if not path.name.endswith(".examples.yaml") and path.name != ADVISORY]


def load_policies(folder: Path) -> list[Policy]:
    """Read every policy in a folder: `<id>.yaml` or, for further versions, `<id>.<anything>.yaml`.

    Raises PolicyError with file, line and column; also when two files are the same version of a policy.
    """
    policies = [read_policy(path) for path in policy_files(folder)]
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
    advised = read_advisory(folder / ADVISORY, policies)
    return [replace(one, advisory=advised.get((one.policy_id, one.shape.version), {})) for one in policies]


def read_advisory(path: Path, policies: list[Policy]) -> dict[tuple[str, int], dict[str, str]]:
    """Return what advisory.yaml takes out of the score: by policy and version, the questions and why.

    Raises PolicyError for entries that name nothing there is: a question one believes unscored would be scored.
    """
    if not path.exists():
        return {}
    document = load(path, PolicyError)
    entries = [] if document.value is None else document.value
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        expected = "a list of {policy, version, question, why}"
        raise PolicyError("not a list of entries", where=Where(path, line=1), found=entries, expected=expected)
    known = {(one.policy_id, one.shape.version): [q.id for _, q in one.questions()] for one in policies}
    out: dict[tuple[str, int], dict[str, str]] = {}
    for at, raw in enumerate(entries):
        entry = build(Advice, raw, document.where, error=PolicyError, path=str(at))
        key = (entry.policy, entry.version)
        if key not in known:
            fix = nearest(f"{entry.policy} {entry.version}", [f"{name} {version}" for name, version in known])
            where = document.where(f"{at}.policy")
            raise PolicyError("no such version of a policy", where=where, found=f"{key[0]} {key[1]}", fix=fix)
        if entry.question not in known[key]:
            where, fix = document.where(f"{at}.question"), nearest(entry.question, known[key])
            raise PolicyError("no such question", where=where, found=entry.question, fix=fix)
        out.setdefault(key, {})[entry.question] = entry.why
    return out


def read_policy(path: Path) -> Policy:
    """Read and check one policy file. Raises PolicyError."""
    document = load(path, PolicyError)
    if not isinstance(document.value, dict):
        raise PolicyError("a policy is a table of keys", where=Where(path, line=1), found=document.value)
    raw = _renamed(document.value, "", "", document)
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
    check_policy(made, document)
    return made


def refuse_changed(connection: DuckDBPyConnection, policies: list[Policy]) -> set[tuple[str, int]]:
    """Return the versions that scores were made with. Raises PolicyError when one of `policies` has another content."""
    query = "SELECT policy_id, policy_version, policy_hash FROM qa.policy"
    stored = {(name, version): known for name, version, known in connection.execute(query).fetchall()}
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
    return set(stored)


def register(connection: DuckDBPyConnection, policies: list[Policy], run_seq: int) -> None:
    """Write new versions into qa.policy. Raises PolicyError when a stored version has another content."""
    stored = refuse_changed(connection, policies)
    for policy in policies:
        if (policy.policy_id, policy.shape.version) not in stored:
            shape = policy.shape
            row = [shape.policy, shape.version, policy.policy_hash, shape.title]
            row += [policy.effective_from, policy.effective_to, policy.content, run_seq]
            names = ", ".join(column.name for column in table("policy").columns)
            connection.execute(f"INSERT INTO qa.policy ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _renamed(value: Any, inside: str, path: str, document: Document) -> Any:
    """Return the raw policy with our names for the words of the file. Raises PolicyError for our names in the file."""
    if isinstance(value, list):
        return [_renamed(item, inside, f"{path}.{at}", document) for at, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    words = WORDS.get(inside, {})
    for word, ours in words.items():
        if ours in value:
            where = document.where(f"{path}.{ours}".lstrip("."))
            raise PolicyError("unknown key", where=where, fix=f"Did you mean {word!r}?")
    return {words.get(key, key): _renamed(item, str(key), f"{path}.{key}", document) for key, item in value.items()}


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
            back = {ours: word for word, ours in WORDS.get(inside, {}).items()}
            out.append(back.get(part, part))
        return document.where(".".join(out))

    return where
