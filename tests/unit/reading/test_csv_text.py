"""Delimited text: every record read byte for byte, or rejected with its reason, whatever the block size."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_kit import read_bytes

from flows.reading import blocks, csv_text
from flows.reading.csv_text import CsvText
from schemas.errors import InputRefused, MappingError

TURNS = "record: utterance\ncolumns: {id: call, seq: n, speaker: {value: agent}, text: text}\n"
# Small on purpose: what matters to a CSV reader, so that random texts hit it.
NASTY = st.text(st.sampled_from('a,"\n\r;ä\0 '), max_size=60)
PATIENT = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(folder, content, mapping=TURNS):
    """Return everything that can be seen of a read, places and reasons included."""
    try:
        found = read_bytes(folder, content, "csv", mapping)
    except InputRefused as problem:
        return f"refused: {problem.what}"
    rows = [{**row, "source": None} for row in found["utterance"]]
    return found.read, found.ignored, rows, sorted(found.rejects, key=lambda row: (row["record_no"], row["rule"]))


def texts(folder, content, mapping=TURNS, **file):
    return [row["text"] for row in read_bytes(folder, content, "csv", mapping, **file)["utterance"]]


def in_small_blocks(monkeypatch, size):
    monkeypatch.setattr(blocks, "BLOCK", size)
    monkeypatch.setattr(blocks, "SMALL", 8)
    monkeypatch.setattr(csv_text, "SMALL", 8)


@PATIENT
@given(lines=NASTY)
def test_fast_strict_and_block_by_block_reading_agree(tmp_path_factory, lines):
    folder = tmp_path_factory.getbasetemp()
    content = "call,n,text\n" + lines
    whole = outcome(folder, content)
    with pytest.MonkeyPatch.context() as patch:
        in_small_blocks(patch, 7)
        assert outcome(folder, content) == whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CsvText, "_fast", lambda self, span: None)
        patch.setattr(blocks, "SMALL", 1 << 30)
        assert outcome(folder, content) == whole


@PATIENT
@given(st.lists(st.text(max_size=12), max_size=8))
def test_texts_written_by_a_csv_writer_come_back_equal(tmp_path_factory, said):
    said = [text.replace("\0", "") for text in said]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["call", "n", "text"])
    writer.writerows(["c1", number, text] for number, text in enumerate(said))
    content = stream.getvalue().encode("utf-8", "surrogatepass")
    try:
        content.decode()
    except UnicodeDecodeError:
        return
    import unicodedata

    found = texts(tmp_path_factory.getbasetemp(), content)
    trimmed = [unicodedata.normalize("NFC", text) for text in said]
    assert [text.strip() for text in found] == [text.strip() for text in trimmed]


@PATIENT
@given(st.binary(max_size=80), st.sampled_from(["utf-8", "cp1252", "iso8859-15", "ascii"]), st.booleans())
def test_any_bytes_end_in_rows_rejects_or_a_refusal(tmp_path_factory, content, encoding, with_header):
    head = b"call,n,text\n" if with_header else b""
    outcome(tmp_path_factory.getbasetemp(), head + content, f"encoding: {encoding}\n{TURNS}")


@PATIENT
@given(NASTY.map(lambda text: text.replace("\0", "").replace("\r", "")))
def test_records_are_those_of_the_standard_reader_when_that_accepts_them_strictly(tmp_path_factory, lines):
    content = "call,n,text\n" + lines
    try:
        rows = [row for row in csv.reader(io.StringIO(lines, newline=""), strict=True) if row]
    except csv.Error:
        return
    result = outcome(tmp_path_factory.getbasetemp(), content)
    if isinstance(result, str):
        return
    read, ignored, _, rejects = result
    short = [row for row in rejects if row["rule"] == "field_count"]
    assert read - ignored == len(rows)
    assert len(short) == sum(len(row) != 3 for row in rows)


def test_every_record_knows_its_bytes(tmp_path):
    content = 'call,n,text\nc1,1,"zwei\nZeilen"\n\nc1,2,Ä\r\nc1,3,Ende'.encode()
    found = read_bytes(tmp_path, content, "csv", TURNS)
    places = [content[row["byte_start"] : row["byte_end"]].decode() for row in found["utterance"]]
    assert places == ['c1,1,"zwei\nZeilen"\n', "c1,2,Ä\r\n", "c1,3,Ende"]
    assert [row["record_no"] for row in found["utterance"]] == [1, 3, 4]


def test_a_stray_quote_does_not_shift_the_records_after_it(tmp_path):
    content = 'call,n,text\nc1,1,a"b\nc1,2,"x\ny\nz"\nc1,3,c"d\n'
    found = read_bytes(tmp_path, content, "csv", TURNS)
    assert [row["text"] for row in found["utterance"]] == ['a"b', "x\ny\nz", 'c"d']
    assert [content[row["byte_start"]] for row in found["utterance"]] == ["c", "c", "c"]


def test_one_bad_record_costs_only_itself(tmp_path):
    lines = [f"c1,{number},text {number}" for number in range(20_000)]
    lines[12_345] += ",and more"
    found = read_bytes(tmp_path, "call,n,text\n" + "\n".join(lines), "csv", TURNS)
    assert (found.read, len(found["utterance"])) == (20_000, 19_999)
    assert found.rules() == [(12_346, "field_count", None)]


def test_a_line_longer_than_a_record_may_be_is_rejected_and_skipped(tmp_path, monkeypatch):
    in_small_blocks(monkeypatch, 64)
    content = "call,n,text\nc1,1,short\nc1,2," + "x" * 1000 + "\nc1,3,short\n"
    found = read_bytes(tmp_path, content, "csv", TURNS, record_bytes=200)
    assert [row["seq"] for row in found["utterance"]] == [1, 3]
    assert found.rules() == [(2, "too_long", None)]
    assert (found.rejects[0]["byte_start"], found.rejects[0]["byte_end"]) == (23, 23 + 1006)


def test_a_long_line_inside_the_window_is_rejected_too(tmp_path):
    content = "call,n,text\nc1,1,short\nc1,2," + "x" * 1000 + "\nc1,3,short\n"
    found = read_bytes(tmp_path, content, "csv", TURNS, record_bytes=200)
    assert [row["seq"] for row in found["utterance"]] == [1, 3]
    assert found.rules() == [(2, "too_long", None)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfec\0", "the file is UTF-16"),
        (b"\n\n", "no header"),
        (b"call,n,text,text\n", "two columns of one name"),
        (b"call,n,te\xffxt\n", "cannot read the header"),
        (b'call,n,"text\n', "the header has no end"),
        (b'call,n,text\nc1,1,"a\nb\nc\n', "a quote is never closed"),
        (b"call,n\n", "no column 'text'"),
        (b"call,n,text,mood\n", "unknown column"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_is_refused(tmp_path, content, words):
    with pytest.raises(InputRefused, match=words):
        read_bytes(tmp_path, content, "csv", TURNS)


def test_a_quote_that_swallows_more_than_a_record_may_hold_is_refused(tmp_path, monkeypatch):
    in_small_blocks(monkeypatch, 64)
    content = 'call,n,text\nc1,1,"' + "x\n" * 500
    with pytest.raises(InputRefused, match="too long, or its quote is never closed"):
        read_bytes(tmp_path, content, "csv", TURNS, record_bytes=200)


def test_a_utf8_mark_contradicts_another_encoding(tmp_path):
    with pytest.raises(InputRefused, match="the file is UTF-8"):
        read_bytes(tmp_path, b"\xef\xbb\xbfcall,n,text\n", "csv", f"encoding: cp1252\n{TURNS}")


def test_without_quoting_a_quote_is_text(tmp_path):
    mapping = f'quote: ""\ndelimiter: "\\t"\n{TURNS}'
    assert texts(tmp_path, 'call\tn\ttext\nc1\t1\t"a\nc1\t2\tb"\n', mapping) == ['"a', 'b"']


def test_every_single_byte_encoding_reads_its_letters(tmp_path):
    for encoding in ("cp1252", "iso8859-15", "cp850", "mac_roman", "utf-8"):
        content = "call,n,text\nc1,1,Müller\n".encode(encoding)
        assert texts(tmp_path, content, f"encoding: {encoding}\n{TURNS}") == ["Müller"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "shift_jis", "gbk", "cp037", "rot13", "hex", "unicode_escape"])
def test_encodings_in_which_a_delimiter_may_be_half_a_letter_are_refused(tmp_path, encoding):
    with pytest.raises(MappingError, match="encoding"):
        read_bytes(tmp_path, b"", "csv", f"encoding: {encoding}\n{TURNS}")
