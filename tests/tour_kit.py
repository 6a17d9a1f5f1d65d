"""docs/tour.md is run, not believed: its commands are real and what stands below them is what they print.

README.md shows the same night, shortened. `python tests/tour_kit.py` writes both anew after a change that is
meant to change them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "tour.md"
README = ROOT / "README.md"
README_BLOCK = re.compile(r"(?<=What the first ends with:\n\n```text\n).*?(?=^```)", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```text\n(\$ .*?)^```", re.DOTALL | re.MULTILINE)
# What differs from night to night: how long it took, and the names of runs.
CHANGING = [
    (re.compile(r"\d+\.\d s$", re.MULTILINE), "… s"),
    (re.compile(r"\d{8}T\d{9}Z-\d{8}"), "RUN"),
    (re.compile(r"^ +(claim|read|validate|load|compute|score|reconcile|publish) .*\n", re.MULTILINE), ""),
]


def commands(block: str) -> list[str]:
    """The commands of a block; a command may go on after a backslash."""
    joined = block.replace("\\\n", " ")
    return [line[2:] for line in joined.splitlines() if line.startswith("$ ")]


def shown(block: str) -> str:
    """A block as it must stand in the page, its commands run in the present folder."""
    lines = []
    source = re.split(r"(?m)^(?=\$ )", block)
    for part in source:
        if not part:
            continue
        head = re.match(r"\$ (?:.*\\\n)*.*\n", part).group()
        lines.append(head + run(commands(head)[0]))
    return "".join(lines)


def run(command: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "COLUMNS": "120", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    env.pop("PREFECT_API_URL", None)
    done = subprocess.run(["bash", "-c", command], env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    text = done.stdout.replace(str(Path.cwd()) + "/", "")
    for changing, fixed in CHANGING:
        text = changing.sub(fixed, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n" if text.strip() else ""


def retold(folder: Path) -> str:
    """The page with every output made anew in `folder`."""
    os.chdir(folder)
    return BLOCK.sub(lambda found: f"```text\n{shown(found.group(1))}```", PAGE.read_text(encoding="utf-8"))


def shortened(tour: str) -> str:
    """The night of the tour as README.md shows it: three lines of what was set aside stand for all."""
    night = re.search(r"^\$ callqa nightly .*\n((?:.*\n)*?)(?=^\$ |^```)", tour, re.MULTILINE).group(1)
    aside = re.findall(r"^set aside by .*\n", night, re.MULTILINE)
    return night.replace("".join(aside), "".join(aside[:2]) + "…\n")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        PAGE.write_text(retold(Path(scratch)), encoding="utf-8")
    night = shortened(PAGE.read_text(encoding="utf-8"))
    README.write_text(README_BLOCK.sub(lambda _: night, README.read_text(encoding="utf-8")), encoding="utf-8")
