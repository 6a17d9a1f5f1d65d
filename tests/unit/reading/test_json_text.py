"""JSON: every record read exactly, or rejected with its reason; the fast way and the strict way agree."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_kit import read_bytes

from flows.reading import blocks
from flows.reading.json_text import JsonText
from schemas.errors import InputRefused

CALLS = """
columns:
  id: id
  channel: {value: voice}
  started_at: {from: at, date: epoch_s}
  agent: {from: agent.name, optional: true}
  talk_s: {from: talk, optional: true}
  note: {from: note, optional: true}
turns: {from: turns, optional: true, speaker: {from: who, values: {a: agent}}, text: text,
        start_ms: {from: t, as: seconds, optional: true}}
ignore: [more]
"""
PATIENT = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4)
TURN = st.fixed_dictionaries(
    {"who": st.sampled_from(["a", "x"]), "text": SCALARS}, optional={"t": SCALARS, "other": SCALARS}
)
RECORD = st.fixed_dictionaries(
    {"id": SCALARS, "at": st.integers(min_value=0, max_value=10**9) | SCALARS},
    optional={
        "agent": st.none() | st.fixed_dictionaries({"name": SCALARS}) | SCALARS,
        "talk": SCALARS,
        "note": SCALARS | st.lists(SCALARS, max_size=2),
        "turns": st.none() | st.lists(TURN, max_size=3) | SCALARS,
        "more": st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2)),
    },
)


def outcome(folder, content, mapping=CALLS, kind="jsonl"):
    try:
        found = read_bytes(folder, content, kind, mapping)
    except InputRefused as problem:
        return f"refused: {problem.what}"
    # How a number is shown in a reject depends on the way it was read; nothing else does.
    return found.read, found.ignored, found.rows, [{**row, "found": None} for row in found.rejects]


@PATIENT
@given(st.lists(RECORD, max_size=8))
def test_fast_and_strict_reading_agree(tmp_path_factory, records):
    folder = tmp_path_factory.getbasetemp()
    content = "\n".join(json.dumps(record) for record in records).encode() or b"\n"
    whole = outcome(folder, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JsonText, "_fast", lambda self, span: None)
        patch.setattr(blocks, "SMALL", 1 << 30)
        assert outcome(folder, content) == whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", 16)
        patch.setattr(blocks, "SMALL", 8)
        assert outcome(folder, content) == whole


@PATIENT
@given(st.binary(max_size=60), st.sampled_from(["json", "jsonl"]))
def test_any_bytes_end_in_rows_rejects_or_a_refusal(tmp_path_factory, content, kind):
    outcome(tmp_path_factory.getbasetemp(), content, kind=kind)


@PATIENT
@given(st.text(st.sampled_from('{}[]",:1.eN\\u0\n d'), max_size=40), st.sampled_from(["json", "jsonl"]))
def test_any_text_that_looks_like_json_ends_likewise(tmp_path_factory, content, kind):
    good = '{"id":"c1","at":0}\n' if kind == "jsonl" else ""
    outcome(tmp_path_factory.getbasetemp(), good + content, kind=kind)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('{"id":"c","at":1,"id":"d"}', "duplicate_key"),
        ('{"id":"c","at":1,"agent":{"name":1,"name":2}}', "duplicate_key"),
        ('{"id":"c","at":1,"talk":NaN}', "bad_json"),
        ('{"id":"c","at":1,"talk":-Infinity}', "bad_json"),
        ('{"id":"c","at":01}', "bad_json"),
        ('{"id":"c","at":1}{"id":"d","at":1}', "bad_json"),
        ('{"id":"c","at":1', "bad_json"),
        ("[]", "not_an_object"),
        ("null", "not_an_object"),
        ('{"id":"c","at":1,"note":"\\udc00"}', "bad_encoding"),
        ('{"id":"c","at":1,"more":' + "[" * 70 + "]" * 70 + "}", "too_deep"),
        ('{"id":"c","at":1,"more":' + "[" * 9000 + "]" * 9000 + "}", "too_deep"),
        ('{"id":null,"at":1}', "missing_id"),
        ('{"id":"c","at":1,"talk":"1e999"}', "bad_duration"),
        ('{"id":"c","at":1,"talk":1e999}', "bad_duration"),
        ('{"id":"c","at":1,"agent":"a01"}', "wrong_shape"),
        ('{"id":"c","at":1,"turns":{"who":"a"}}', "wrong_shape"),
        ('{"id":"c","at":1,"turns":["hello"]}', "wrong_shape"),
    ],
)
def test_a_bad_record_is_rejected_and_the_others_are_read(tmp_path, line, rule):
    good = '{"id":"c%d","at":1,"agent":{"name":"a01"},"talk":1.5,"turns":[{"who":"a","text":"hi","t":1}]}\n'
    found = read_bytes(tmp_path, good % 1 + line + "\n" + good % 3, "jsonl", CALLS)
    assert [row["source_id"] for row in found["interaction"]] == ["c1", "c3"]
    assert [(number, broken) for number, broken, _ in found.rules()] == [(2, rule)]
    assert found.rejects[0]["raw"] == line


def test_bytes_that_are_no_utf8_are_rejected(tmp_path):
    found = read_bytes(tmp_path, b'{"id":"c1","at":1}\n{"id":"\xff","at":1}\n', "jsonl", CALLS)
    assert found.rules() == [(2, "bad_encoding", None)]
    assert found.rejects[0]["raw"] == '{"id":"\\xff","at":1}'


def test_ids_stay_as_they_are_written(tmp_path):
    written = ["1", "1.0", "1.50", '"00123"', "12345678901234567890", "1e3", "true"]
    for lines in ([one] for one in written):
        content = "\n".join(f'{{"id":{one},"at":1}}' for one in lines)
        found = read_bytes(tmp_path, content, "jsonl", CALLS)
        assert [row["source_id"] for row in found["interaction"]] == [one.strip('"') for one in lines]
    content = "\n".join(f'{{"id":{one},"at":1}}' for one in written)
    found = read_bytes(tmp_path, content, "jsonl", CALLS)
    assert [row["source_id"] for row in found["interaction"]] == [one.strip('"') for one in written]


def test_a_type_that_changes_late_in_the_file_changes_nothing_before_it(tmp_path):
    lines = [f'{{"id":{number},"at":{number},"talk":{number}}}' for number in range(5000)]
    lines[4000] = '{"id":"x","at":4000.5,"talk":"17"}'
    lines[4500] = '{"id":4500,"at":4500,"talk":1.25,"note":"new"}'
    found = read_bytes(tmp_path, "\r\n".join(lines), "jsonl", CALLS)
    ids = [row["source_id"] for row in found["interaction"]]
    assert (found.read, found.rejects, len(ids)) == (5000, [], 5000)
    assert (ids[3999], ids[4000], ids[4999]) == ("3999", "x", "4999")


def test_a_key_may_have_a_dot_in_its_name(tmp_path):
    mapping = "columns: {id: call.id, channel: {value: voice}, started_at: {from: at, date: epoch_s}}"
    for line in ('{"call.id":"c1","at":1}', '{"call":{"id":"c1"},"at":1}'):
        for lines in (line, line + "\n{}"):
            found = read_bytes(tmp_path, lines, "jsonl", mapping)
            assert [row["source_id"] for row in found["interaction"]] == ["c1"]


def test_a_mark_and_blank_lines_are_no_records_of_their_own(tmp_path):
    content = b'\xef\xbb\xbf{"id":"c1","at":1}\r\n\r\n  \n{"id":"c2","at":1}'
    found = read_bytes(tmp_path, content, "jsonl", CALLS)
    assert (found.read, found.ignored) == (4, 2)
    assert [row["byte_start"] for row in found["interaction"]] == [3, 28]


def test_a_line_longer_than_a_record_may_be_is_rejected(tmp_path, monkeypatch):
    long = '{"id":"c2","at":1,"note":"' + "x" * 500 + '"}'
    content = f'{{"id":"c1","at":1}}\n{long}\n{{"id":"c3","at":1}}\n'
    for size in (8 << 20, 64):
        monkeypatch.setattr(blocks, "BLOCK", size)
        found = read_bytes(tmp_path, content, "jsonl", CALLS, record_bytes=200)
        assert [row["source_id"] for row in found["interaction"]] == ["c1", "c3"]
        assert found.rules() == [(2, "too_long", None)]


def test_a_mapped_key_that_never_comes_refuses_the_file(tmp_path):
    with pytest.raises(InputRefused, match="no column 'at'"):
        read_bytes(tmp_path, '{"id":"c1"}\n', "jsonl", CALLS)
    with pytest.raises(InputRefused, match=r"no column 'turns\.text'"):
        read_bytes(tmp_path, '{"id":"c1","at":1,"turns":[{"who":"a","words":"hi"}]}', "jsonl", CALLS)


def test_a_list_where_one_value_is_wanted_must_be_chosen_from(tmp_path):
    found = read_bytes(tmp_path, '{"id":"c1","at":1,"agent":[{"name":"a"},{"name":"b"}]}', "jsonl", CALLS)
    assert found.rules() == [(1, "wrong_shape", "agent")]
    content = '{"id":"c1","at":[1,2]}\n'
    mapping = "columns: {id: id, channel: {value: voice}, started_at: {from: at, date: epoch_s, take: last}}"
    found = read_bytes(tmp_path, content, "jsonl", mapping)
    assert found["interaction"][0]["started_at"].timestamp() == 2


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "the file is empty"), (b"\xfe\xff\0{", "UTF-16"), (b" \n", "the file is empty")]
)
def test_a_document_that_is_none_is_refused(tmp_path, content, words):
    with pytest.raises(InputRefused, match=words):
        read_bytes(tmp_path, content, "json", CALLS)


def test_a_document_has_a_size_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 64)
    with pytest.raises(InputRefused, match="too long"):
        read_bytes(tmp_path, '{"id":"' + "x" * 500 + '","at":1}', "json", CALLS, record_bytes=200)
