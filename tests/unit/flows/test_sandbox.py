from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow as pa
import pytest

from flows import readers, sandbox
from flows.inbox import Claim
from schemas.config import Config, Limits, Site, Source
from schemas.errors import CallqaError, ConfigError, MappingError
from schemas.tables import table

PACKAGE = "fake_readers"
CONTRACT = {
    "both": "1 records have rows and are rejected too",
    "miscount": "of 3 records read 0 were ignored, 0 rejected, and 2 have rows: that does not add up",
    "twice": "1 record numbers come in more than one chunk",
    "unknown_table": "there is no table legs",
    "other_schema": "rows of leg are not in the declared schema",
    "no_number": "rows of leg have no record number from 1",
    "other_file": "rows of leg name another file",
}


@pytest.fixture
def config(tmp_path):
    limits = Limits(reader_memory_mb=300, reader_seconds=30, file_mb=1)
    return Config(tmp_path.resolve(), Site("Test", "Europe/Berlin"), (source("acd"),), limits=limits)


def source(name, format="lines", **own):
    return Source(name=name, format=format, files=f"{name}/*", **own)


def claimed(config, *contents, of=None):
    claims = []
    for number, content in enumerate(contents):
        own = of or config.sources[0]
        path = config.root / f"{own.name}-{number}"
        path.write_text(content)
        name = f"{own.name}/{number}"
        claims.append(Claim(name, path, "claimed", own, f"f{number}", len(content), landed=path))
    return claims


def run(config, *contents):
    return read(config, claimed(config, *contents))


def read(config, claims):
    return list(sandbox.read_files(config, claims, config.root / "out", package=PACKAGE))


def rows(path, name="leg"):
    with pa.ipc.open_file(path) as file:
        found = file.read_all()
    assert found.schema.equals(table(name).arrow())
    return found.to_pylist()


def test_rows_and_rejects_of_each_file_come_back_with_counts_that_add_up(config):
    first, second = run(config, "a\nbad\n\nb", "c")
    assert (first.ok, first.read, first.ignored, first.rejected, first.loaded_candidates) == (True, 4, 1, 1, 2)
    assert [row["record_no"] for row in rows(first.tables["leg"])] == [1, 4]
    assert {row["file_id"] for row in rows(first.tables["leg"])} == {"f0"}
    assert [row["raw"] for row in rows(first.rejects, "reject")] == ["bad"]
    assert (second.read, second.rejects, list(second.tables)) == (1, None, ["leg"])
    assert first.settings_hash == readers.settings_hash(config, config.sources[0])
    assert len(first.settings_hash) == 64


def test_an_empty_result_has_no_files(config):
    (result,) = run(config, "\n")
    assert (result.ok, result.read, result.ignored, result.tables, result.rejects) == (True, 2, 2, {}, None)


@pytest.mark.slow
def test_harmful_files_cost_their_own_rows_only(config):
    contents = ("a", "refuse", "fail", "hog", "b", "crash", "kill", "hog_arrow", "c")
    found = {content: result for content, result in zip(contents, run(config, *contents), strict=True)}
    assert {content: result.ok for content, result in found.items()} == {c: c in ("a", "b", "c") for c in contents}
    assert found["refuse"].reason == "acd/1:3: ends in the middle of a record"
    assert found["fail"].reason.startswith("the reader failed: ValueError in lines.py:")
    assert found["hog"].reason == found["hog_arrow"].reason == "used more than 300 MB of memory"
    assert found["crash"].reason == "the reader crashed (SIGSEGV)"
    assert "SIGKILL" in found["kill"].reason
    refused = {f"00000{at}" for at in (1, 2, 3, 5, 6, 7)}
    left = {path.name.split(".")[0] for path in (config.root / "out").rglob("*.arrow")}
    assert left == {"000000", "000004", "000008"}
    assert not left & refused


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_refused_and_the_next_one_read(config):
    slow = replace(config, limits=replace(config.limits, reader_seconds=1))
    *late, last = run(slow, "sleep", "spin", "a")
    assert {(result.ok, result.reason) for result in late} == {(False, "took longer than 1 s")}
    assert all(1 <= result.seconds < 5 for result in late)
    assert last.ok


