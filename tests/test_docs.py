"""Every `callqa …` example in README, docs and --help runs against a demo night, and every link leads somewhere."""

from __future__ import annotations

import re
import shutil

import pytest
from docs_kit import ROOT, Example, in_help, in_page, pages, run

from schemas.config import load_config
from warehouse.connect import open_published


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder with a small demo centre, one night old."""
    folder = tmp_path_factory.mktemp("docs")
    made = run(Example("fixture", "callqa demo demo --days 2"), folder)
    assert made.returncode == 0, made.stderr
    agents = (folder / "demo" / "inbox" / "agents.csv").read_bytes()
    night = run(Example("fixture", "callqa nightly -w demo --date 2026-03-31"), folder)
    assert night.returncode == 0, night.stderr
    # A file that comes again every night: the night has taken the first, an example tries the next.
    (folder / "demo" / "inbox" / "agents.csv").write_bytes(agents)
    return folder


def a_leg(folder):
    with open_published(load_config(folder / "demo").published) as connection:
        return connection.execute("SELECT min(leg_id) FROM qa.score WHERE final IS NOT NULL").fetchone()[0]


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in pages() if in_page(page)], ids=lambda page: page.name)
def test_the_examples_of_a_page_run_one_after_another(page, demo, tmp_path):
    examples = in_page(page)
    leg = a_leg(demo)
    if not any(example.words[1] == "demo" for example in examples):
        shutil.copytree(demo / "demo", tmp_path / "demo")
    for example in examples:
        done = run(example, tmp_path, leg)
        assert done.returncode == 0, f"{example.line}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("example", in_help(), ids=lambda example: example.place)
def test_the_example_of_a_command_runs(example, demo, tmp_path):
    if example.endless or "centre" in example.words:  # needs a draft, which docs/policy-life.md makes
        example = Example(example.place, f"{example.line.split(' -')[0]} --help")
    if not {"demo", "init"} & set(example.words[1:2]):
        shutil.copytree(demo / "demo", tmp_path / "demo")
    done = run(example, tmp_path, a_leg(demo))
    assert done.returncode == 0, f"{example.line}\n{done.stdout}\n{done.stderr}"


def test_pages_have_examples_and_every_one_is_a_callqa_command():
    examples = [example for page in pages() for example in in_page(page)]
    assert len(examples) > 10
    assert {example.words[0] for example in examples + in_help()} == {"callqa"}


@pytest.mark.parametrize("page", [*pages(), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "DECISIONS.md"])
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_targets_of_make_named_in_pages_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in [*pages(), ROOT / "CONTRIBUTING.md"]:
        named = re.findall(r"(?:^|`)make ((?:[a-z]+ ?)+)", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert {word for words in named for word in words.split()} <= targets, page.name
