from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading.mail_date import sent_at

BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "moment", "flag"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", utc(2026, 3, 2, 9), None),
        ("Mon, 2 Mar 2026 10:00:00 +0100 (CET)", utc(2026, 3, 2, 9), None),
        ("2 Mar 2026 10:00 GMT", utc(2026, 3, 2, 10), None),
        ("Mon, 2 Mar 26 10:00:00 +0000", utc(2026, 3, 2, 10), None),
        ("Mon, 2 Mar 2026 10:00:00 -0000", utc(2026, 3, 2, 9), "no_zone"),
        ("Mon Mar  2 10:00:00 2026", utc(2026, 3, 2, 9), "no_zone"),
        ("Wed, 1 Jul 2026 10:00:00", utc(2026, 7, 1, 8), "no_zone"),
        ("Sun, 25 Oct 2026 02:30:00", utc(2026, 10, 25, 0, 30), "dst_overlap"),
        ("Sun, 25 Oct 2026 02:30:00 +0100", utc(2026, 10, 25, 1, 30), None),
    ],
)
def test_a_date_header_is_read(raw, moment, flag):
    assert sent_at(raw, [], None, BERLIN) == (moment, flag)


@pytest.mark.parametrize(
    "raw",
    [None, "", "gestern", "Mon, 2 Mar 2026", "Tue, 31 Feb 2026 10:00:00 +0100", "Sun, 29 Mar 2026 02:30:00",
     "Mon, 2 Mar 1926 10:00:00 +0000", "Mon, 2 Mar 2026 10:00:00 +9999", "9" * 5000 + " 10:00"],
)  # fmt: skip
def test_without_a_usable_date_there_is_no_time(raw):
    assert sent_at(raw, [], None, BERLIN) == (None, "no_date")


def test_received_and_the_from_line_stand_in_and_are_named():
    received = ["from a by b; never", "from a by b; Mon, 2 Mar 2026 10:00:05 +0100"]
    line = "From k@example.org Mon Mar  2 11:00:00 2026"
    assert sent_at("gestern", received, line, BERLIN) == (utc(2026, 3, 2, 9, 0, 5), "from_received")
    assert sent_at(None, ["from a by b"], line, BERLIN) == (utc(2026, 3, 2, 10), "from_received")
    takeout = "From 17@xxx Mon Mar 02 11:00:00 +0000 2026"
    assert sent_at(None, [], takeout, BERLIN) == (utc(2026, 3, 2, 11), "from_received")


@given(st.text(alphabet="0123456789:+-,. MonTueJaFbmrGT()", max_size=60) | st.text(max_size=60))
def test_any_text_is_a_time_with_a_zone_or_none(text):
    moment, flag = sent_at(text, [text], text, BERLIN)
    assert (moment is None) == (flag == "no_date")
    assert moment is None or moment.tzinfo is not None
