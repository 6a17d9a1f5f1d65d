"""Legs, turns and policies for the tests of the judgement: a database with the real tables, filled by hand."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from qa import scoring
from qa.policy import read_policy
from schemas.tables import table
from warehouse import build, connect

ROOT = Path(__file__).resolve().parents[3]
POLICIES = ROOT / "qa" / "policies"
FILLED = ("core.leg_context", "core.turn", "core.interaction_context", "metric.hold_s", "metric.first_response_s")
LEG = {"interaction_id": "c", "leg_no": 1, "agent_id": "a07", "contact_on": date(2026, 3, 2), "channel": "voice"}
LEG |= {"direction": "inbound", "language": "de", "text_state": "text", "leg_version": 1, "interaction_version": 1}


@cache
def _made() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("ATTACH ':memory:' AS stage")
    connection.execute("SET TimeZone = 'UTC'")
    connect.prepare(connection)
    build.build(connection, ("core", "metric"), business_date=date(2026, 4, 1), site_timezone="Europe/Berlin")
    return connection


def database() -> duckdb.DuckDBPyConnection:
    """All tables a policy reads, empty. core.leg and core.interaction are plain tables here."""
    connection = _made().cursor()
    for name in FILLED:
        connection.execute(f"DELETE FROM {name}")
    for name in ("leg", "interaction"):
        connection.execute(f"DROP {'VIEW' if _is_view(connection, name) else 'TABLE'} IF EXISTS core.{name}")
        connection.execute(table(name).ddl(f"core.{name}", table(name).stored))
    return connection


def _is_view(connection, name):
    query = "SELECT count(*) FROM duckdb_views() WHERE schema_name = 'core' AND view_name = ?"
    return connection.execute(query, [name]).fetchone()[0] > 0


def put(connection, name, *rows):
    """Insert rows given as dicts; absent columns are NULL."""
    for row in rows:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def talk(connection, leg_id, *said, timed=True, **leg):
    """One leg with its turns, given as `agent: text` or as (speaker, text, columns)."""
    put(connection, "core.leg_context", LEG | {"leg_id": leg_id, "turns": len(said)} | leg)
    for number, one in enumerate(said, start=1):
        speaker, text, *more = one.split(": ", 1) if isinstance(one, str) else one
        times = {"start_ms": (number - 1) * 5000, "end_ms": number * 5000, "part_ms": len(said) * 5000}
        row = {"leg_id": leg_id, "interaction_id": "c", "seq": number, "turn_no": number, "turns": len(said)}
        row |= {"speaker": speaker, "text": text} | (times if timed else {}) | (more[0] if more else {})
        put(connection, "core.turn", row)


def question(check=None, id="q", **more):
    return {"id": id, "text": f"Text of {id}", "coaching": "tip", "check": check} | more


def phrase(*any_of, **more):
    return {"phrase": {"any": more.pop("by_language", list(any_of))} | more}


def policy(folder, *questions, name="p", **more):
    """Write and read a policy; with plain questions they are all in one section."""
    sections = more.pop("sections", [{"id": "s", "title": "S", "weight": 100, "questions": list(questions)}])
    head = {"policy": name, "version": 1, "title": "T", "effective": {"from": "2020-01-01"}}
    path = folder / more.pop("file", f"{name}.yaml")
    path.write_text(
        json.dumps(head | more | {"sections": sections}, ensure_ascii=False), encoding="utf-8"
    )  # JSON is YAML
    return read_policy(path)


def judged(connection, *policies):
    """Score; returns {(leg_id, question_id): row of stage.answer as a dict}."""
    scoring.score_all(connection, list(policies), code_version="t")
    return {(row["leg_id"], row["question_id"]): row for row in rows(connection, "SELECT * FROM stage.answer")}


def rows(connection, sql, params=None):
    result = connection.execute(sql, params or [])
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def outcome(connection, check, folder, leg="l", **more):
    """The outcome of one question with this check for one leg."""
    return judged(connection, policy(folder, question(check, **more)))[leg, "q"]["outcome"]
