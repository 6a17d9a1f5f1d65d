"""Made-up calls with known truth, written as an Asterisk queue_log; and the derived tables made of such logs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
from hypothesis import strategies as st

from flows.reading.contract import SourceFile
from flows.sources import queue_log
from schemas.errors import Where
from schemas.table import DUCKDB, ORIGIN, VERSION
from schemas.tables import table
from warehouse import build
from warehouse.models import all_models

MODELS = ("queue_call_event", "queue_call", "queue_interaction", "queue_leg", "queue_agent_state")
PARAMS = {"business_date": date(2026, 3, 31), "site_timezone": "Europe/Berlin"}
ENDS = {"ABANDON": "abandoned", "EXITWITHTIMEOUT": "timeout", "EXITEMPTY": "empty", "EXITWITHKEY": "key_exit"}
PLACE = {column.name for column in ORIGIN + VERSION}
REFUSED = {"FULL": "full", "CLOSED": "closed", "JOINEMPTY": "blocked", "DIVERT_CA_RATIO": "blocked"}
DONE = {"COMPLETEAGENT": "agent", "COMPLETECALLER": "customer"}


def read_logs(folder: Path, logs, **settings):
    """Read logs (lists of lines) as files of one system; return rows of queue_event, each event once."""
    rows = {}
    keys = table("queue_event").key
    for number, lines in enumerate(logs, 1):
        path = folder / f"{number}.log"
        path.write_text("".join(f"{line}\n" for line in lines))
        if not lines:
            continue
        file = SourceFile(path, path.name, "file", "queue", "pbx", "Europe/Berlin")
        made = queue_log.settings(settings, lambda key: Where("callqa.toml", field=key))
        for chunk in queue_log.read(file, made):
            assert chunk.rejects is None
            for batch in chunk.tables.get("queue_event", []):
                for row in batch.to_pylist():
                    rows.setdefault(tuple(row[key] for key in keys), row)
    return list(rows.values())


def derive(rows):
    """Return a connection with the models of queue_log built from these events."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET threads = 1")
    for schema in ("core", "mart"):
        connection.execute(f"CREATE SCHEMA {schema}")
    build.macros(connection)
    columns = {c.name: DUCKDB[c.type] for c in table("queue_event").stored if c.name != "superseded_seq"}
    connection.execute(f"CREATE TABLE core.queue_event ({', '.join(f'{n} {t}' for n, t in columns.items())})")
    names = list(rows[0])
    connection.executemany(
        f"INSERT INTO core.queue_event ({', '.join(names)}, version, run_seq) "
        f"VALUES ({', '.join('?' for _ in names)}, 1, 1)",
        [list(row.values()) for row in rows],
    )
    for name in MODELS:
        make(connection, f"core.{name}")
    return connection


def make(connection, name):
    """Build one model as a table."""
    sql = all_models()[name].sql
    used = {key: value for key, value in PARAMS.items() if f"${key}" in sql}
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}", used)


def derived(connection, name):
    """Return a derived table without what tells where its rows came from, in a fixed order."""
    columns = [row[0] for row in connection.execute(f"DESCRIBE core.{name}").fetchall() if row[0] not in PLACE]
    return sorted(connection.execute(f"SELECT {', '.join(columns)} FROM core.{name}").fetchall(), key=repr)


@st.composite
def visits(draw):
    """One visit to a queue: how long, which rings nobody took, and how it ended."""
    end = draw(st.sampled_from([*ENDS, *DONE, "BLINDTRANSFER", "ATTENDEDTRANSFER", *REFUSED]))
    wait = draw(st.integers(0, 3))
    return {
        "queue": draw(st.sampled_from(["q1", "q2"])),
        "end": end,
        "wait": wait,
        "missed": draw(st.lists(st.sampled_from(["Agent/1", "Agent/2"]), max_size=2)) if wait else [],
        "agent": draw(st.sampled_from(["Agent/1", "Agent/2"])),
        "talk": draw(st.integers(0, 3)),
        "pause": draw(st.integers(0, 1)),
    }


def log_of(number, start, stages):
    """Return the lines of one call and its truth: visits (queue, wait, outcome) and talks (agent, queue, talk)."""
    call, now = f"{start}.{number}", start
    lines, truth, talks, missed = [], [], [], 0
    for at, stage in enumerate(stages):
        queue, end, wait, talk = stage["queue"], stage["end"], stage["wait"], stage["talk"]
        if end in REFUSED:
            lines.append(f"{now}|{call}|{queue}|NONE|{end}|")
            truth.append((queue, None, REFUSED[end]))
        else:
            lines.append(f"{now}|{call}|{queue}|NONE|ENTERQUEUE||+49305550{number:02}|{at + 1}")
            for agent in dict.fromkeys(stage["missed"]):
                lines.append(f"{now + wait}|{call}|{queue}|{agent}|RINGNOANSWER|{wait * 1000}")
                missed += 1
            now += wait
            lines_, outcome = _ended(f"{call}|{queue}", now, stage)
            lines += lines_
            truth.append((queue, wait, outcome))
            if outcome == "answered":
                talks.append((stage["agent"], queue, talk))
                now += talk
        now += stage["pause"]
    return lines, {"call": call, "visits": truth, "talks": talks, "missed": missed, "start": start}


def _ended(head, now, stage):
    end, wait, talk, agent = stage["end"], stage["wait"], stage["talk"], stage["agent"]
    if end in ENDS:
        args = f"1|1|{wait}"
        return [f"{now}|{head}|NONE|{end}|{'5|' if end == 'EXITWITHKEY' else ''}{args}"], ENDS[end]
    lines = [f"{now}|{head}|{agent}|CONNECT|{wait}|17.1|{wait}"]
    before = {"BLINDTRANSFER": "600|phones|", "ATTENDEDTRANSFER": "LINK|SIP/1|SIP/2|"}.get(end, "")
    return [*lines, f"{now + talk}|{head}|{agent}|{end}|{before}{wait}|{talk}|1"], "answered"


@st.composite
def calls(draw):
    """Some calls at about the same time: their lines, each with its truth."""
    out = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        start = 1_772_434_800 + draw(st.integers(0, 5))
        out.append(log_of(number, start, draw(st.lists(visits(), min_size=1, max_size=4))))
    return out


def in_order(lines):
    """Return lines by second, as a log has them."""
    return sorted(lines, key=lambda line: int(line.split("|")[0]))
