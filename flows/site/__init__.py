"""The static site: the published file as pages that open from a folder, without a server, a script or a network.

A kind of page is a module of `flows/site/pages`, named as its folder in the site: `pages(centre)` yields them. What it
asks is in `flows/site/select/<name>.sql`, how it looks in `flows/site/templates`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from flows.site.centre import Centre
from flows.site.look import Look

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.config import Config

MARK = ".callqa-site"


@dataclass(frozen=True)
class Built:
    """What was made: pages by kind, and the first one to open."""

    folder: Path
    pages: dict[str, int]

    @property
    def start(self) -> Path:
        """Return the page to open first."""
        return self.folder / "index.html"


def build(config: Config, folder: Path, language: str) -> Built:
    """Write the whole site into `folder`, replacing what is there at once. Returns what was made.

    A folder that holds anything but an earlier site is not touched. Raises UsageError for that, and WarehouseError when
    nothing is published.
    """
    from warehouse.connect import open_published

    _refuse_foreign(folder)
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    counts: dict[str, int] = {}
    with open_published(config.published) as connection:
        centre = Centre.of(connection, config, language)
        look = Look(centre)
        for kind in centre.kinds:
            for page in import_module(f"flows.site.pages.{kind}").pages(centre):
                _write(fresh / page.path, look.html(kind, page))
                counts[kind] = counts.get(kind, 0) + 1
    _write(fresh / MARK, "Made by callqa site build; the whole folder is replaced by the next one.\n")
    _swap(fresh, folder)
    return Built(folder, counts)


def _refuse_foreign(folder: Path) -> None:
    from schemas.errors import UsageError

    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} holds something that is not a site of callqa",
            fix="Name a folder that is new, empty, or holds an earlier site.",
        )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _swap(fresh: Path, folder: Path) -> None:
    """Put the new site in the place of the old one; who reads meanwhile sees either."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
