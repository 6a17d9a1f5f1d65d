"""Every folder `tests/sources/<format>/<case>` is a test: settings and an input file in, counts, rows and rejects out.

`mapping.yaml` or `settings.yaml` has the reader's settings. `expect.yaml` has `read`, `ignored`, `rejected` (records),
`rows` (by table, in order; only the columns named are compared) and `rejects` (likewise); or `refused`, a part of
the message with which the whole file is refused. `file` overrides what is known of the file, such as its time zone.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest

from flows.reading.contract import SourceFile
from schemas import strict_yaml
from schemas.errors import InputRefused

HOME = Path(__file__).parent
CASES = sorted(path.parent for path in HOME.glob("*/*/expect.yaml"))


def read_case(folder):
    """Return (read, ignored, rows by table, rejects) of a case."""
    path = next(folder.glob("input.*"))
    settings = next(found for name in ("mapping", "settings") if (found := folder / f"{name}.yaml").exists())
    document = strict_yaml.load(settings)
    reader = import_module(f"flows.sources.{folder.parent.name}")
    known = {"file_id": "file1", "source": "demo", "system": "demo", "timezone": "Europe/Berlin"}
    known |= strict_yaml.load(folder / "expect.yaml").value.get("file", {})
    rows, rejects, read, ignored = {}, [], 0, 0
    file = SourceFile(path=path, name=path.name, **known)
    for chunk in reader.read(file, reader.settings(document.value or {}, document.where)):
        read, ignored = read + chunk.read, ignored + chunk.ignored
        for table, batches in chunk.tables.items():
            rows.setdefault(table, []).extend(row for batch in batches for row in batch.to_pylist())
        rejects += chunk.rejects.to_pylist() if chunk.rejects else []
    return read, ignored, rows, rejects


def plain(value):
    """Return a value as an expect.yaml writes it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def compare(rows, expected):
    shown = [{key: plain(row[key]) for key in wanted} for row, wanted in zip(rows, expected, strict=False)]
    assert shown == expected
    assert len(rows) == len(expected), rows[len(expected) :]


@pytest.mark.parametrize("folder", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_case_gives_what_it_says(folder):
    expect = strict_yaml.load(folder / "expect.yaml").value
    if "refused" in expect:
        with pytest.raises(InputRefused) as refused:
            read_case(folder)
        assert expect["refused"] in str(refused.value)
        return
    read, ignored, rows, rejects = read_case(folder)
    rejected = {row["record_no"] for row in rejects}
    with_rows = {row["record_no"] for table in rows.values() for row in table}
    assert not rejected & with_rows
    assert read == ignored + len(rejected) + len(with_rows)
    assert (read, ignored, len(rejected)) == (expect["read"], expect["ignored"], expect["rejected"])
    wanted = expect.get("rows", {})
    assert {name for name, found in rows.items() if found} == {name for name, listed in wanted.items() if listed}
    for table, expected in wanted.items():
        compare(rows.get(table, []), expected)
    compare(rejects, expect.get("rejects", []))


def test_every_format_has_a_case():
    formats = {path.stem for path in (HOME.parent.parent / "flows" / "sources").glob("*.py")} - {"__init__"}
    assert formats == {folder.parent.name for folder in CASES}
