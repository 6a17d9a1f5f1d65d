from __future__ import annotations

import multiprocessing
import os

import duckdb
import pytest
from warehouse_kit import work

from schemas.errors import WarehouseError
from warehouse import connect, publish


def build(tmp_path, value):
    with work(tmp_path) as connection:
        connection.execute("CREATE OR REPLACE TABLE mart.t AS SELECT ? AS a, ? AS b FROM range(20000)", [value, value])
        publish.checkpoint(connection)


def publish_as(tmp_path, run_id, keep=3):
    return publish.publish(
        tmp_path / "work.duckdb",
        tmp_path / "published" / "callqa.duckdb",
        tmp_path / "published" / "snapshots",
        run_id,
        keep,
    )


def read(tmp_path):
    with connect.open_published(tmp_path / "published" / "callqa.duckdb") as connection:
        return connection.execute("SELECT min(a), max(b) FROM mart.t").fetchone()


def test_a_publication_takes_the_name_and_an_open_reader_keeps_its_own(tmp_path):
    build(tmp_path, 1)
    publish_as(tmp_path, "r1")
    with connect.open_published(tmp_path / "published" / "callqa.duckdb") as early:
        build(tmp_path, 2)
        publish_as(tmp_path, "r2")
        assert early.execute("SELECT min(a) FROM mart.t").fetchone() == (1,)
    assert read(tmp_path) == (2, 2)


def test_the_last_snapshots_stay_and_only_the_owner_may_read(tmp_path):
    for number in range(5):
        build(tmp_path, number)
        snapshot = publish_as(tmp_path, f"r{number}")
        assert os.stat(snapshot).st_mode & 0o777 == 0o600
    assert [path.stem for path in sorted((tmp_path / "published" / "snapshots").glob("*.duckdb"))] == ["r2", "r3", "r4"]


def test_a_work_file_with_a_wal_is_not_published(tmp_path):
    build(tmp_path, 1)
    (tmp_path / "work.duckdb.wal").write_bytes(b"rows")
    with pytest.raises(WarehouseError, match="not checkpointed"):
        publish_as(tmp_path, "r1")


def _read_in_a_loop(path, begun, stop, out):
    reads = torn = 0
    while not stop.is_set():
        with duckdb.connect(path, read_only=True) as connection:
            low, high = connection.execute("SELECT min(a), max(b) FROM mart.t").fetchone()
        reads, torn = reads + 1, torn + (low != high)
        begun.set()
    out.put((reads, torn))


def test_a_reader_in_a_loop_sees_whole_publications_only(tmp_path):
    build(tmp_path, 0)
    publish_as(tmp_path, "r00")
    context = multiprocessing.get_context("spawn")
    begun, stop, out = context.Event(), context.Event(), context.Queue()
    path = str(tmp_path / "published" / "callqa.duckdb")
    reader = context.Process(target=_read_in_a_loop, args=(path, begun, stop, out))
    reader.start()
    assert begun.wait(120)
    for number in range(1, 9):
        build(tmp_path, number)
        publish_as(tmp_path, f"r{number:02}")
    stop.set()
    reads, torn = out.get(timeout=60)
    reader.join()
    assert reads > 0
    assert torn == 0
