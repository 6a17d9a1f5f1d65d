"""Objects of JSON files are found whatever stands between them, and whatever the size of the blocks read."""

from __future__ import annotations

import json

import pytest
from connect_kit import chunks, contact
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flows.reading import blocks, json_objects, json_records

PATIENT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NASTY = st.text(st.sampled_from('a"\\{}[],:\n ä'), max_size=12)
VALUES = st.recursive(NASTY | st.integers(0, 9) | st.none(), lambda inner: st.lists(inner, max_size=2), max_leaves=4)
RECORDS = st.lists(st.dictionaries(st.sampled_from(["x", "Y", 'q"', "{"]), VALUES, max_size=3), max_size=5)


def seen(folder, content, name="connect_ctr"):
    """Return everything visible of a read: rows and rejects with their places."""
    rows, rejects, read, ignored = [], [], 0, 0
    for chunk in chunks(folder / "input.json", name, content):
        read, ignored = read + chunk.read, ignored + chunk.ignored
        rows += [row for batches in chunk.tables.values() for batch in batches for row in batch.to_pylist()]
        rejects += chunk.rejects.to_pylist() if chunk.rejects else []
    numbers = {row["record_no"] for row in rows + rejects}
    assert read == ignored + len(numbers)
    return rows, rejects


def in_small_blocks(patch, size=11):
    patch.setattr(blocks, "BLOCK", size)
    patch.setattr(blocks, "SMALL", 8)
    patch.setattr(json_objects, "_REACH", 8)


def written(records, between, **how):
    return between.join(json.dumps(one, **how) for one in records).encode()


@PATIENT
@given(RECORDS, st.sampled_from(["", "\n", "\r\n", " ", ",\n"]), st.booleans(), st.sampled_from([None, 1]))
def test_objects_come_back_whatever_stands_between_them(tmp_path_factory, made, between, in_list, indent):
    folder = tmp_path_factory.getbasetemp()
    records = [contact(f"c{number}", "08:00:00Z", "08:01:00Z") | one for number, one in enumerate(made)]
    content = written(records, between, indent=indent, ensure_ascii=False)
    content = b"[" + content + b"]" if in_list else content
    if not content:
        return
    rows, rejects = seen(folder, content)
    assert rejects == []
    assert [row["source_id"] for row in rows] == [one["ContactId"] for one in records]
    for row, record in zip(rows, records, strict=True):
        assert json.loads(content[row["byte_start"] : row["byte_end"]].strip().rstrip(b",")) == record
        known = {"ContactId", "Channel", "InitiationMethod", "InitiationTimestamp", "DisconnectTimestamp"}
        others = {key: record[key] for key in record.keys() - known - {"LastUpdateTimestamp"}}
        full = {key: value for key, value in others.items() if value not in (None, "", [])}
        assert json.loads(row["extra"] or "{}") == full


@PATIENT
@given(RECORDS, st.sampled_from(["", "\n"]), st.integers(9, 400))
def test_the_size_of_the_blocks_changes_nothing(tmp_path_factory, made, between, size):
    folder = tmp_path_factory.getbasetemp()
    records = [contact(f"c{number}", "08:00:00Z", "08:01:00Z") | one for number, one in enumerate(made)]
    content = written(records, between) or b" "
    whole = seen(folder, content)
    with pytest.MonkeyPatch.context() as patch:
        in_small_blocks(patch, size)
        assert seen(folder, content) == whole


@PATIENT
@given(RECORDS)
def test_reading_one_by_one_and_reading_many_at_once_agree(tmp_path_factory, made):
    folder = tmp_path_factory.getbasetemp()
    records = [contact(f"c{number}", "08:00:00Z", "08:01:00Z") | one for number, one in enumerate(made)]
    content = written(records, "") or b" "
    whole = seen(folder, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_records._Reader, "fast", lambda self, span: None)
        patch.setattr(blocks, "SMALL", 1 << 30)
        assert seen(folder, content) == whole


@PATIENT
@given(st.lists(st.sampled_from([b'{"a":', b"{", b"}", b'"', b"\\", b"\n", b"[", b"]", b",", b"1", b"}{", b"x"])))
@example([b"}"] * 50 + [b"{}"] * 50)
@example([b'{"a":"'] * 60)
def test_any_pieces_of_json_end_in_rejects_and_lose_no_byte(tmp_path_factory, pieces):
    content = b"".join(pieces) or b" "
    with pytest.MonkeyPatch.context() as patch:
        in_small_blocks(patch)
        rows, rejects = seen(tmp_path_factory.getbasetemp(), content)
    assert rows == []
    left = bytearray(content)
    for one in rejects:
        left[one["byte_start"] : one["byte_end"]] = b" " * (one["byte_end"] - one["byte_start"])
    assert not left.strip(b" \t\r\n,[]")


@pytest.mark.parametrize("between", ["", "\n"])
def test_one_damaged_object_costs_only_itself(tmp_path, between):
    good = [json.dumps(contact(f"c{number}", "08:00:00Z", "08:01:00Z")) for number in range(200)]
    for damage in ('{"ContactId":"x","Attributes":{"a":"b"}', '{"ContactId":"x","lost":"quote}'):
        content = between.join([*good[:100], damage, *good[100:]]).encode()
        rows, rejects = seen(tmp_path, content)
        assert [row["source_id"] for row in rows] == [f"c{number}" for number in range(200)]
        assert [one["rule"] for one in rejects] == ["bad_json"]


def test_an_object_longer_than_a_record_may_be_is_rejected(tmp_path):
    small = json.dumps(contact("c1", "08:00:00Z", "08:01:00Z")).encode()
    large = json.dumps(contact("c2", "08:00:00Z", "08:01:00Z") | {"Attributes": {"a": "x" * 2000}}).encode()
    rules = []
    for chunk in chunks(tmp_path / "i.json", "connect_ctr", small + large + small, record_bytes=1000):
        rules += [one["rule"] for one in (chunk.rejects.to_pylist() if chunk.rejects else [])]
    assert rules == ["too_long"]
