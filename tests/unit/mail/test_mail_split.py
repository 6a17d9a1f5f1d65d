from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.reading import mail_split

LINE = b"From a@example.org Mon Mar  2 10:00:00 2026\n"
HEADS = b"Subject: x\n\n"


def cut(content, cap=1 << 20):
    return [piece.content for piece in mail_split.split(io.BytesIO(content), cap)]


def test_messages_are_cut_at_from_lines():
    one, two = LINE + HEADS + b"eins\n\n", LINE + HEADS + b"zwei"
    assert cut(one + two) == [one, two]
    windows = (one + two).replace(b"\n", b"\r\n")
    assert len(cut(windows)) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"I left.\n\nFrom here on it got worse.\nReally.\n",
        b"Called.\nFrom 10:00 to 11:00 nobody came.\nNobody.\n",
        b"\n>From quoted\n\n",
        b"Hello.\nFrom: somebody\n",
    ],
)
def test_a_sentence_that_begins_with_from_is_not_cut(body):
    assert cut(LINE + HEADS + body) == [LINE + HEADS + body]


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (b"eins\n\n", b"From a Mon Mar  2 10:00:00 2026\nbroken header\n"),
        (b"eins\n\n", b"From - no date\nSubject: x\n"),
        (b"eins\n", LINE + b"Subject: x\n"),
        (b"eins\n\n", b"From a 10:00"),
    ],
)
def test_two_of_three_signs_start_a_message(before, line):
    assert cut(LINE + HEADS + before + line) == [LINE + HEADS + before, line]


def test_a_piece_is_kept_up_to_the_cap_and_measured_beyond_it():
    big = LINE + HEADS + b"x" * 5000 + b"\n\n"
    first, second = mail_split.split(io.BytesIO(big + LINE + HEADS), 1000)
    assert (first.size, len(first.content), first.end) == (len(big), 1001, second.start)


PIECES = st.lists(
    st.sampled_from([LINE, HEADS, b"From ", b"\n", b"\r\n", b"text\n", b"From x\n", b">From \n", b"10:00", b"x" * 900]),
    max_size=40,
)


@given(PIECES, st.integers(1, 5000), st.integers(0, 3000) | st.none())
@settings(deadline=None)
def test_no_byte_is_lost_and_the_block_size_does_not_matter(parts, block, length):
    content = LINE + (b"" if length is None else b"Content-Length: %d\n\n" % length) + b"".join(parts)
    whole = cut(content)
    before, mail_split.BLOCK = mail_split.BLOCK, block
    try:
        pieces = list(mail_split.split(io.BytesIO(content), 1 << 20))
    finally:
        mail_split.BLOCK = before
    assert [piece.content for piece in pieces] == whole
    assert b"".join(whole) == content
    assert [piece.start for piece in pieces[1:]] == [piece.end for piece in pieces[:-1]]


def with_length(body, wrong=0):
    return LINE + b"Subject: x\nContent-Length: %d\n\n" % (len(body) + wrong) + body


INNER = b"Look:\n\n" + LINE + HEADS + b"inside\n"


def test_a_length_that_is_right_is_believed():
    parts = [with_length(INNER) + b"\n", with_length(b"zwei\n") + b"\n", with_length(INNER)]
    assert cut(b"".join(parts)) == parts
    windows = [with_length(INNER.replace(b"\n", b"\r\n")) + b"\r\n", with_length(b"zwei\r\n")]
    assert cut(b"".join(windows)) == windows


@pytest.mark.parametrize("wrong", [-3, 7, 10**9])
def test_a_length_that_is_wrong_is_not_believed(wrong):
    first, second = with_length(b"eins\n", wrong) + b"\n", LINE + HEADS + b"zwei\n"
    assert cut(first + second) == [first, second]


def test_a_forged_length_in_another_dialect_hides_nothing():
    first, third = LINE + HEADS + b"eins\n\n", LINE + HEADS + b"drei\n"
    hidden = LINE + HEADS + b"zwei\n\n"
    forged = with_length(b"x\n\n", len(hidden))
    assert cut(first + forged + hidden + third) == [first, forged, hidden, third]
