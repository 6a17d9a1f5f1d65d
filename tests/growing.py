"""The fixtures of tests/sources made larger: for measuring readers, and for seeing that they read in pieces."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from flows.reading.contract import SourceFile
from schemas import strict_yaml
from schemas.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.reading.contract import Chunk

CASES = Path(__file__).parent / "sources"


def case_of(name: str) -> Path:
    """Return the fixture to measure: where expect.yaml says `bench: true`, else the one with most good records."""

    def worth(case: Path) -> tuple[bool, int]:
        expect = strict_yaml.load(case / "expect.yaml").value
        return (expect.get("bench", False), expect.get("read", 0) - 10 * expect.get("rejected", 0))

    return max((path.parent for path in (CASES / name).glob("*/expect.yaml")), key=worth)


def chunks(name: str, case: Path, path: Path) -> Iterator[Chunk]:
    """Read a file by a format with the settings of a fixture."""
    module = import_module(f"flows.sources.{name}")
    found = next(one for kind in ("mapping", "settings") if (one := case / f"{kind}.yaml").exists())
    document = strict_yaml.load(found)
    file = SourceFile(path, path.name, "file1", "bench", "bench", "Europe/Berlin")
    yield from module.read(file, module.settings(document.value or {}, document.where))


def count(name: str, case: Path, path: Path) -> tuple[int, int]:
    """Read a file; return how many records it has, and how many reasons why some of them are rejected."""
    found = [(chunk.read, chunk.rejects.num_rows if chunk.rejects else 0) for chunk in chunks(name, case, path)]
    return sum(read for read, _ in found), sum(rejects for _, rejects in found)


def grown(name: str, case: Path, size: int, folder: Path) -> Path | None:
    """Return a file of about `size` bytes with the fixture's records repeated; None when the format has one a file."""
    small = next(case.glob("input.*"))
    path = folder / f"grown{small.suffix}"
    if name == "parquet":
        table = pq.read_table(small)
        rows = pa.concat_tables([table] * 2000).combine_chunks()
        with pq.ParquetWriter(path, table.schema, compression="none", use_dictionary=False) as out:
            for _ in range(size // rows.nbytes + 1):
                out.write_table(rows)
        return path
    content = small.read_bytes()
    head, _, rest = content.partition(b"\n")
    once = count(name, case, small)
    lines = content if content.endswith(b"\n") else content + b"\n"
    for start, again in ((b"", lines), (head + b"\n", rest), (b"", content)):
        try:
            path.write_bytes(start + again * 3)
            if once[0] > 1 and again and count(name, case, path) == (3 * once[0], 3 * once[1]):
                path.write_bytes(start + again * max(1, size // len(again)))
                return path
        except InputRefused:
            continue
    return None