@pytest.mark.slow
def test_what_becomes_of_a_file_does_not_depend_on_files_read_before_it(config):
    """Each leaves 80 MB behind: one process cannot read all four under a limit of 300 MB."""
    assert [result.ok for result in run(config, "keep", "keep", "keep", "keep")] == [True] * 4


def test_a_reader_that_breaks_its_contract_is_told_so(config):
    for name, result in zip(CONTRACT, run(config, *CONTRACT), strict=True):
        assert (result.ok, result.tables) == (False, {})
        assert result.reason == f"the reader broke its contract: {CONTRACT[name]}"


def test_records_may_come_in_any_order(config):
    (result,) = run(config, "unordered")
    assert (result.ok, result.read) == (True, 4)


def test_a_full_disk_is_not_the_files_fault_and_stops_the_night(config):
    with pytest.raises(CallqaError, match="no room for what a reader read"):
        run(config, "a", "full")


def test_what_a_reader_prints_does_not_reach_the_protocol(config):
    (result,) = run(config, "shout")
    assert (result.ok, result.read) == (True, 2)


def test_a_file_that_unfolds_into_too_much_is_refused(config):
    (result,) = run(config, "wide")
    assert result.reason == "gives rows of more than 8 MB for one table"


def test_a_child_sees_little_of_its_surroundings(config, monkeypatch):
    monkeypatch.setenv("CALLQA_KEY", "secret")
    (result,) = run(config, "environment")
    seen = rows(result.rejects, "reject")[0]["raw"]
    assert "CALLQA_KEY" not in seen
    assert "/dev/null" in seen
    assert str(config.root / "out") in seen


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not (found := condition()):
        time.sleep(0.05)
    return found


