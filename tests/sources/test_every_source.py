"""What must hold for every format, shown with the fixtures of all: books that balance, honest columns, no bad end."""

from __future__ import annotations

import shutil
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from growing import case_of, chunks, grown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import sandbox, steps
from flows.abouts import abouts, fills
from flows.read_output import Output, path_of
from flows.reading.contract import SourceFile
from schemas import strict_yaml
from schemas.config import load_config
from schemas.errors import InputRefused
from warehouse.connect import open_published

HOME = Path(__file__).parent
FORMATS = sorted(abouts())
CASES = {name: sorted(path.parent for path in (HOME / name).glob("*/expect.yaml")) for name in FORMATS}


def settings_of(case):
    path = next(found for name in ("mapping", "settings") if (found := case / f"{name}.yaml").exists())
    document = strict_yaml.load(path)
    return import_module(f"flows.sources.{case.parent.name}").settings(document.value or {}, document.where)


def read_whole(case, path, folder):
    """Read a file under the contract of the night; return its counts."""
    file = SourceFile(path, path.name, "file1", case.name, case.name, "Europe/Berlin", record_bytes=1 << 20)
    with Output(folder, 0, file) as output:
        for chunk in import_module(f"flows.sources.{case.parent.name}").read(file, settings_of(case)):
            output.take(chunk)
        return output.counts()


def read_here(config, claims, out_dir, **_):
    """Read claimed files in this process: as flows.sandbox does, without the seconds a child takes to start."""
    out_dir.mkdir(parents=True)
    for at, claimed in enumerate(claims):
        case = HOME / claimed.source.format / claimed.source.name.split("_of_")[0]
        file = SourceFile(
            claimed.landed, claimed.name, claimed.file_id, claimed.source.name, claimed.source.system, "Europe/Berlin"
        )
        try:
            with Output(out_dir, at, file) as output:
                for chunk in import_module(f"flows.sources.{claimed.source.format}").read(file, settings_of(case)):
                    output.take(chunk)
                told = output.counts()
        except InputRefused as problem:
            yield sandbox.ReadResult(claimed, ok=False, reason=str(problem))
            continue
        yield sandbox.ReadResult(
            claimed,
            ok=True,
            read=told["read"],
            ignored=told["ignored"],
            rejected=told["rejected"],
            loaded_candidates=told["with_rows"],
            tables={name: path_of(out_dir, at, name) for name in told["tables"] if name != "reject"},
            rejects=path_of(out_dir, at, "reject") if "reject" in told["tables"] else None,
        )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A workspace with a source for every fixture of every format, after its nights.

    A file `also.*` is delivered with the fixture, for what a format of one record a file says only in two.
    """
    workspace = tmp_path_factory.mktemp("all") / "site"
    toml = ['[site]\nname = "All"\ntimezone = "Europe/Berlin"\n[quality]\nmax_quarantine_share = 1.0\n']
    for folder in ("inbox", "mappings", "policies"):
        (workspace / folder).mkdir(parents=True)
    for name, cases in CASES.items():
        for case in cases:
            source = f"{case.name}_of_{name}"
            toml.append(f'[[sources]]\nname = "{source}"\nformat = "{name}"\nfiles = "{source}/*"\n')
            (workspace / "inbox" / source).mkdir()
            for path in (next(case.glob("input.*")), *case.glob("also.*")):
                shutil.copy(path, workspace / "inbox" / source / path.name)
    (workspace / "callqa.toml").write_text("".join(toml))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "read_files", read_here)
        for _ in range(2):  # a file with the content of another source's waits for the second
            with steps.night(load_config(workspace), date(2026, 3, 31)) as tonight:
                for step in steps.ORDER:
                    step(tonight)
                steps.tell(tonight)
    with open_published(load_config(workspace).published) as connection:
        yield connection


@pytest.mark.parametrize("name", FORMATS)
def test_the_books_of_every_fixture_balance(loaded, name):
    for case in CASES[name]:
        expect = strict_yaml.load(case / "expect.yaml").value
        rows = loaded.execute(
            "SELECT status, records_read, records_loaded, records_quarantined, records_duplicate, records_ignored "
            "FROM ops.file_ledger WHERE source = ? ORDER BY run_seq LIMIT 1",
            [f"{case.name}_of_{name}"],
        ).fetchall()
        (status, read, *parts) = rows[0]
        if "refused" in expect:
            assert status == "refused", case
        else:
            assert (status, read) == ("loaded", expect["read"]), case
            assert read == sum(parts), case


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_fills_the_columns_it_says_and_no_other(loaded, name):
    about = abouts()[name]
    if about.mapped:
        pytest.skip("which columns are filled is said by the site's mapping")
    for table, columns in fills(about).items():
        counted = ", ".join(f"count({column})" for column in columns)
        sources = [f"{case.name}_of_{name}" for case in CASES[name]]
        row = loaded.execute(f"SELECT {counted} FROM core.{table} WHERE list_contains(?, source)", [sources]).fetchone()
        filled = {column for column, count in zip(columns, row, strict=True) if count}
        said = {column for column, state in columns.items() if state != "unknown"}
        assert filled == said, f"{name} {table}: never filled {said - filled}, filled unsaid {filled - said}"


def test_no_format_fills_a_table_it_does_not_name(loaded):
    from schemas.tables import core_tables

    for table in core_tables():
        rows = loaded.execute(f"SELECT DISTINCT source FROM core.{table} WHERE source IS NOT NULL").fetchall()
        writers = {source.rpartition("_of_")[2] for (source,) in rows}
        named = {name for name, about in abouts().items() if table in fills(about)}
        assert writers <= named, f"{table}: {writers - named}"


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_end_in_rows_rejects_or_a_refusal(name, data, tmp_path_factory):
    case = data.draw(st.sampled_from(CASES[name]))
    whole = next(case.glob("input.*")).read_bytes()
    path = tmp_path_factory.mktemp("bytes") / next(case.glob("input.*")).name
    path.write_bytes(data.draw(damaged(whole)))
    try:
        counts = read_whole(case, path, path.parent)
    except InputRefused as refused:
        assert str(refused)
    else:
        assert counts["read"] == counts["ignored"] + counts["rejected"] + counts["with_rows"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_large_file_is_read_in_pieces(name, tmp_path):
    """Each piece is one chunk, and no chunk grows with the file: what is kept at a time has a bound."""
    path = grown(name, case_of(name), 18 << 20, tmp_path)
    assert (path is not None) == abouts()[name].streams
    if path is None:
        return
    sizes = [
        sum(batch.nbytes for batches in chunk.tables.values() for batch in batches)
        for chunk in chunks(name, case_of(name), path)
    ]
    assert len(sizes) >= 2
    assert max(sizes) < 200 << 20


@st.composite
def damaged(draw, whole):
    """The bytes of a fixture with something cut out, put in, doubled or set to noise; or noise alone."""
    noise = draw(
        st.binary(max_size=40) | st.sampled_from([b"\0", b'"', b"{", b"[[[[", b"\xff\xfe", b"\r", b"\n\n", b",,"])
    )
    if draw(st.integers(0, 9)) == 0:
        return noise * draw(st.integers(1, 20))
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 200)))
    return draw(
        st.sampled_from(
            [
                whole[:start] + noise + whole[end:],
                whole[:start] + whole[end:],
                whole[:end] + whole[start:],
                whole[:start] + noise + whole[start:],
                whole[:end],
            ]
        )
    )
