"""A documented field must be there, be one of some values, or match a pattern.

    check:
      field: {field: interaction.disposition, present: true}
      field: {field: leg.transfer, among: [none, attended]}
      field: {field: interaction.disposition, matches: "^(solved|callback)"}

`present` fails on an empty field: use it for fields your source always carries, where empty means not documented. The
other two are unknown on an empty field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.checks import Pieces
from qa.sql_text import among, identifier, quoted
from schemas.errors import nearest
from schemas.tables import table

_TABLES = ("interaction", "leg")


@dataclass(frozen=True)
class Check:
    """Settings of a field check."""

    field: str
    present: bool = False
    among: tuple[str, ...] = ()
    matches: str | None = None

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out = []
        if [self.present, bool(self.among), self.matches is not None].count(True) != 1:
            out.append("a field check has one of `present`, `among`, `matches`")
        owner, _, name = self.field.partition(".")
        if owner not in _TABLES:
            out.append(f"fields are {' or '.join(f'{one}.<column>' for one in _TABLES)}, not {self.field!r}")
        elif name not in (known := [column.name for column in table(owner).own]):
            out.append(f"{owner} has no column {name!r}. {nearest(name, known)}")
        if self.matches is not None and re.search(r"\(\?[=!<]|\\[1-9]", self.matches):
            out.append("RE2 has no look-around and no back-references")
        return out

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        owner, _, name = self.field.partition(".")
        row = f"f_{key}"
        value = f"nullif(trim({row}.{identifier(name)}::VARCHAR), '')"
        if self.present:
            outcome = f"CASE WHEN {value} IS NULL THEN 'fail' ELSE 'pass' END"
            expected = "to be there"
        else:
            good = among(value, self.among) if self.among else f"regexp_matches({value}, {quoted(self.matches)})"
            outcome = f"CASE WHEN {value} IS NULL THEN 'unknown' WHEN {good} THEN 'pass' ELSE 'fail' END"
            expected = "one of " + ", ".join(self.among) if self.among else f"to match {self.matches}"
        return Pieces(
            outcome=outcome,
            reason=f"CASE WHEN {value} IS NULL THEN {quoted(f'{self.field} is empty')} ELSE "
            f"{quoted(f'{self.field} is ')} || {value} END",
            evidence=f"to_json({{'field': {quoted(self.field)}, 'value': {value}, 'expected': {quoted(expected)}}})",
            joins=[f"LEFT JOIN core.{owner} AS {row} ON {row}.{owner}_id = c.{owner}_id"],
        )
