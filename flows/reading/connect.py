"""What the files of Amazon Connect share: names of agents, and times that stand as texts or as numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Array = Any
_LONGEST = 9_999_999_999_999  # of a number of seconds or milliseconds that is a time of our days


@dataclass(frozen=True)
class People:
    """`agents` gives a user's id or login the agent id used elsewhere; all others keep their own."""

    agents: dict[str, str] = field(default_factory=dict)

    def named(self, agent: str | None) -> str | None:
        """Return the agent id used elsewhere."""
        return None if agent is None else self.agents.get(agent, agent)

    def names(self, array: Array) -> Array:
        """Return the agent ids used elsewhere."""
        if not self.agents:
            return array
        at = pc.index_in(array, value_set=pa.array(list(self.agents), pa.string()))
        return pc.coalesce(pa.array(list(self.agents.values()), pa.string()).take(at), array)


def tails(arns: Array) -> Array:
    """Return the id an ARN ends with, which is what the interface and evaluations call the user."""
    return pc.replace_substring_regex(arns, pattern="^.*/", replacement="")


def tail(arn: str | None) -> str | None:
    """Return the id an ARN ends with."""
    return None if arn is None else arn.rpartition("/")[2]


def moment(value: Any) -> Any:
    """Return a time that stands as a number of seconds since 1970 as ISO text; everything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LONGEST / 100:
        return value
    return datetime.fromtimestamp(round(value * 1_000_000) / 1_000_000, UTC).isoformat()


def language(code: str | None) -> str | None:
    """Return the ISO 639-1 code of a name such as de-DE; any other text as it is, to be refused by its column."""
    if code is None:
        return None
    found = re.match(r"([A-Za-z]{2})(?:[-_]|$)", code)
    return found.group(1).lower() if found else code
