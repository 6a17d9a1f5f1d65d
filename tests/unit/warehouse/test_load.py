from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from warehouse_kit import at, put, work

from schemas.errors import ReconcileError, WarehouseError
from warehouse import connect, load, stage


def entry(file_id, read, **own):
    return load.LedgerEntry(
        1, 1, file_id, "acd", f"{file_id}.csv", 10, "loaded", records_read=read, records_ignored=0, **own
    )


def run(run_seq=1):
    return load.Run(run_seq, f"r{run_seq}", date(2026, 3, 2), datetime(2026, 3, 3, tzinfo=UTC), "0", "h")


def call(record_no, number, file_id="f1"):
    key = {"interaction_id": f"acd:{number}", "source_id": str(number), "channel": "voice", "started_at": at(8)}
    return key | {"record_no": record_no, "file_id": file_id}


@pytest.fixture
def con(tmp_path):
    with work(tmp_path) as connection:
        stage.create(connection)
        connection.execute(
            "CREATE TABLE stage.quarantine (source VARCHAR, file_id VARCHAR, record_no BIGINT, byte_start BIGINT, "
            "byte_end BIGINT, raw VARCHAR, rules JSON)"
        )
        yield connection


def test_read_equals_loaded_plus_quarantined_plus_duplicate_plus_ignored(con):
    put(con, "interaction", [call(1, 1), call(2, 2), call(3, 1)])
    con.execute("INSERT INTO stage.quarantine VALUES ('acd', 'f1', 4, 0, 9, 'raw', '[]')")
    mine = entry("f1", 5)
    mine.records_ignored = 1
    assert load.load(con, run(), [mine])["interaction"] == 2
    assert (mine.records_loaded, mine.records_duplicate, mine.records_quarantined) == (2, 1, 1)
    kept = con.execute("SELECT run_seq, file_name, raw FROM ops.quarantine").fetchall()
    assert kept == [(1, "f1.csv", "raw")]
    assert load.loaded_before(con) == {"f1"}
    assert load.next_run_seq(con) == 2


def test_a_record_that_went_missing_stops_the_load_and_nothing_is_written(con):
    put(con, "interaction", [call(1, 1)])
    with pytest.raises(ReconcileError, match="expected 2 read"):
        load.load(con, run(), [entry("f1", 2)])
    for name in ("history.interaction", "ops.file_ledger", "ops.run"):
        assert con.execute(f"SELECT count(*) FROM {name}").fetchone() == (0,)


def leg(agent_id, file_id):
    own = {"leg_id": "acd:1/1", "interaction_id": "acd:1", "leg_no": 1, "agent_id": agent_id, "outcome": "handled"}
    return own | {"file_id": file_id, "record_no": 1}


def test_a_record_is_loaded_when_any_of_its_rows_is_new(con):
    put(con, "interaction", [call(1, 1)])
    put(con, "leg", [leg("a", "f1")])
    load.load(con, run(), [entry("f1", 1)])
    stage.create(con)
    put(con, "interaction", [call(1, 1, "f2")])
    put(con, "leg", [leg("b", "f2")])
    second = entry("f2", 1)
    load.load(con, run(2), [second])
    assert (second.records_loaded, second.records_duplicate) == (1, 0)


def test_a_column_declared_later_is_added_to_an_old_work_file(tmp_path):
    with work(tmp_path) as connection:
        connection.execute("ALTER TABLE history.leg DROP COLUMN note")
    with work(tmp_path) as connection:
        connection.execute("SELECT note FROM history.leg")


def test_a_work_file_of_a_newer_callqa_is_refused_with_the_reason(tmp_path):
    with work(tmp_path) as connection:
        connection.execute("ALTER TABLE history.leg ADD COLUMN mood VARCHAR")
    with pytest.raises(WarehouseError, match=r"mood.*newer callqa"), work(tmp_path):
        pass


def test_a_damaged_or_locked_work_file_is_one_line(tmp_path):
    (tmp_path / "work.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match="cannot open") as caught, work(tmp_path):
        pass
    assert "\n" not in str(caught.value)


def test_user_sql_cannot_reach_files_or_settings(con):
    for attack in (
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/x'",
        "SET enable_external_access = true",
    ):
        with pytest.raises(Exception, match=r"disabled|locked|not allowed"):
            con.execute(attack)


def test_nothing_published_says_what_to_do(tmp_path):
    with pytest.raises(WarehouseError, match="callqa nightly"), connect.open_published(tmp_path / "none.duckdb"):
        pass
