"""Read bytes with a mapping as the night would, and keep the books."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from flows.reading.contract import SourceFile
from schemas import strict_yaml
from schemas.errors import MappingError, Where


@dataclass
class Result:
    """Everything a reader yielded: counts of records, rows by table, rejects."""

    read: int
    ignored: int
    rows: dict
    rejects: list

    def __getitem__(self, table):
        return self.rows.get(table, [])

    @property
    def rejected(self):
        return len({row["record_no"] for row in self.rejects})

    def rules(self):
        return [(row["record_no"], row["rule"], row["field"]) for row in self.rejects]


def mapping_of(text, name="mapping.yaml"):
    """Return (raw, where) of a YAML text, as readers get them."""
    document = strict_yaml.parse(text.encode(), name, MappingError)
    return document.value, document.where


def source_file(path, system="demo", timezone="Europe/Berlin", record_bytes=16 << 20):
    return SourceFile(path, path.name, "file1", "calls", system, timezone, record_bytes)


def read_file(path, kind, mapping, **settings):
    """Read a file with a mapping text; every record must be ignored, rejected or have rows, and only one of these."""
    reader = import_module(f"flows.sources.{kind}")
    raw, where = mapping_of(mapping) if isinstance(mapping, str) else (mapping, lambda key: Where("m", field=key))
    made = reader.settings(raw or {}, where)
    rows, refused, read, ignored = {}, [], 0, 0
    for chunk in reader.read(source_file(path, **settings), made):
        with_rows = {
            number for batches in chunk.tables.values() for batch in batches for number in column(batch, "record_no")
        }
        rejected = set(column(chunk.rejects, "record_no")) if chunk.rejects else set()
        assert not with_rows & rejected
        assert chunk.read == chunk.ignored + len(rejected) + len(with_rows)
        numbers = with_rows | rejected
        assert not numbers or (min(numbers) > read and max(numbers) <= read + chunk.read)
        read, ignored = read + chunk.read, ignored + chunk.ignored
        for name, batches in chunk.tables.items():
            for batch in batches:
                batch.validate(full=True)
                rows.setdefault(name, []).extend(batch.to_pylist())
        refused += chunk.rejects.to_pylist() if chunk.rejects else []
    return Result(read, ignored, rows, refused)


def column(batch, name):
    return batch.column(name).to_pylist()


def read_bytes(folder, content, kind, mapping, **settings):
    """Read content given as bytes or text."""
    path = folder / f"input.{kind}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path, kind, mapping, **settings)
