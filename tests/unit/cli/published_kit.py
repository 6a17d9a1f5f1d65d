"""A workspace with a small published file, made without a night: the tables exports read, filled by hand."""

from __future__ import annotations

import json

import duckdb

from schemas.tables import all_tables
from warehouse.models import all_models

TOML = """
[site]
name = "Test centre"
timezone = "Europe/Berlin"

[[sources]]
name = "acd"
format = "{format}"
files = "*.csv"
{privacy}
"""
AGENT = """
[privacy]
mode = "agent"
purpose = "coaching"
agreement_ref = "BV 7/2026"
retention_days = 90
"""
POLICY = {"sections": [{"id": "s", "questions": [{"id": "greet", "text": "Greets by name"}, {"id": "bye"}]}]}
WINDOW = json.dumps({"window": "last 3 turns", "turns": 3, "speaker": "agent"})
EVIDENCE = json.dumps([{"seq": 1, "quote": "=hallo"}])


def workspace(path, privacy=AGENT, form="mapped"):
    """Make a workspace; returns its folder."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "callqa.toml").write_text(TOML.format(privacy=privacy, format=form))
    (path / "inbox").mkdir(exist_ok=True)
    return path


def publish(path):
    """Put a published file with two scores, one failed question and two teams into a workspace."""
    target = path / "data" / "published" / "callqa.duckdb"
    target.parent.mkdir(parents=True, mode=0o700)
    (path / "data").chmod(0o700)
    with duckdb.connect(str(target)) as connection:
        for schema in ("core", "qa", "ops", "mart", "history"):
            connection.execute(f"CREATE SCHEMA {schema}")
        for name in ("score", "answer", "policy", "run"):
            table = all_tables()[name]
            connection.execute(table.ddl(table.full_name, table.stored))
        put(connection, "ops.run", run_seq=1, run_id="R1", business_date="2026-03-02", started_at="2026-03-03")
        put(connection, "qa.policy", policy_id="p", policy_version=1, content=json.dumps(POLICY))
        connection.execute(f"CREATE VIEW mart.question AS {all_models()['mart.question'].sql}")
        fail = {
            "policy_id": "p",
            "policy_version": 1,
            "outcome": "fail",
            "leg_id": "c1/1",
            "score": 0,
            "is_advisory": False,
        }
        put(connection, "qa.answer", **fail, question_id="greet", weight=2, evidence=EVIDENCE, reason="said otherwise")
        put(connection, "qa.answer", **fail, question_id="bye", weight=1, reason="not said", evidence=WINDOW)
        both = {"policy_id": "p", "policy_version": 1, "agent_id": "-a07"}
        put(connection, "qa.score", **both, leg_id="c1/1", interaction_id="c1", contact_on="2026-03-01", final=40.5)
        put(connection, "qa.score", **both, leg_id="c2/1", interaction_id="c2", contact_on="2026-03-02")
        connection.execute("CREATE TABLE core.leg_context (leg_id TEXT, team TEXT, channel TEXT, queue TEXT)")
        put(connection, "core.leg_context", leg_id="c1/1", team="red", channel="voice", queue="q")
        connection.execute(
            "CREATE TABLE mart.team_period AS SELECT 'week' AS period, DATE '2026-03-02' AS period_start, * FROM ("
            "VALUES ('red', 5, 50, 40, 300.5, 10, 0.5, 1, 9, 80.0), "
            "('blue', 4, 50, 40, 300.5, 10, 0.5, 1, 9, 80.0)) AS t("
            "team, agents, legs, handle_n, handle_mean_s, resolution_n, resolution_rate, resolution_unknown_n, "
            "adherence_n, adherence_mean)"
        )
    target.chmod(0o600)
    return target


def put(connection, table, **row):
    """Insert one row; absent columns are NULL."""
    marks = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
