"""Small parts of the generator."""

import mailbox
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.demo.clock import Clock
from flows.demo.customers import PER_RANGE, phone
from flows.demo.faults import RULES, Dealer
from flows.demo.lines import clock_time, csv_line
from flows.demo.mail import Mail
from flows.demo.mbox import mbox_bytes, without_sender

BERLIN = Clock("Europe/Berlin")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)), st.integers(0, 999))
def test_local_time_and_back_is_the_same_instant(moment, ms):
    stamp = int(moment.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1000 + ms
    local = BERLIN.local(stamp)
    assert round(local.timestamp() * 1000) == stamp
    assert local.date() == BERLIN.day(stamp)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_a_gap_second_is_a_reading_the_clock_never_shows(day):
    second = BERLIN.gap_second(day)
    if second is None:
        assert BERLIN.change_hours(day) <= 0
        return
    wall = datetime.combine(day, datetime.min.time()) + timedelta(seconds=second)
    assert BERLIN.local(BERLIN.at(day, second)).replace(tzinfo=None) != wall


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 1), (date(2026, 10, 25), -1), (date(2026, 3, 28), 0)], ids=str
)
def test_days_with_a_change_are_known(day, hours):
    assert BERLIN.change_hours(day) == hours


@given(st.integers(0, 100_000))
def test_a_clock_time_adds_up(seconds):
    *hours, minutes, rest = (int(part) for part in clock_time(seconds).split(":"))
    assert sum(hours) * 3600 + minutes * 60 + rest == seconds


def test_a_field_with_a_semicolon_is_quoted():
    assert csv_line(["a;b", "ä"]) == b'"a;b";\xe4\r\n'


@given(st.integers(0, 200_000), st.sampled_from(["de", "en"]))
def test_phone_numbers_are_numbers_of_a_range_and_differ(number, language):
    assert phone(language, number) != phone(language, number + 1)
    assert phone(language, number)[1:].isdigit()


def test_the_first_numbers_of_a_range_have_no_extension():
    assert phone("de", 0) == "+493023125000"
    assert phone("en", 7 * PER_RANGE - 1) == "+441614960999"


@pytest.mark.parametrize("source", RULES)
def test_faults_are_few_and_every_kind_comes_up(source):
    dealer, dealt = Dealer(), []
    for _ in range(100):
        dealt += dealer.kinds(source, 100)
    assert 49 <= len(dealt) <= 52
    assert set(dealt) == set(RULES[source])


@pytest.mark.parametrize("kind", ["ask", "answer", "receipt", "bounce"])
def test_a_mail_is_read_back_as_it_was_written(tmp_path, kind):
    body = "Guten Tag,\n\nFrom hier: schöne Grüße, 100 % = alles.\n> alt" if kind != "bounce" else "failed"
    mail = Mail(
        kind, "1@example.net", 1_774_700_000_000, "kunde1@example.net", "service@demo.example.org", "Größe?", body, "de"
    )
    path = tmp_path / "one.mbox"
    path.write_bytes(mbox_bytes(mail, BERLIN) * 2)
    parser = BytesParser(policy=policy.default)
    with closing(mailbox.mbox(path, factory=parser.parse, create=False)) as box:
        found = list(box)
    assert [one["Message-ID"] for one in found] == ["<1@example.net>"] * 2
    assert found[0]["Subject"] == "Größe?"
    if kind == "bounce":
        assert found[0].get_content_type() == "multipart/report"
    else:
        assert found[0].get_content().replace(">From ", "From ").rstrip("\n") == body


def test_a_mail_without_its_sender_has_no_from_header():
    mail = Mail("ask", "1@example.net", 0, "kunde1@example.net", "service@demo.example.org", "x", "y", "de")
    message = BytesParser().parsebytes(without_sender(mbox_bytes(mail, BERLIN)).partition(b"\n")[2])
    assert message["From"] is None
    assert message["To"]
