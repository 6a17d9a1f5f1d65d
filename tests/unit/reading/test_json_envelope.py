"""Pages of an interface: their lists read as streams, whatever stands around them, and never in part."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading import json_envelope
from flows.reading.contract import SourceFile
from flows.reading.json_objects import spans
from schemas.errors import InputRefused

FILE = SourceFile(Path("page.json"), "page.json", "f", "s", "s", "UTC", record_bytes=4096)
TEXTS = st.text(alphabet='ab{}[]",:\\ \nü', max_size=8)
VALUES = st.recursive(st.none() | st.integers() | TEXTS, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
RECORDS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=5)
AROUND = st.dictionaries(TEXTS.filter(lambda name: name != "tickets"), VALUES, max_size=3)


def read(data, block):
    """The objects spans() finds when bytes come in blocks of this size."""
    handle = json_envelope.opened(io.BytesIO(data), FILE, "tickets")
    whole = b""
    while data and (more := handle.read(block)):
        whole += more
    found = spans(io.BytesIO(whole), FILE) if whole else []
    pieces = (one.data[int(a) : int(b)] for one in found for a, b in zip(one.starts, one.ends, strict=True))
    return [json.loads(piece.strip().rstrip(b",")) for piece in pieces if piece.strip()]


@given(st.lists(st.tuples(AROUND, RECORDS, AROUND), min_size=1, max_size=3), st.integers(1, 60), st.booleans())
def test_all_records_of_all_pages_come_in_order(pages, block, spread):
    texts = []
    for before, records, after in pages:
        page = list(before.items()) + [("tickets", records)] + [(f"z{name}", one) for name, one in after.items()]
        members = [f"{json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in page]
        texts.append("{" + (",\n " if spread else ",").join(members) + "}")
    assert read("\n".join(texts).encode(), block) == [record for _, records, _ in pages for record in records]


@given(st.binary(max_size=60), st.integers(0, 70), st.integers(1, 30))
def test_a_damaged_page_is_refused_or_read_whole(noise, at, block):
    sound = b'{"count":2,"tickets":[{"id":1,"a":"]}\\""},{"id":2}],"users":[{"id":3}]}'
    data = sound[:at] + noise + sound[at:]
    handle = json_envelope.Envelope(io.BytesIO(data), FILE, "tickets")
    out = b""
    try:
        while more := handle.read(block):
            out += more
        handle.read(block)
    except InputRefused:
        return
    kept = len(data) - len(out)
    assert kept == 0  # every byte keeps its place; what became blank was sound JSON around a list


@pytest.mark.parametrize(
    "data",
    [
        b'{"tickets":[{"id":1},{"id":2',
        b'{"tickets":[{"id":1}],"count":',
        b'{"tickets":[{"id":1}]}{"users":[]}',
        b'{"tickets":[{"id":1}],"count":}',
        b'{"tickets":[{"id":1}},"count":1}',
    ],
)
def test_a_page_that_is_cut_off_or_no_json_is_refused(data):
    with pytest.raises(InputRefused):
        read(data, 1 << 20)


def test_a_file_of_records_is_left_as_it_is():
    assert read(b'{"id": 1}\n{"id": 2, "tickets": []}\n', 100) == [{"id": 1}, {"id": 2, "tickets": []}]


def test_pages_in_a_list_are_pages():
    assert read(b'[{"tickets":[{"id":1}]},{"tickets":[{"id":2},{"id":3}]}]', 7) == [{"id": 1}, {"id": 2}, {"id": 3}]


def test_what_stands_around_a_list_has_a_limit():
    with pytest.raises(InputRefused, match="around the list"):
        read(b'{"tickets":[{"id":1}],"users":[' + b" " * 5000 + b"]}", 1 << 20)


def test_a_record_keeps_its_place_in_the_file():
    data = b'{"count":1,"tickets":[ {"id":7} ]}'
    handle = json_envelope.opened(io.BytesIO(data), FILE, "tickets")
    (span,) = spans(handle, FILE)
    assert data[int(span.starts[0]) + span.at : int(span.ends[0]) + span.at] == b'{"id":7}'
