"""Every error callqa raises on purpose, in one tree.

CallqaError                 exit 1   the work failed or found problems
    UsageError              exit 2   the command, configuration, mapping or policy is wrong
        ConfigError                  callqa.toml
        MappingError                 a mapping YAML
        PolicyError                  a policy YAML
        CalendarError                a calendar YAML
    InputRefused                     one file cannot be read at all; the night goes on without it
    NightBusy                        another night holds the lock
    ReconcileError                   an identity does not add up; nothing was published
    WarehouseError                   the work file or a published file is missing or damaged
    PrivacyError                     the configuration does not allow this output

Each error says what is wrong, where (file, line, column, field), what was found, what was expected and what to do.
Values of records are named only where the reader of the message may see them (the operator's own files).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Where:
    """A place in a file: 1-based line and column, and the field or key there."""

    file: str | Path | None = None
    line: int | None = None
    column: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        """Return `file:line:column: field`, leaving out what is not known."""
        spot = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return ": ".join(part for part in (spot, self.field) if part)

    def at(self, field: str) -> Where:
        """Return the same place, one field further in (`a` then `a.b`)."""
        return replace(self, field=f"{self.field}.{field}" if self.field else field)


class CallqaError(Exception):
    """Base of all errors meant for a person: one line, no traceback."""

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        where: Where | None = None,
        found: object = None,
        expected: object = None,
        fix: str | None = None,
    ) -> None:
        """Keep the parts; `str(error)` joins them into one line."""
        super().__init__(what)
        self.what, self.where, self.found, self.expected, self.fix = what, where, found, expected, fix

    def __str__(self) -> str:
        """Return `where: what: found X, expected Y. Fix.`."""
        parts = [f"found {_short(self.found)}" if self.found is not None else ""]
        parts.append(f"expected {self.expected}" if self.expected is not None else "")
        detail = ", ".join(part for part in parts if part)
        text = ": ".join(part for part in (str(self.where or ""), self.what, detail) if part)
        return f"{text}. {self.fix}" if self.fix else text

    def with_file(self, file: str | Path) -> Self:
        """Name the file in an error raised where only the content was known."""
        if self.where is None or self.where.file is None:
            self.where = replace(self.where or Where(), file=file)
        return self


class UsageError(CallqaError):
    """The command or a file written by the user is wrong: nothing was done."""

    exit_code = 2


class ConfigError(UsageError):
    """callqa.toml is wrong."""


class MappingError(UsageError):
    """A mapping YAML is wrong."""


class PolicyError(UsageError):
    """A policy YAML is wrong."""


class CalendarError(UsageError):
    """A calendar YAML is wrong or missing."""


class InputRefused(CallqaError):
    """One input file cannot be used as a whole. No row of it is loaded; the night goes on."""


class NightBusy(CallqaError):
    """Another night is running on this workspace."""


class ReconcileError(CallqaError):
    """A reconciliation identity has a residual without a named cause; publishing is stopped."""


class WarehouseError(CallqaError):
    """The work file or a published file is missing, locked or damaged."""


class PrivacyError(CallqaError):
    """The configuration does not allow this output."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known name, or all of them when none is near."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}."


def _short(value: object, limit: int = 120) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
