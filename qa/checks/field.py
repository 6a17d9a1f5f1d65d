"""A documented field must be there, be one of some values, or match a pattern.

    check:
      field: {field: interaction.disposition, present: true}
      field: {field: leg.transfer, in: [none, attended]}
      field: {field: interaction.disposition, matches: "^(solved|callback)"}

`present` fails on an empty field. It is unknown where the row itself was not delivered, and where the source filled the
field in no row of that day: an empty column says nothing about an agent. The other two are unknown on any empty field.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.checks import Pieces
from qa.patterns import Pattern
from qa.sql_text import among, identifier, quoted
from schemas.errors import nearest
from schemas.tables import table

_TABLES = ("interaction", "leg")


@dataclass(frozen=True)
class Check:
    """Settings of a field check."""

    field: str
    """The column: interaction.NAME or leg.NAME, see docs/reference/tables.md."""
    present: bool = False
    """true: it must not be empty."""
    among: tuple[str, ...] = ()
    """It must be one of these values."""
    matches: str | None = None
    """It must match this regex (RE2)."""

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out = []
        if [self.present, bool(self.among), self.matches is not None].count(True) != 1:
            out.append("a field check has one of `present`, `in`, `matches`")
        owner, _, name = self.field.partition(".")
        if owner not in _TABLES:
            out.append(f"fields are {' or '.join(f'{one}.<column>' for one in _TABLES)}, not {self.field!r}")
        elif name not in (known := [column.name for column in table(owner).own]):
            out.append(f"{owner} has no column {name!r}. {nearest(name, known)}")
        return out

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        owner, _, name = self.field.partition(".")
        row = f"f_{key}"
        value = f"nullif(trim({row}.{identifier(name)}::VARCHAR), '')"
        joins = [f"LEFT JOIN core.{owner} AS {row} ON {row}.{owner}_id = c.{owner}_id"]
        if self.present:
            joins.append(_filled(owner, name, key))
            outcome = f"CASE WHEN {value} IS NOT NULL THEN 'pass' WHEN d_{key}.n > 0 THEN 'fail' ELSE 'unknown' END"
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
            patterns=[Pattern("matches", self.matches, is_regex=True, of_turns=False)] if self.matches else [],
            joins=joins,
        )


def _filled(owner: str, name: str, key: str) -> str:
    """Return a join that tells how many rows of the same source and day have the field."""
    return (
        f"LEFT JOIN (SELECT k.contact_on, r.source, count(nullif(trim(r.{identifier(name)}::VARCHAR), '')) AS n "
        f"FROM core.{owner} AS r JOIN core.leg_context AS k USING ({owner}_id) GROUP BY ALL) AS d_{key} "
        f"ON d_{key}.contact_on = c.contact_on AND d_{key}.source IS NOT DISTINCT FROM f_{key}.source "
        f"AND f_{key}.{owner}_id IS NOT NULL"
    )
