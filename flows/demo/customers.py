"""Invented customers. Their numbers lie in ranges that regulators keep free for films, their mail at example.net."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# Germany: ranges of the Bundesnetzagentur for media use. United Kingdom: ranges of Ofcom for drama use.
GERMAN_RANGES = ("+493023125", "+496990009", "+494066969", "+492214710", "+498999998")
BRITISH_RANGES = ("+442079460", "+441134960", "+441144960", "+441214960", "+441314960", "+441414960", "+441614960")
PER_RANGE = 1000
CALLS_PER_CUSTOMER_DAYS = 30


@dataclass(frozen=True)
class Customers:
    """Everybody who might call: so many that an ordinary customer calls about once a month."""

    count: int

    @classmethod
    def for_calls(cls, calls_per_day: int) -> Customers:
        """Return a crowd that fits a number of calls a day."""
        return cls(max(50, calls_per_day * CALLS_PER_CUSTOMER_DAYS))

    def phone(self, language: str, rng: Random) -> str:
        """Return the number of somebody who speaks the language."""
        return phone(language, rng.randrange(max(20, int(self.count * (0.72 if language == "de" else 0.28)))))

    def address(self, rng: Random) -> str:
        """Return somebody's e-mail address."""
        return f"kunde{rng.randrange(self.count):05d}@example.net"


def phone(language: str, number: int) -> str:
    """Return the phone number of the n-th customer of a language; above the ranges' size, with an extension."""
    ranges = GERMAN_RANGES if language == "de" else BRITISH_RANGES
    lap, within = divmod(number, len(ranges) * PER_RANGE)
    line, at = divmod(within, len(ranges))
    return f"{ranges[at]}{line:03d}{lap if lap else ''}"
