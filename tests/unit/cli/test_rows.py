"""Query results on their way out, and the files they go into."""

from __future__ import annotations

import os
import stat

import duckdb
import pytest

from flows.files import replacing
from flows.rows import stream
from schemas.errors import CallqaError


def rows(query, params=None):
    return stream(duckdb.connect(), query, params).read_all()


def test_lists_and_structs_become_json_texts():
    assert rows("SELECT [1, 2] AS l, {'x': 1} AS s, MAP {'k': 1} AS m, NULL::INT[] AS n").to_pylist() == [
        {"l": "[1,2]", "s": '{"x":1}', "m": '{"k":1}', "n": None}
    ]


def test_types_no_writer_knows_become_exact_texts():
    query = (
        "SELECT 340282366920938463463374607431768211455::UHUGEINT AS u, INTERVAL 1 DAY AS i, TIME '10:00' AS t, "
        "'a'::ENUM ('a') AS e, '\\x41'::BLOB AS b, '{\"k\": 1}'::JSON AS j"
    )
    assert rows(query).to_pylist() == [
        {
            "u": "340282366920938463463374607431768211455",
            "i": "1 day",
            "t": "10:00:00",
            "e": "a",
            "b": "A",
            "j": '{"k": 1}',
        }
    ]


def test_two_columns_of_one_name_are_both_kept():
    assert rows('SELECT 1 AS a, 2 AS a, 3 AS "a_2"').to_pylist() == [{"a": 1, "a_2": 2, "a_2_2": 3}]


def test_describe_works_and_a_statement_without_rows_is_none():
    assert rows("DESCRIBE SELECT 1 AS x").column("column_name").to_pylist() == ["x"]
    assert stream(duckdb.connect(), "CREATE TABLE t (a INT)") is None


def test_only_parameters_that_stand_in_the_query_are_bound():
    assert rows("SELECT $a::INT AS a", {"a": 1, "b": 2}).to_pylist() == [{"a": 1}]


def test_an_sql_error_is_one_line_without_the_query():
    with pytest.raises(CallqaError, match="Table with name nothing does not exist") as raised:
        stream(duckdb.connect(), "SELECT *\nFROM nothing")
    assert "\n" not in str(raised.value)
    assert "FROM" not in str(raised.value)


def test_a_file_appears_complete_and_private(tmp_path):
    with replacing(tmp_path / "a") as sink:
        sink.write(b"new")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_failure_keeps_the_old_file(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a") as sink:
        sink.write(b"half")
        raise ZeroDivisionError
    assert (tmp_path / "a").read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_missing_folder_is_one_line(tmp_path):
    with (
        pytest.raises(CallqaError, match=r"none/a: cannot write: No such file or directory"),
        replacing(tmp_path / "none" / "a"),
    ):
        pass


def test_a_waiting_trap_under_the_temporary_name_is_not_followed(tmp_path):
    (tmp_path / f".a.{os.getpid()}.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CallqaError, match="cannot write"), replacing(tmp_path / "a"):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_an_error_in_the_middle_of_the_rows_is_one_line_too(tmp_path):
    query = "SELECT CAST(CASE WHEN i = 2999999 THEN 'x' ELSE '1' END AS INT) AS n FROM range(3000000) AS t(i)"
    with pytest.raises(CallqaError, match=r"^Conversion Error: Could not convert string 'x' to INT32$"):
        for _ in stream(duckdb.connect(), query):
            pass
