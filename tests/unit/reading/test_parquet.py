"""Parquet: typed columns as they are, damaged files refused."""

from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading_kit import read_file

from schemas.errors import InputRefused

MAPPING = "columns: {id: id, channel: {value: voice}, started_at: {from: at, date: epoch_s}, note: note, agent: a}"


def write(folder, **columns):
    path = folder / "input.parquet"
    table = pa.table({"id": [1, 2], "at": [1, 2], "note": ["x", "y"], "a": ["a01", "a02"]} | columns)
    pq.write_table(table, path)
    return path


def test_a_file_without_rows_has_no_records(tmp_path):
    path = tmp_path / "input.parquet"
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in ("id", "at", "note", "a")}), path)
    assert read_file(path, "parquet", MAPPING).read == 0


def test_bytes_that_are_no_text_refuse_the_file(tmp_path):
    raw = pa.array([b"\xff\xfe", b"ok"], pa.binary())
    as_text = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    for column in (raw, as_text):
        with pytest.raises(InputRefused, match="not a readable Parquet file"):
            read_file(write(tmp_path, note=column), "parquet", MAPPING)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "input.parquet"
    path.write_bytes(b"")
    with pytest.raises(InputRefused, match="the file is empty"):
        read_file(path, "parquet", MAPPING)


def test_two_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "input.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["id", "id"]), path)
    with pytest.raises(InputRefused, match="two columns of one name"):
        read_file(path, "parquet", MAPPING)


def test_a_damaged_file_is_refused_or_read_as_it_was(tmp_path):
    path = write(tmp_path, note=["x" * 500, "y" * 500])
    whole, content = read_file(path, "parquet", MAPPING).rows, path.read_bytes()
    rolls = random.Random(7)
    for _ in range(60):
        bad = bytearray(content)
        bad[rolls.randrange(len(bad))] ^= 1 << rolls.randrange(8)
        path.write_bytes(bad)
        try:
            found = read_file(path, "parquet", MAPPING)
        except InputRefused:
            continue
        assert set(found.rows) <= set(whole)


def test_a_cut_file_is_refused(tmp_path):
    path = write(tmp_path)
    content = path.read_bytes()
    for size in range(1, len(content), 37):
        path.write_bytes(content[:size])
        with pytest.raises(InputRefused):
            read_file(path, "parquet", MAPPING)


def test_numbers_may_be_ids_and_floats_with_a_fraction_keep_it(tmp_path):
    path = write(tmp_path, id=pa.array([12.0, 12.5]))
    assert [row["source_id"] for row in read_file(path, "parquet", MAPPING)["interaction"]] == ["12", "12.5"]


def test_a_reject_shows_the_row(tmp_path):
    path = write(tmp_path, at=pa.array(["1", "soon"]))
    found = read_file(path, "parquet", MAPPING)
    assert found.rules() == [(2, "bad_time", "at")]
    assert found.rejects[0]["raw"] == '{"id": 2, "at": "soon", "note": "y", "a": "a02"}'
    assert found.rejects[0]["byte_start"] is None
