"""Worked examples beside a policy, `<id>.examples.yaml`: a short talk in, the answer to each question out.

    policy: voice_de
    examples:
      - name: a greeting in ASCII letters counts
        interaction: {queue: complaints}     # columns of core.interaction; the policy gives channel and language
        leg: {hold_s: 200}                   # columns of core.leg
        turns:
          - "agent: Gruess Gott, mein Name ist Ada."
          - "customer 5.2-9.8: Guten Tag."       # from and to, in seconds; without, turns last five seconds each
        expect: {greeting: pass, own_name: pass}

The talks run through the models of the warehouse and the SQL of the policy: nothing is imitated. All examples of a file
happen on one day and come from one source. They stand outside of the policy's hash.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from qa.compile import compile_policies
from schemas.errors import PolicyError, Where, nearest
from schemas.strict_yaml import Document, load
from schemas.tables import table
from schemas.typed import build
from warehouse.build import build as build_models
from warehouse.connect import prepare
from warehouse.models import references

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from qa.policy import Policy

Outcome = Literal["pass", "fail", "not_applicable", "unknown"]
MS_PER_TURN = 5000
_TURN = re.compile(r"(\w+)(?: (\d+(?:\.\d{1,3})?)-(\d+(?:\.\d{1,3})?))?: (.*)", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One talk and what is expected of it; questions that are not named may be answered as they like."""

    name: str
    turns: tuple[str, ...]
    expect: dict[str, Outcome]
    interaction: dict[str, Any] = field(default_factory=dict)
    leg: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Examples:
    """A file of examples."""

    policy: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Mismatch:
    """An example that came out otherwise."""

    where: Where
    example: str
    question: str
    expected: str
    found: str
    reason: str | None

    def __str__(self) -> str:
        """Return the mismatch as one line."""
        return f"{self.where}: {self.example}: expected {self.expected}, found {self.found} ({self.reason})"


def examples_path(policy: Policy) -> Path:
    """Return where the examples of a policy lie."""
    return policy.path.with_name(f"{policy.path.stem}.examples.yaml")


def run_examples(policy: Policy, connection: DuckDBPyConnection) -> list[Mismatch]:
    """Return the examples that do not come out as expected. `connection`: an empty database, see open_memory.

    Raises PolicyError, with the place, for examples that cannot be run or name what does not exist.
    """
    document = load(examples_path(policy), PolicyError)
    read = build(Examples, document.value or {}, document.where, error=PolicyError)
    _check(policy, read, document)
    sql = compile_policies([policy])
    _fill(policy, read, connection)
    reads = references(connection, sql)
    day = policy.effective_from
    build_models(connection, ("core", "metric"), business_date=day, site_timezone="UTC", needed=reads)
    answers = connection.execute(f"SELECT leg_id, question_id, outcome, reason FROM ({sql})")
    found = {(leg_id, question): (outcome, reason) for leg_id, question, outcome, reason in answers.fetchall()}
    out = []
    for at, example in enumerate(read.examples):
        for question, expected in example.expect.items():
            outcome, reason = found.get((f"example:{at}/1", question), ("not asked", "the policy does not apply"))
            if outcome != expected:
                where = document.where(f"examples.{at}.expect.{question}")
                out.append(Mismatch(where, example.name, question, expected, outcome, reason))
    return out


def _check(policy: Policy, read: Examples, document: Document) -> None:
    if read.policy != policy.policy_id:
        raise PolicyError(
            "examples of another policy", where=document.where("policy"), found=read.policy, expected=policy.policy_id
        )
    questions = [one.id for _, one in policy.questions()]
    for at, example in enumerate(read.examples):
        _check_known(example.expect, questions, document, f"examples.{at}.expect")
        for name in ("interaction", "leg"):
            columns = [column.name for column in table(name).own]
            _check_known(getattr(example, name), columns, document, f"examples.{at}.{name}")
        for number, turn in enumerate(example.turns):
            _check_turn(turn, document.where(f"examples.{at}.turns.{number}"))


def _check_turn(turn: str, where: Where) -> None:
    speakers = table("utterance").column("speaker").allowed
    read = _TURN.fullmatch(turn)
    if not read or read[1] not in speakers:
        raise PolicyError("who speaks?", where=where, found=turn, expected=f"one of {', '.join(speakers)}: text")
    if read[2] and float(read[2]) > float(read[3]):
        raise PolicyError("a turn ends before it begins", where=where, found=f"{read[2]}-{read[3]}", expected="from-to")


def _check_known(given: dict[str, Any], known: list[str], document: Document, spot: str) -> None:
    for name in given:
        if name not in known:
            raise PolicyError("there is no such name", where=document.where(f"{spot}.{name}"), fix=nearest(name, known))


def _fill(policy: Policy, read: Examples, connection: DuckDBPyConnection) -> None:
    """Write every example as one contact with one leg."""
    prepare(connection)
    scope, day = policy.shape.applies_to, policy.effective_from
    usual: dict[str, str | None] = {
        "channel": (scope.channel or ("voice",))[0],
        "direction": (scope.direction or ("inbound",))[0],
    }
    usual |= {"language": (scope.language or policy.shape.languages or (None,))[0], "queue": (*scope.queue, None)[0]}
    for at, example in enumerate(read.examples):
        contact, begin = f"example:{at}", f"{day} 12:00:00+00"
        base = {"interaction_id": contact, "source": "example", "started_at": begin, "version": 1, "run_seq": 1}
        _insert(connection, "interaction", base | {"source_id": str(at)} | usual | example.interaction)
        leg = {"leg_id": f"{contact}/1", "leg_no": 1, "agent_id": "a01", "outcome": "handled"}
        _insert(connection, "leg", base | leg | example.leg)
        for number, turn in enumerate(example.turns, start=1):
            speaker, start, end, text = _TURN.findall(turn)[0]
            text = unicodedata.normalize("NFC", text)  # as readers do
            row = {
                "interaction_id": contact,
                "seq": number,
                "speaker": speaker,
                "text": text,
                "version": 1,
                "run_seq": 1,
            }
            row |= {
                "start_ms": round(1000 * float(start)) if start else (number - 1) * MS_PER_TURN,
                "end_ms": round(1000 * float(end)) if end else number * MS_PER_TURN,
            }
            _insert(connection, "utterance", row | ({"agent_id": "a01"} if speaker == "agent" else {}))


def _insert(connection: DuckDBPyConnection, name: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table(name).home} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
