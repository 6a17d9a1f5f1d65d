"""One file of the inbox under way, and the exact count of what must become of its records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass
class Tally:
    """What must become of the records of one file."""

    file: str
    status: str = "loaded"
    read: int = 0
    loaded: int = 0
    quarantined: int = 0
    duplicate: int = 0
    ignored: int = 0


class OutFile:
    """Writes records and counts them; record numbers start at 1 and a header has none."""

    def __init__(self, path: Path, header: bytes = b"") -> None:
        """Create the file with its header."""
        self.path, self.tally = path, Tally(path.name)
        self._handle = path.open("wb")
        self._handle.write(header)

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._handle.close()

    def good(self, record: bytes) -> None:
        """Write a record that must be loaded."""
        self._write(record)
        self.tally.loaded += 1

    def repeated(self, record: bytes) -> None:
        """Write a record that stands elsewhere word for word."""
        self._write(record)
        self.tally.duplicate += 1

    def broken(self, record: bytes) -> int:
        """Write a record that must be set aside; returns its number."""
        self._write(record)
        self.tally.quarantined += 1
        return self.tally.read

    def blank(self, line: bytes) -> None:
        """Write a blank line, which is a record declared ignored."""
        self._write(line)
        self.tally.ignored += 1

    def _write(self, record: bytes) -> None:
        self._handle.write(record)
        self.tally.read += 1
