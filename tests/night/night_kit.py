"""Runs whole nights without Prefect, and compares what they left behind."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

from flows import steps
from schemas.config import load_config
from schemas.tables import all_tables
from warehouse.connect import open_published
from warehouse.models import all_models

DAY = date(2026, 3, 31)
# What may differ between two runs that know the same: numbers of runs, times, and the order in which files came.
# What tells of the nights themselves, and not only of what is known.
PER_RUN = {"mart.data_quality", "mart.restatement", "mart.restatement_contact"}
RUN_COLUMNS = {"run_seq", "run_id", "superseded_seq", "started_at_run", "file_seq"}


def run_night(workspace: Path, day: date = DAY, *, everything: bool = False):
    config = load_config(workspace)
    with steps.night(config, day, everything=everything) as tonight:
        for step in steps.ORDER:
            step(tonight)
        return steps.tell(tonight)


def published(workspace: Path):
    return open_published(load_config(workspace).published)


def query(workspace: Path, sql: str, *params):
    with published(workspace) as connection:
        return connection.execute(sql, list(params)).fetchall()


def dump(workspace: Path) -> dict[str, list[tuple]]:
    """Every row of every table people query, sorted, without what a run adds of its own."""
    names = {t.full_name for t in all_tables().values() if t.schema in ("core", "qa")}
    names |= {name for name, model in all_models().items() if model.schema in ("core", "metric", "mart")}
    names -= PER_RUN
    out = {}
    with published(workspace) as connection:
        for name in sorted(names):
            columns = [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()]
            kept = ", ".join(
                f'"{column}"' for column in columns if column not in RUN_COLUMNS | {"file_id", "record_no"}
            )
            out[name] = sorted(connection.execute(f"SELECT {kept} FROM {name}").fetchall(), key=repr)
    return out


def truth(workspace: Path, name: str) -> list[dict[str, str]]:
    with (workspace / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def small_workspace(path: Path, sources: str, files: dict[str, bytes], mappings: dict[str, str]) -> Path:
    """A workspace with the given `[[sources]]` text, inbox files and mappings."""
    for folder in ("inbox", "mappings", "policies"):
        (path / folder).mkdir(parents=True)
    head = '[site]\nname = "Small"\ntimezone = "Europe/Berlin"\n'
    (path / "callqa.toml").write_text(head + sources, encoding="utf-8")
    for name, text in mappings.items():
        (path / "mappings" / name).write_text(text, encoding="utf-8")
    for name, content in files.items():
        target = path / "inbox" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return path


def copy_of(workspace: Path, target: Path) -> Path:
    shutil.copytree(workspace, target)
    return target
