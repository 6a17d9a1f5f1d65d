from __future__ import annotations

from datetime import date

import pytest

from schemas.calendar import load_calendar
from schemas.errors import CalendarError

GOOD = """\
versions:
  - valid_from: 2025-01-01
    timezone: Europe/Berlin
    holidays: DE-BE
    open: {mon: ["08:00-12:00", "13:00-17:30"], sun: ["00:00-24:00"]}
    closed: [2026-12-24]
    special: {2026-12-31: ["08:00-12:00"]}
  - valid_from: 2026-07-01
    timezone: Europe/Berlin
    open: {}
"""


def read(tmp_path, text, check=lambda _code, _day: None):
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    return load_calendar(tmp_path, "c", check)


def refused(tmp_path, text, check=lambda _code, _day: None):
    with pytest.raises(CalendarError) as caught:
        read(tmp_path, text, check)
    return str(caught.value).replace(str(tmp_path), "W")


def test_hours_are_minutes_of_the_day_and_exceptions_are_days(tmp_path):
    first, second = read(tmp_path, GOOD).versions
    assert first.weekdays[0] == ((480, 720), (780, 1050))
    assert first.weekdays[1] == ()
    assert first.weekdays[6] == ((0, 1440),)
    assert first.days == {date(2026, 12, 24): (), date(2026, 12, 31): ((480, 720),)}
    assert (first.holidays, second.holidays) == ("DE-BE", "")
    assert second.valid_from == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"08:00-12:00", "13', '"12:00-08:00", "13', "W/c.yaml:5:18: versions.0.open.mon.0: no span of hours"),
        (
            '"13:00-17:30"',
            '"11:00-17:30"',
            "W/c.yaml:5:33: versions.0.open.mon.1: begins before the one before it ends",
        ),
        ('"00:00-24:00"', '"00:00-24:01"', "no span of hours: found '00:00-24:01'"),
        ("sun:", "sunday:", "unknown weekday: found 'sunday'. Did you mean 'sun'?"),
        ("closed: [2026-12-24]", "closed: [24.12.2026]", "W/c.yaml:6:14: versions.0.closed.0: not a day"),
        ("closed: [2026-12-24]", "closed: [2026-12-31]", "the day is closed, too"),
        ("closed: [2026-12-24]", "close: [2026-12-24]", "unknown key. Did you mean 'closed'?"),
        ("2026-07-01", "2025-01-01", "W/c.yaml:8:5: versions.1.valid_from: versions are not in order"),
        ("timezone: Europe/Berlin\n    holidays", "timezone: Europe/Berln\n    holidays", "unknown time zone"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, old, new, message):
    assert old in GOOD
    assert message in refused(tmp_path, GOOD.replace(old, new, 1))


def test_an_unknown_holiday_code_is_an_error_at_its_place(tmp_path):
    found = refused(tmp_path, GOOD, lambda code, _day: f"no {code}")
    assert found.startswith("W/c.yaml:4:5: versions.0.holidays: no DE-BE")


def test_a_missing_calendar_names_the_nearest_one(tmp_path):
    (tmp_path / "berlin.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(CalendarError, match="Did you mean 'berlin'"):
        load_calendar(tmp_path, "berln")


@pytest.mark.parametrize("text", ["", "versions: []", "- a", "versions: 3"])
def test_a_file_without_versions_is_an_error(tmp_path, text):
    assert refused(tmp_path, text)
