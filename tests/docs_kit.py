"""The examples people find in README, docs and --help, and how to run them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Commands that never end by themselves, or that answer in the exit code about the state of a workspace.
ENDLESS = ("serve",)


@dataclass(frozen=True)
class Example:
    """One `callqa …` line and where it stands."""

    place: str
    line: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line)

    @property
    def endless(self) -> bool:
        return any(word in ENDLESS for word in self.words[1:2])


def pages() -> list[Path]:
    """README and every hand-written page."""
    made = ROOT / "docs" / "reference"
    return [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").rglob("*.md") if made not in path.parents)]


def in_page(path: Path) -> list[Example]:
    """The `$ callqa` lines of the console blocks of a page, in order."""
    blocks = re.findall(r"^```console\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [Example(path.name, line.removeprefix("$ ").strip()) for line in lines]


def in_help() -> list[Example]:
    """The `Example:` lines of every command."""
    from flows.cli import app

    groups = [app, *(group.typer_instance for group in app.registered_groups)]
    commands = [command.callback for group in groups for command in group.registered_commands]
    found = [
        (c.__name__, line.strip()) for c in commands for line in (c.__doc__ or "").splitlines() if "Example:" in line
    ]
    return [Example(f"callqa {name} --help", line.removeprefix("Example:").strip()) for name, line in found]


def run(example: Example, folder: Path, leg: str = "") -> subprocess.CompletedProcess[str]:
    """Run an example in a folder, as a person would who has callqa on the path; LEG is a leg of the demo."""
    words = [leg if word == "LEG" else word for word in example.words[1:]]
    start = [sys.executable, "-c", "from flows.cli import app; app(prog_name='callqa')"]
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    return subprocess.run(
        [*start, *words], cwd=folder, env=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280
    )
