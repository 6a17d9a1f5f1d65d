from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import zipfile

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.unpack import unpacked
from schemas.errors import InputRefused
from schemas.packed import packing

CONTENT = b"id;agent\n1;a07\n" * 1000
PACK = {
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "zstd": lambda content: pa.compress(content, codec="zstd", asbytes=True),
}


def content_of(path, limit_mb=1):
    with unpacked(path, path.name, path.parent, limit_mb) as plain:
        return plain.read_bytes()


@pytest.mark.parametrize("packed", PACK)
def test_a_packed_file_is_read_whatever_it_is_called_and_its_copy_goes_away(tmp_path, packed):
    path = tmp_path / "calls.csv"
    path.write_bytes(PACK[packed](CONTENT))
    assert content_of(path) == CONTENT
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("packed", PACK)
def test_two_packed_files_one_after_the_other_are_both_read(tmp_path, packed):
    path = tmp_path / "calls"
    path.write_bytes(PACK[packed](CONTENT) * 2)
    assert content_of(path) == CONTENT * 2


def test_a_plain_file_is_not_copied(tmp_path):
    path = tmp_path / "BZh9 is no packing.csv"
    path.write_bytes(b"BZh9;id\n1;2\n")
    with unpacked(path, "x", tmp_path, 1) as plain:
        assert plain == path


@pytest.mark.parametrize("packed", PACK)
@pytest.mark.parametrize("damage", ["cut off", "rubbish behind"])
def test_a_damaged_packed_file_is_refused_and_nothing_of_it_stays(tmp_path, packed, damage):
    path = tmp_path / "calls.gz"
    whole = PACK[packed](CONTENT)
    path.write_bytes(whole[:-9] if damage == "cut off" else whole + b"rubbish")
    with pytest.raises(InputRefused, match=f"a damaged {packed} file") as refused:
        content_of(path)
    assert refused.value.where.file == "calls.gz"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("packed", PACK)
def test_a_bomb_ends_at_the_limit(tmp_path, packed):
    path = tmp_path / "bomb.gz"
    path.write_bytes(PACK[packed](b"\0" * (8 << 20)))
    with pytest.raises(InputRefused, match=r"too large unpacked.*at most limits.file_mb = 1"):
        content_of(path)
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_that_is_not_read_is_named(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("calls.csv", CONTENT)
    path = tmp_path / "calls.csv"
    path.write_bytes(archive.getvalue())
    with pytest.raises(InputRefused, match="a zip archive"):
        content_of(path)


@given(st.sampled_from(sorted(PACK)), st.binary(max_size=60), st.integers(0, 80))
@settings(max_examples=60)
def test_any_damage_ends_in_content_or_in_a_refusal(tmp_path_factory, packed, noise, at):
    whole = PACK[packed](CONTENT)
    path = tmp_path_factory.mktemp("noise") / "f"
    path.write_bytes(whole[:at] + noise + whole[at + len(noise) :])
    if packing(path.read_bytes()[:10]):
        with contextlib.suppress(InputRefused):
            content_of(path)
