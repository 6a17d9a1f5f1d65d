"""Local time of the invented centre. Everything inside the generator is milliseconds since 1970 in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR_S = 3600
DAY_S = 24 * HOUR_S


@dataclass(frozen=True)
class Clock:
    """The wall clock of one time zone."""

    zone_name: str
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        """Look the zone up once."""
        object.__setattr__(self, "zone", ZoneInfo(self.zone_name))

    def at(self, day: date, second: int) -> int:
        """Return the UTC milliseconds of a wall-clock second of a local day."""
        wall = datetime.combine(day, time(), self.zone) + timedelta(seconds=second)
        return round(wall.timestamp()) * 1000

    def local(self, ms: int) -> datetime:
        """Return the local time, with its offset, of UTC milliseconds."""
        return datetime.fromtimestamp(ms // 1000, self.zone).replace(microsecond=ms % 1000 * 1000)

    def day(self, ms: int) -> date:
        """Return the local date of UTC milliseconds."""
        return datetime.fromtimestamp(ms // 1000, self.zone).date()

    def change_hours(self, day: date) -> float:
        """Return by how many hours clocks go forward (positive) or back (negative) on a local day; mostly 0."""
        begins, ends = (datetime.combine(day + timedelta(days=n), time(), self.zone).utcoffset() for n in (0, 1))
        return ((ends or timedelta()) - (begins or timedelta())) / timedelta(hours=1)

    def gap_second(self, day: date) -> int | None:
        """Return a second of the day that the wall clock never shows, half an hour into the gap; None without one."""
        if self.change_hours(day) <= 0:
            return None
        seconds = range(1800, DAY_S, HOUR_S)
        return next((second for second in seconds if self._skipped(day, second)), None)

    def _skipped(self, day: date, second: int) -> bool:
        wall = (datetime.combine(day, time()) + timedelta(seconds=second)).time()
        return self.local(self.at(day, second)).time() != wall
