"""Damaged files are noticed, and what was known comes back from snapshots, ledger and landing."""

from __future__ import annotations

import random
import sys
from datetime import date
from pathlib import Path

import pytest

from flows.demo import make_demo
from flows.recovery import recover, verify
from schemas.config import load_config

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "night"))
from night_kit import copy_of, dump, run_night

pytestmark = [pytest.mark.fault, pytest.mark.slow]
FIRST, LAST = date(2026, 3, 30), date(2026, 3, 31)


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory):
    """A workspace after two nights, and what it tells."""
    workspace = tmp_path_factory.mktemp("damage") / "w"
    make_demo(workspace, days=2, calls_per_day=40, agents=12, last_day=LAST)
    later = [path for path in (workspace / "inbox").iterdir() if str(LAST) in path.name]
    for path in later:
        path.rename(workspace / path.name)
    run_night(workspace, FIRST)
    for path in later:
        (workspace / path.name).rename(path)
    run_night(workspace, LAST)
    return workspace, dump(workspace)


def flip(path, dice):
    """Change one bit somewhere."""
    content = bytearray(path.read_bytes())
    at = dice.randrange(len(content))
    content[at] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def cut(path, dice):
    path.write_bytes(path.read_bytes()[: dice.randrange(path.stat().st_size)])


def known(dumped):
    """What is known, without how many nights it took: a score computed by each of two nights has two versions."""
    scores = {name: sorted((row[:-1] for row in dumped[name]), key=repr) for name in ("qa.answer", "qa.score")}
    return dumped | scores


def bad(config):
    return {one.what.split()[0] for one in verify(config) if one.state in ("damaged", "missing")}


def test_a_whole_workspace_is_found_whole_and_nothing_is_mended(two_nights):
    config = load_config(two_nights[0])
    assert bad(config) == set()
    assert {one.state for one in verify(config)} == {"ok"}
    assert recover(config) == []


@pytest.mark.parametrize("number", range(4))
def test_every_flipped_bit_and_every_cut_of_the_published_file_is_noticed_and_mended(two_nights, tmp_path, number):
    source, expected = two_nights
    workspace = copy_of(source, tmp_path / "w")
    config, dice = load_config(workspace), random.Random(number)
    for _ in range(5):
        whole = config.published.read_bytes()
        (flip, cut)[number % 2](config.published, dice)
        assert "published" in bad(config)
        config.published.write_bytes(whole)
    (flip, cut)[number % 2](config.published, dice)
    assert recover(config)
    assert "published" not in {one.what.split()[0] for one in verify(config) if one.state == "missing"}
    run_night(workspace, LAST)
    assert bad(config) == set()
    assert dump(workspace) == expected


@pytest.mark.parametrize("lost", ["the newest snapshot", "every snapshot"])
def test_a_damaged_work_file_is_built_again_from_a_snapshot_and_landing(two_nights, tmp_path, lost):
    source, expected = two_nights
    workspace = copy_of(source, tmp_path / "w")
    config = load_config(workspace)
    config.work_file.write_bytes(b"\0" * 4096 + config.work_file.read_bytes()[4096:])
    snapshots = sorted(config.snapshots.glob("*.duckdb"))
    for path in snapshots if lost == "every snapshot" else snapshots[-1:]:
        cut(path, random.Random(1))
    assert {"work", "snapshot"} <= bad(config)
    done = recover(config)
    assert any("work file" in line for line in done)
    assert [path for path in config.inbox.rglob("*") if path.is_file()]
    run_night(workspace, LAST)
    assert known(dump(workspace)) == known(expected)
    assert len(list((config.data / "damaged").iterdir())) >= 1
    assert "work" not in bad(config)


def test_a_file_of_landing_that_is_not_what_its_name_says_is_named(two_nights, tmp_path):
    workspace = copy_of(two_nights[0], tmp_path / "w")
    config = load_config(workspace)
    flip(max(config.landing.glob("??/*")), random.Random(3))
    (found,) = [one for one in verify(config) if one.what.startswith("landing ") and one.state == "damaged"]
    assert "came as" in found.detail
    assert "?" not in found.detail
