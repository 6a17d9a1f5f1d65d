"""What goes into a place outside of the inbox, such as a bucket or a mailbox, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schemas.config import Limits


@dataclass(frozen=True)
class Place:
    """Where the files of a source come from: the URL in callqa.toml, and the secret from the environment."""

    source: str
    url: str
    secret: str | None
    limits: Limits


@dataclass(frozen=True)
class Fetched:
    """One file that lies whole in the folder given, and what to remember from now on so that it is not fetched again.

    `name` is a path below that folder, with `/`. `note` is what the operator should know; it stands in the run report.
    """

    name: str
    bytes: int
    memory: dict[str, Any]
    note: str | None = None


class PlaceModule(Protocol):
    """What a module in flows/places provides."""

    SCHEMES: tuple[str, ...]

    def fetch(self, place: Place, folder: Path, memory: dict[str, Any]) -> Iterator[Fetched]:
        """Put new files into `folder`, one at a time. Nothing is changed or removed at the place.

        `memory` is what the last Fetched carried, {} at first. Losing it is harmless: files that come again are
        recognised by their content. Raises CallqaError when the place cannot be reached or read.
        """
