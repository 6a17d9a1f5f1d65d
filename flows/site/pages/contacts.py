"""The contacts other pages point at: what was said with the words that decided, and the score with its arithmetic."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from multiprocessing import get_context
from typing import TYPE_CHECKING

from flows.export import latest_run
from flows.site.centre import Centre, Page, slug
from schemas.errors import CallqaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from schemas.config import Config

ALONE = 200
"""So many contacts are quicker in one process: another takes two seconds to begin."""
PROCESSES = 8


def pages(centre: Centre) -> Iterator[Page]:
    """Yield a page for every example of the agents' pages; customers' words are shown nowhere else."""
    items = [row for talk in centre.talks.values() for name in ("quote", "praise") for row in talk.get(name, [])]
    legs = sorted({row["leg_id"] for row in items})
    workers = min(PROCESSES, os.cpu_count() or 1)
    few = len(legs) <= ALONE or workers == 1
    alone = (centre.connection, centre.config, centre.language, legs)
    documents = _documents(*alone) if few else _together(centre, legs, workers)
    for leg, document in zip(legs, documents, strict=True):
        yield Page(f"contacts/{slug(leg)}.html", None, leg, {}, whole=document)


def _documents(connection: DuckDBPyConnection, config: Config, language: str, legs: list[str]) -> list[str]:
    from flows import contact_page
    from qa.contact import contact
    from warehouse.connect import picked

    with picked(connection, legs) as few:
        return [contact_page.html(contact(few, leg), config, language, home="../index.html") for leg in legs]


def _together(centre: Centre, legs: list[str], workers: int) -> list[str]:
    share = -(-len(legs) // workers)
    shares = [legs[at : at + share] for at in range(0, len(legs), share)]
    work = partial(_share, centre.config.root, centre.language, centre.run_id)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(chain.from_iterable(pool.map(work, shares)))


def _share(root: Path, language: str, run_id: str, legs: list[str]) -> list[str]:
    """Return the documents of some contacts, in a process of its own."""
    from schemas.config import load_config
    from warehouse.connect import open_published

    config = load_config(root)
    with open_published(config.published) as connection:
        if latest_run(connection)[1] != run_id:
            raise CallqaError("a night was published while the site was being built", fix="Build it again.")
        return _documents(connection, config, language, legs)
