"""Whatever nights bring, in any order: following them makes the same rows as building everything anew."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from warehouse_kit import deliver, work

from flows.reading.contract import SourceFile
from schemas import strict_yaml
from schemas.errors import InputRefused
from warehouse import incremental, periods, touched
from warehouse.build import build
from warehouse.models import all_models

SITE = "Europe/Berlin"
CASES = Path(__file__).resolve().parents[2] / "sources"
# One case of every family whose rows are made into interactions, legs, messages or states by models.
FAMILIES = (
    "asterisk_cdr",
    "asterisk_cel",
    "connect_agent_events",
    "connect_ctr",
    "contact_lens",
    "freeswitch_csv",
    "genesys",
    "queue_log",
    "zendesk_audits",
    "zendesk_tickets",
)
FIRST = date(2026, 3, 1)


def moment(dice, spread_days=45):
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(spread_days * 1440))


def some(dice, values):
    return dice.choice([None, *values])


def interaction(dice, number):
    start = moment(dice)
    return {
        "interaction_id": f"s:{number}",
        "source": "s",
        "channel": some(dice, ["voice", "voice", "chat", "letter", "ticket"]),
        "direction": some(dice, ["inbound", "inbound", "inbound", "outbound"]),
        "customer_id": some(dice, ["k1", "k2", "k3"]),
        "queue": some(dice, ["q1", "q2"]),
        "topic": some(dice, ["bill", "move"]),
        "started_at": some(dice, [start] * 9),
        "answered_at": some(dice, [start + timedelta(seconds=dice.randrange(200))]),
        "ended_at": some(dice, [start + timedelta(minutes=dice.randrange(40))]),
        "outcome": some(dice, ["answered", "answered", "abandoned"]),
        "resolved": some(dice, [True, False]),
        "reopened": some(dice, [True, False]),
        "queue_s": some(dice, [dice.randrange(90)]),
        "csat": some(dice, [1, 5]),
        "csat_min": 1,
        "csat_max": 5,
    }


def leg(dice, number):
    start = moment(dice)
    end = start + timedelta(minutes=dice.randrange(1, 300))
    return {
        "leg_id": f"s:{number}/{dice.randrange(1, 3)}",
        "interaction_id": f"s:{number}",
        "source": "s",
        "leg_no": dice.randrange(1, 3),
        "agent_id": dice.choice(["a1", "a2", "a3"]),
        "started_at": some(dice, [start]),
        "answered_at": start,
        "ended_at": end,
        "completed_at": some(dice, [end + timedelta(minutes=3)]),
        "talk_s": some(dice, [dice.randrange(600)]),
        "hold_s": some(dice, [0, 30]),
        "wrap_s": some(dice, [0, 60]),
        "outcome": dice.choice(["handled", "handled", "handled", "missed"]),
        "hangup_by": some(dice, ["agent", "customer"]),
        "transfer": some(dice, ["none", "blind"]),
    }


def message(dice, number):
    other = dice.randrange(12)
    return {
        "message_id": f"mail:{number}",
        "source": "post",
        "system": "mail",
        "author": dice.choice(["agent", "customer", "customer", "system"]),
        "agent_id": some(dice, ["a1", "a2"]),
        "customer_id": some(dice, ["k1", "k2", "k3"]),
        "direction": dice.choice(["inbound", "outbound"]),
        "sent_at": some(dice, [moment(dice)] * 6),
        "in_reply_to": some(dice, [f"mail:{other}"]),
        "reference_ids": some(dice, [[f"mail:{dice.randrange(12)}", f"mail:{other}"]]),
        "ticket_id": some(dice, [None, None, "T1"]),
        "is_auto": dice.random() < 0.1,
        "is_public": True,
        "queue": some(dice, ["q1"]),
        "body_new": "Guten Tag",
    }


def transcript(dice, number):
    return [
        {
            "interaction_id": f"s:{number}",
            "source": "s",
            "seq": seq,
            "speaker": dice.choice(["agent", "customer"]),
            "agent_id": some(dice, ["a1", "a2"]),
            "start_ms": seq * 1000,
            "text": "Guten Tag",
        }
        for seq in range(dice.randrange(1, 5))
    ]


def survey(dice, number):
    return {
        "survey_id": f"v{number}",
        "source": "s",
        "interaction_id": some(dice, [f"s:{dice.randrange(12)}"] * 3),
        "customer_id": some(dice, ["k1"]),
        "question": dice.choice(["csat", "nps", "fcr"]),
        "value": some(dice, [1, 0]),
        "submitted_at": moment(dice),
    }


def roster(dice, number):
    return {
        "agent_id": f"a{1 + number % 3}",
        "source": "hr",
        "team": some(dice, ["red", "blue"]),
        "valid_from": date(2026, 3, 1 + dice.randrange(20)),
    }


def state(dice, number):
    start = moment(dice)
    return {
        "agent_id": dice.choice(["a1", "a2"]),
        "source": "acd",
        "state": dice.choice(["login", "available", "pause", "contact"]),
        "started_at": start,
        "ended_at": some(dice, [start + timedelta(minutes=dice.randrange(600))]),
    }


def shift(dice, number):
    start = moment(dice)
    return {
        "source": "rota",
        "agent_id": dice.choice(["a1", "a2"]),
        "activity": dice.choice(["work", "break"]),
        "starts_at": start,
        "ends_at": start + timedelta(hours=4),
    }


MAKERS = {
    "interaction": interaction,
    "leg": leg,
    "message": message,
    "survey": survey,
    "agent": roster,
    "agent_state": state,
    "shift": shift,
}


def loose(dice):
    """One file of a site that delivers canonical rows: anything may be new, corrected or the same again."""
    rows = {name: [maker(dice, dice.randrange(12)) for _ in range(dice.randrange(4))] for name, maker in MAKERS.items()}
    rows["utterance"] = [row for _ in range(dice.randrange(2)) for row in transcript(dice, dice.randrange(12))]
    return {name: listed for name, listed in rows.items() if listed}


def family(name):
    """Every record of the cases of a format, as the rows it is read into: [{table: rows}]."""
    reader, out = import_module(f"flows.sources.{name}"), []
    for case in sorted(path.parent for path in (CASES / name).glob("*/input.*")):
        path = next(case.glob("input.*"))
        given = case / "settings.yaml"
        document = strict_yaml.load(given) if given.exists() else None
        made = reader.settings((document.value if document else {}) or {}, document.where if document else str)
        try:
            chunks = list(reader.read(SourceFile(path, path.name, "f", name, "x", SITE), made))
        except InputRefused:  # some cases are about files that are not taken
            continue
        records: dict[int, dict[str, list]] = {}
        for table, batches in ((t, b) for chunk in chunks for t, b in chunk.tables.items()):
            for row in (row for batch in batches for row in batch.to_pylist()):
                held = {k: v for k, v in row.items() if k not in ("file_id", "record_no", "source")}
                records.setdefault(row["record_no"], {}).setdefault(table, []).append(held | {"source": name})
        out += records.values()
    return out


@pytest.fixture(scope="module")
def families():
    return {name: family(name) for name in FAMILIES}


def from_family(dice, records):
    """One file of a system: some of its records, in any order."""
    out: dict[str, list] = {}
    for record in dice.sample(records, min(len(records), dice.randrange(1, 6))):
        for table, rows in record.items():
            out.setdefault(table, []).extend(rows)
    return out


def load(connection, run_seq, day, files):
    deliver(connection, run_seq, {f"{run_seq}-{at}": tables for at, tables in enumerate(files)})
    row = [run_seq, f"run{run_seq}", day, datetime(2026, 1, 1, tzinfo=UTC), "test", "c"]
    connection.execute("INSERT INTO ops.run VALUES (?, ?, ?, ?, ?, ?)", row)


def follow(connection, run_seq, day):
    built = incremental.bring_up_to_date(connection, business_date=day, site_timezone=SITE)
    periods.bring_up_to_date(connection, built, run_seq=run_seq, business_date=day, site_timezone=SITE)
    incremental.finish(connection, business_date=day, site_timezone=SITE)
    return built


def differences(connection, day):
    """Build everything anew and return the tables that come out otherwise than they were."""
    names = [name for name, m in all_models().items() if m.schema != "main" and m.contract.kind == "table"]
    for name in names:
        connection.execute(f'CREATE OR REPLACE TABLE stage."was_{name}" AS SELECT * FROM {name}')
    build(connection, ("core", "metric", "mart"), business_date=day, site_timezone=SITE)
    out = {}
    for name in names:
        old, new = f'SELECT * FROM stage."was_{name}"', f"SELECT * FROM {name}"
        gone = connection.execute(f"{old} EXCEPT ALL {new}").fetchall()
        come = connection.execute(f"{new} EXCEPT ALL {old}").fetchall()
        if gone or come:
            out[name] = {"followed": gone[:3], "built": come[:3]}
    return out


def nights(dice, families):
    day = FIRST
    for number in range(1, dice.randrange(3, 6)):
        day += timedelta(days=dice.choice([0, 1, 1, 2, 8, 16]))
        files = [loose(dice) for _ in range(dice.randrange(3))]
        if dice.random() < 0.5:
            files += [from_family(dice, families[dice.choice(FAMILIES)])]
        yield number, day, files


def test_what_only_new_records_touch_is_followed_and_nothing_else_is_computed(tmp_path):
    dice = random.Random(1)
    with work(tmp_path) as connection:
        first = [interaction(dice, number) | {"started_at": moment(dice)} for number in range(40)]
        load(connection, 1, FIRST, [{"interaction": first, "leg": [leg(dice, number) for number in range(40)]}])
        assert follow(connection, 1, FIRST).everything == "there is no finished build to go on from"
        corrected = [first[7] | {"customer_id": None, "resolved": not first[7]["resolved"]}]
        load(connection, 2, FIRST, [{"interaction": corrected}])
        built = follow(connection, 2, FIRST)
        assert built.everything == ""
        assert built.rows["core.interaction_context"] == 1
        assert touched.count(connection, "own") == 1
        assert differences(connection, FIRST) == {}


def test_a_build_that_did_not_end_an_earlier_date_and_other_opening_hours_lead_to_a_full_one(tmp_path):
    later = FIRST + timedelta(days=1)
    with work(tmp_path) as connection:
        load(connection, 1, FIRST, [loose(random.Random(2))])
        follow(connection, 1, later)
        assert follow(connection, 1, later).everything == ""
        assert follow(connection, 1, FIRST).everything == f"the last build knew more: it was of {later}"
        connection.execute("INSERT INTO ops.queue_setting (queue, respond_within_h) VALUES ('q1', 12)")
        assert follow(connection, 1, later).everything == "queues or opening hours changed"
        incremental.bring_up_to_date(connection, business_date=later, site_timezone=SITE)
        assert follow(connection, 1, later).everything == "there is no finished build to go on from"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_following_any_nights_gives_the_rows_of_a_full_build(seed, families, tmp_path):
    dice = random.Random(seed)
    followed = []
    with work(tmp_path) as connection:
        for number, day, files in nights(dice, families):
            load(connection, number, day, files)
            followed.append(follow(connection, number, day).everything)
            assert differences(connection, day) == {}, json.dumps([seed, number])
            incremental.finish(connection, business_date=day, site_timezone=SITE)
    assert followed[0]
