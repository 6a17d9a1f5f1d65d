"""Options that mean the same in every command, defined once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import UsageError

Workspace = Annotated[
    Path,
    typer.Option(
        "--workspace",
        "-w",
        envvar="CALLQA_WORKSPACE",
        help="Folder with callqa.toml.",
        show_default="the current folder",
        file_okay=False,
        resolve_path=True,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
Format = Annotated[
    str | None, typer.Option("--format", "-f", help="csv, html, json, jsonl, md, parquet, pdf, table or xlsx.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file instead; - is standard output.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=0, help="At most so many rows; 0 is all.")]
Raw = Annotated[
    bool,
    typer.Option("--raw", help="CSV for machines: no apostrophe before texts a spreadsheet would take for a formula."),
]


def a_day(text: str, option: str = "--date") -> date:
    """Return the day an option names. Raises UsageError for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is no date", found=text, expected="YYYY-MM-DD") from None


HERE = Path()
"""The default of Workspace."""
