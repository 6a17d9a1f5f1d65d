"""Measure the text checks: 30 phrase questions over made-up utterances on one thread, with rare and frequent hits.

`.venv/bin/python tests/benchmarks/policy.py [--utterances 2000000] [--profile]`. What runs is the SQL of
`callqa policy sql`, over tables like core.turn and core.leg_context. Printed: million utterances a second of processor
time, for finding the words alone (`hits`) and for all answers written (30 for every 20 utterances).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import duckdb

from qa.compile import compile_policies
from qa.policy import Policy, read_policy
from schemas.tables import table
from warehouse import connect

TURNS = 20
QUESTIONS = 30
# Texts of about 75 characters, of words no pattern looks for. One in `every` utterances holds one of the 30 phrases.
# fmt: off
FILL = [
    "also", "ich", "hatte", "gestern", "schon", "einmal", "bei", "ihnen", "angefragt", "und", "wollte", "nun",
    "gerne", "wissen", "wie", "es", "damit", "weitergeht", "bitte", "schauen", "wir", "gleich", "gemeinsam",
    "nach", "der", "vorgang", "liegt", "hier", "vor", "mir", "und", "ich", "lese", "kurz", "was", "die",
    "kollegin", "notierte",
]
HEARD = [
    "guten tag", "grüß gott", "mein name ist", "was kann ich für sie tun", "auf wiederhören",
    "vielen dank für ihren anruf", "tut mir * leid", "entschuldig*", "ich verstehe ihren ärger", "kontonummer",
    "geburtsdatum", "pin", "straße", "überweisung*", "garantier*", "hundertprozentig", "ich fasse zusammen",
    "sonst noch etwas", "schönen tag", "einen moment bitte", "rückruf*", "selbst schuld",
    "dafür bin ich nicht zuständig", "passwort", "datenschutz", "aufgezeichnet", "vertrag*", "kündigung*",
    "reklamation", "beschwerde*",
]
# fmt: on


def policy(folder: Path) -> Policy:
    """Write and read a policy of 30 questions: each with five wordings, a third of them with a window."""
    windows = [None, None, {"first": 4, "unit": "turns"}, None, None, {"last": 30, "unit": "percent"}]
    questions = []
    for number, words in enumerate(HEARD):
        wordings = [words, f"{words} gern", f"{words} auch", f"und {words}", {"regex": f"{words.replace('*', '')} x+y"}]
        check = {"any": {"de": wordings}, "absent": number % 5 == 0}
        if windows[number % 6]:
            check["window"] = windows[number % 6]
        questions.append({"id": f"q{number}", "text": words, "coaching": "-", "check": {"phrase": check}})
    made = {"policy": "bench", "version": 1, "title": "Bench", "effective": {"from": "2020-01-01"}}
    made["sections"] = [{"id": "s", "title": "S", "weight": 1, "questions": questions}]
    path = folder / "bench.yaml"
    path.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    return read_policy(path)


def database(utterances: int, every: int) -> duckdb.DuckDBPyConnection:
    """Return tables of that many turns, a phrase in one of `every` of them."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("ATTACH ':memory:' AS stage")
    connect.prepare(connection)
    exceptions = table("exception")
    connection.execute(exceptions.ddl("core.exception", exceptions.own))
    legs = utterances // TURNS
    connection.execute(
        "CREATE TABLE core.leg_context AS SELECT 'leg:' || i || '/1' AS leg_id, 'leg:' || i AS interaction_id, "
        "1 AS leg_no, 'a' || i % 500 AS agent_id, NULL::VARCHAR AS team, NULL::VARCHAR AS site, 40 AS tenure_days, "
        "DATE '2026-03-02' AS contact_on, 'voice' AS channel, 'inbound' AS direction, 'q' AS queue, "
        f"NULL::VARCHAR AS topic, 'de' AS language, {TURNS} AS turns, 'text' AS text_state FROM range({legs}) AS r(i)"
    )
    words = ", ".join(f"'{word}'" for word in FILL)
    heard = ", ".join("'" + one.replace("*", "") + "'" for one in HEARD)
    # Texts begin at any place of the filling, 13 words long; `hash` is the only source of chance.
    connection.execute(
        f"CREATE TABLE core.turn AS WITH w AS (SELECT [{words}] AS fill, [{heard}] AS heard), "
        f"t AS (SELECT i, hash(i) % {len(FILL) - 13} AS begin_at, hash(i, 1) % {every} = 0 AS is_hit "
        f"FROM range({utterances}) AS r(i)) "
        f"SELECT 'leg:' || i // {TURNS} || '/1' AS leg_id, 'leg:' || i // {TURNS} AS interaction_id, "
        f"i % {TURNS} + 1 AS seq, "
        f"i % {TURNS} + 1 AS turn_no, {TURNS} AS turns, "
        "CASE WHEN i % 2 = 0 THEN 'agent' ELSE 'customer' END AS speaker, "
        f"i % {TURNS} * 5000 AS start_ms, i % {TURNS} * 5000 + 4000 AS end_ms, {TURNS} * 5000 AS part_ms, "
        "array_to_string(list_slice(fill, begin_at::INT + 1, begin_at::INT + 13), ' ') || "
        f"CASE WHEN is_hit THEN ' ' || heard[(hash(i, 2) % {QUESTIONS})::INT + 1] ELSE '' END AS text, "
        "NULL::VARCHAR AS subject, NULL::VARCHAR AS language, NULL::DOUBLE AS confidence FROM t, w"
    )
    return connection


def measure(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[float, float]:
    """Run once, keep the answers; return seconds of wall clock and of processor."""
    wall, used = time.perf_counter(), time.process_time()
    connection.execute(f"CREATE OR REPLACE TEMP TABLE answered AS {sql}")
    return time.perf_counter() - wall, time.process_time() - used


def main() -> None:
    """Print one line a case."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--utterances", type=int, default=2_000_000)
    options.add_argument("--profile", action="store_true", help="Print DuckDB's profile of the last case.")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sql = compile_policies([policy(Path(folder))])
    for name, every in (("rare: 1 in 1000", 1000), ("usual: 1 in 10", 10), ("frequent: 1 in 2", 2)):
        connection = database(chosen.utterances, every)
        words = sql[: sql.rindex("\nSELECT\n    a.leg_id")] + " SELECT * FROM hits"
        for what, text in (("words", words), ("answers", sql)):
            wall, used = measure(connection, text)
            rate = chosen.utterances / used / 1e6
            print(f"{name:18} {what:8} {rate:5.2f} M utterances/s ({wall:.1f} s wall, {used:.1f} s cpu)", flush=True)
        if chosen.profile:
            print(connection.execute(f"EXPLAIN ANALYZE {sql}").fetchall()[0][1])


if __name__ == "__main__":
    main()
