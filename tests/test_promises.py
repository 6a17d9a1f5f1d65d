"""What must hold for every file of a kind, found by looking into the folders: no list to keep in step."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from flows import abouts, docs
from schemas.tables import all_tables

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("schemas", "warehouse", "qa", "flows")
HEAVY = ("duckdb", "great_expectations", "orjson", "pandas", "prefect", "pyarrow", "xlsxwriter")


def modules(folder):
    return [path for path in sorted((ROOT / folder).glob("*.py")) if path.stem != "__init__"]


def ours():
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imports_at_load(path):
    """The modules a file imports when it is loaded itself; those inside functions do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.If) for n in ast.walk(f)}
    loaded = [node for node in ast.walk(tree) if id(node) not in inside]
    names = [alias.name for node in loaded if isinstance(node, ast.Import) for alias in node.names]
    return names + [node.module or "" for node in loaded if isinstance(node, ast.ImportFrom)]


@pytest.mark.parametrize("name", ["tables.md", "metrics.md", "exports.md", "commands.md", "sources.md", "checks.md"])
def test_reference_pages_are_what_the_declarations_say(name):
    assert (docs.HOME / name).read_text(encoding="utf-8") == docs.pages()[name], "run `python -m flows.docs`"


def test_no_reference_page_is_left_over():
    assert {path.name for path in docs.HOME.iterdir()} == set(docs.pages())


@pytest.mark.parametrize("path", ours(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


@pytest.mark.parametrize("path", modules("flows/sources"), ids=lambda path: path.stem)
def test_a_source_format_keeps_the_readers_contract(path):
    module = import_module(f"flows.sources.{path.stem}")
    assert callable(module.settings)
    assert callable(module.read)
    assert module.ABOUT.title
    assert (ROOT / "docs" / "sources" / abouts.doc_page(path.stem)).exists()


@pytest.mark.parametrize("name", sorted(all_tables()))
def test_a_table_is_named_like_its_file_and_described(name):
    table = all_tables()[name]
    assert table.name == name
    assert table.grain.endswith(".")
    assert {column.name for column in table.stored} >= set(table.key)
    assert all(column.description for column in table.stored)


@pytest.mark.parametrize(
    "folder", ["flows/exports", "warehouse/core", "warehouse/metric", "warehouse/mart", "schemas/rules"]
)
def test_sql_and_contract_come_in_pairs(folder):
    names = {kind: {path.stem for path in (ROOT / folder).glob(f"*.{kind}")} for kind in ("sql", "yaml")}
    assert names["sql"] == names["yaml"]
    assert names["sql"]


@pytest.mark.parametrize("path", sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.sql")), ids=str)
def test_sql_begins_with_a_sentence_and_knows_no_clock(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    assert not re.search(r"\b(now\(|current_date|current_timestamp|today\(|random\()", text, re.IGNORECASE)


def test_databases_are_opened_in_one_place():
    users = [path for path in ours() if "duckdb.connect(" in path.read_text(encoding="utf-8")]
    assert [path.relative_to(ROOT).as_posix() for path in users] == ["warehouse/connect.py"]


def test_heavy_packages_are_loaded_only_where_they_are_needed():
    allowed = {"prefect": "flows/", "typer": "flows/", "great_expectations": "flows/validate"}
    for path in ours():
        place = path.relative_to(ROOT).as_posix()
        for name in imports_at_load(path):
            home = allowed.get(name.partition(".")[0])
            assert home is None or place.startswith(home), f"{place} imports {name}"


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom flows.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def locked(name):
    """Names and versions in a lock file; every package must have hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry.splitlines()[0])
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))


def test_the_locks_hold_every_dependency_and_the_build_backend():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    extra = project["project"]["optional-dependencies"]["dev"]
    for wanted, lock in (
        (project["project"]["dependencies"] + project["build-system"]["requires"], runtime),
        (extra, dev),
    ):
        names = [re.split(r"[<>=!~;\[ ]", text)[0].replace(".", "-") for text in wanted]
        assert set(names) <= set(lock)
    assert runtime.items() <= dev.items()
    assert runtime["duckdb"] == "1.5.5"


def test_the_build_backend_is_the_one_the_lock_is_made_with():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_name_no_host_and_no_place_on_a_machine(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"(?m)^(--|-f|-i)|(^|\s)/\w", text)


def test_make_lists_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE).group(1).split()
    assert set(phony) == set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
