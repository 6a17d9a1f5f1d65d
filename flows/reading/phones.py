"""Which channels of a telephone exchange are agents' phones, and whose.

A trunk, a conference or a passage within the exchange is a channel too and must never become an agent, so a site says
which are phones: by a pattern, by a list of extensions, or both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

Array = Any
_GROUP = "(?P<extension>"
# What stands between the technology and the number Asterisk adds to make a channel's name unique.
_EXTENSION = r"^[A-Za-z0-9]+/(?:[A-Za-z0-9_.-]+/)?(?P<extension>[^/@;:]+?)(?:@[^;]*)?(?:-[0-9a-f]{4,})?(?:;[12])?$"


@dataclass(frozen=True, kw_only=True)
class Phones:
    """`phones` is an RE2 pattern with a group called `extension`; `agents` gives extensions their agent ids.

    With `agents` alone exactly the extensions in it are phones.
    """

    phones: str | None = None
    agents: dict[str, str] = field(default_factory=dict)
    names_agents: ClassVar[bool] = False  # whether records of the format may name an agent themselves

    def __post_init__(self) -> None:
        """Raise ValueError for a pattern that cannot be used, and where nothing says what is a phone."""
        if self.phones is None and not self.agents and not self.names_agents:
            raise ValueError("nothing says which channels are agents' phones: set phones or agents")
        if self.phones is not None:
            if self.phones.count(_GROUP) != 1:
                raise ValueError(f"phones = {self.phones!r}, expected a pattern with one group {_GROUP}…)")
            try:
                pc.extract_regex(pa.array([""]), self.phones)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as problem:
                detail = str(problem).partition(": ")[2] or str(problem)
                raise ValueError(f"phones is no RE2 pattern with named groups only: {detail}") from None

    def agent(self, channels: Array) -> Array:
        """Return the agent of each channel's name; NULL where it is no agent's phone."""
        parts = pc.extract_regex(channels, self.phones or _EXTENSION)
        return self.named(pc.struct_field(parts, "extension"))

    def named(self, extensions: Array) -> Array:
        """Return the agent of each extension: by `agents`, else the extension itself if a pattern found it."""
        if self.phones is None:
            return self._looked_up(extensions)
        return self.listed(pc.if_else(pc.equal(extensions, ""), pa.scalar(None, pa.string()), extensions))

    def listed(self, names: Array) -> Array:
        """Return the agent of each name: by `agents`, else the name itself."""
        return pc.coalesce(self._looked_up(names), names)

    def _looked_up(self, names: Array) -> Array:
        at = pc.index_in(names, value_set=pa.array(list(self.agents), pa.string()))
        return pa.array(list(self.agents.values()), pa.string()).take(at)