def readers_of(pid):
    """The reading children of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid and b"flows.read_child" in command:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.slow
def test_processes_a_reader_started_end_with_it(config):
    slow = replace(config, limits=replace(config.limits, reader_seconds=1))
    (result,) = run(slow, "child")
    assert result.reason == "took longer than 1 s"
    (pid,) = [int(text) for text in (config.root / "grandchild").read_text().split()]
    assert wait_until(lambda: gone(pid))


def test_leaving_early_leaves_no_child_behind(config):
    results = sandbox.read_files(config, claimed(config, "a", "sleep"), config.root / "out", package=PACKAGE)
    assert next(results).ok
    (pid,) = readers_of(os.getpid())
    results.close()
    assert wait_until(lambda: gone(pid))


NIGHT = """
import json, sys
from flows import sandbox
from flows.inbox import Claim
from pathlib import Path
from schemas.config import Config
from schemas.errors import Where
from schemas.typed import build
raw = json.loads(sys.argv[1])
config = build(Config, raw, lambda key: Where(field=key))
path = config.root / "acd-0"
claims = [Claim("x", path, "claimed", config.sources[0], "f0", 1, path)]
list(sandbox.read_files(config, claims, config.root / "out", package="fake_readers"))
"""


def test_a_killed_night_leaves_no_child_behind(config):
    claimed(config, "sleep")
    night = subprocess.Popen(
        [sys.executable, "-c", NIGHT, json.dumps(asdict(config), default=str)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    try:
        (pid,) = wait_until(lambda: readers_of(night.pid), 30)
    finally:
        night.send_signal(signal.SIGKILL)
        night.wait()
    assert wait_until(lambda: gone(pid))


def test_a_wrong_setting_refuses_the_sources_files_and_the_others_go_on(config):
    wrong = source("b", settings={"agnet": "a08"})
    both = replace(config, sources=(wrong, *config.sources))
    (both.root / "callqa.toml").write_text('[[sources]]\nname = "b"\n[sources.settings]\nagnet = "a08"\n')
    bad, good = read(both, [*claimed(both, "a", of=wrong), *claimed(both, "a", of=both.sources[1])])
    assert (bad.ok, good.ok) == (False, True)
    assert bad.reason.endswith("callqa.toml:4: sources.0.settings.agnet: unknown key. Did you mean 'agent'?")


def test_a_mapping_yaml_is_read_from_the_workspace_and_its_errors_name_the_line(config):
    mapped = replace(config, sources=(source("acd", mapping="mappings/acd.yaml"),))
    (mapped.root / "mappings").mkdir()
    (mapped.root / "mappings/acd.yaml").write_text("agent: a09\n")
    (result,) = run(mapped, "a")
    assert rows(result.tables["leg"])[0]["agent_id"] == "a09"
    (mapped.root / "mappings/acd.yaml").write_text("# who\nagent: 7\n")
    with pytest.raises(MappingError, match=r"acd\.yaml:2:1: agent: wrong type"):
        sandbox.source_settings(mapped, mapped.sources[0], PACKAGE)


@pytest.mark.parametrize(
    ("content", "problem"), [("- a\n", "table of keys"), ("a: *b\n", "aliases"), (None, "cannot read")]
)
def test_what_is_no_mapping_is_an_error(config, content, problem):
    mapped = replace(config, sources=(source("acd", mapping="acd.yaml"),))
    if content:
        (mapped.root / "acd.yaml").write_text(content)
    with pytest.raises(MappingError, match=problem):
        sandbox.source_settings(mapped, mapped.sources[0], PACKAGE)


@pytest.mark.parametrize("path", ["../outside.yaml", "/etc/hostname"])
def test_a_mapping_outside_the_workspace_is_not_read(config, path):
    mapped = replace(config, sources=(source("acd", mapping=path),))
    with pytest.raises(ConfigError, match="outside the workspace"):
        sandbox.source_settings(mapped, mapped.sources[0], PACKAGE)


def test_an_unknown_format_lists_the_known_ones(config):
    wrong = replace(config, sources=(source("acd", format="line"),))
    with pytest.raises(ConfigError, match="Did you mean 'lines'"):
        sandbox.source_settings(wrong, wrong.sources[0], PACKAGE)
    assert "lines" in readers.formats(PACKAGE)


def test_a_reader_that_cannot_be_imported_refuses_the_sources_files(config):
    broken = replace(config, sources=(source("acd", format="broken_import"),))
    (result,) = run(broken, "a")
    assert not result.ok
    assert "the reader broken_import cannot be imported: No module named 'there_is_no_such_module'" in result.reason


def test_many_files_are_read_by_several_children_one_after_another(config, monkeypatch):
    monkeypatch.setattr(sandbox, "FILES_PER_CHILD", 2)
    results = run(config, "a", "bad", "c", "d\ne", "f")
    assert [(result.claim.name, result.read) for result in results] == [
        ("acd/0", 1),
        ("acd/1", 1),
        ("acd/2", 1),
        ("acd/3", 2),
        ("acd/4", 1),
    ]


def test_a_date_in_callqa_toml_is_the_text_a_mapping_would_give(config):
    from datetime import date

    dated = replace(config, sources=(source("acd", settings={"agent": date(2026, 3, 2)}),))
    assert sandbox.source_settings(dated, dated.sources[0], PACKAGE).agent == "2026-03-02"


def test_another_setting_or_mapping_has_another_hash(config):
    hashes = {
        readers.settings_hash(changed, changed.sources[0])
        for changed in (
            replace(config, sources=(one,))
            for one in (source("acd"), source("acd", settings={"agent": "a08"}), source("acd", system="acd_2"))
        )
    }
    assert len(hashes) == 3


def test_a_packed_file_gives_the_rows_of_the_plain_one_and_its_copy_is_gone(config):
    plain, packed = claimed(config, "a\nbad\n\nb", "")
    packed.landed.write_bytes(gzip.compress(b"a\nbad\n\nb"))
    first, second = read(config, [plain, packed])
    unlike = {"file_id"}
    assert [{k: v for k, v in row.items() if k not in unlike} for row in rows(first.tables["leg"])] == [
        {k: v for k, v in row.items() if k not in unlike} for row in rows(second.tables["leg"])
    ]
    assert not list(config.root.rglob("unpacked"))
