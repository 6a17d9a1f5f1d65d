"""The readers, with the demo's own mappings and settings, find in every file what the truth says of it."""

import hashlib
from collections import Counter, defaultdict
from fnmatch import fnmatch

import demo_recount as recount
import pytest

from flows.readers import reader, source_settings
from flows.reading.contract import SourceFile
from schemas.config import ENTRIES, load_config
from schemas.rules import rules
from schemas.tables import core_tables

FOUND_BY_VALIDATION = {rule.name for table in core_tables().values() for rule in rules(table)}


@pytest.fixture(scope="module")
def read(demo):
    """Return what was read by file: (chunks' counts, rows by table, {record number: rules})."""
    config, out = load_config(demo), {}
    for source in (*config.sources, ENTRIES):
        settings = source_settings(config, source)
        for path in sorted((demo / "inbox").rglob("*.*")):
            if fnmatch(str(path.relative_to(demo / "inbox")), source.files):
                file_id = hashlib.sha256(path.read_bytes()).hexdigest()
                file = SourceFile(path, path.name, file_id, source.name, source.system, config.site.timezone)
                out[path.name] = counts(reader(config, source).read(file, settings))
    return out


def counts(chunks):
    total, rows, refused = Counter(), Counter(), defaultdict(set)
    for chunk in chunks:
        total.update(read=chunk.read, ignored=chunk.ignored)
        for name, batches in chunk.tables.items():
            rows[name] += sum(batch.num_rows for batch in batches)
        for row in chunk.rejects.to_pylist() if chunk.rejects else ():
            refused[row["record_no"]].add(row["rule"])
    return total, rows, refused


def test_every_file_has_a_source(demo, read):
    assert set(read) == {path.name for path in (demo / "inbox").rglob("*") if path.is_file()}


def test_as_many_records_are_read_and_ignored_as_were_written(demo, read):
    for row in recount.rows(demo / "truth" / "files.csv"):
        if row["status"] == "loaded":
            assert read[row["file"]][0] == Counter(read=int(row["read"]), ignored=int(row["ignored"])), row["file"]


def test_readers_refuse_exactly_the_broken_rows_that_are_theirs_to_find(demo, read):
    expected = defaultdict(dict)
    for row in recount.rows(demo / "truth" / "broken.csv"):
        if row["rule"] not in FOUND_BY_VALIDATION:
            expected[row["file"]][int(row["record_no"])] = row["rule"]
    for file, (_, _, refused) in read.items():
        if not file.endswith("_kopie.csv"):
            assert refused.keys() == expected[file].keys(), file
            assert all(rule in refused[number] for number, rule in expected[file].items()), file


def test_every_other_record_becomes_rows(demo, read):
    for file, (total, rows, refused) in read.items():
        if file.startswith("survey"):  # two questions each
            assert sum(rows.values()) == 2 * (total["read"] - len(refused)), file
        elif not file.startswith("transcripts"):
            assert sum(rows.values()) == total["read"] - total["ignored"] - len(refused), file
    turns = sum(len(turns) for turns in recount.transcripts(demo / "inbox")[0].values())
    assert sum(rows["utterance"] for _, rows, _ in read.values()) >= turns
