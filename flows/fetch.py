"""Fetch: new files of sources that name a place (`fetch = "s3://…"`) are put into the inbox, and the place remembered.

A file lies whole in the inbox before the memory says it was fetched. Killed in between, it is fetched again, and its
content is recognised: nothing is lost, nothing counts twice.
"""

from __future__ import annotations

import json
import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flows import landing
from flows.places.contract import Place
from schemas.config import FILE_NAME
from schemas.errors import CallqaError, ConfigError, Where, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.places.contract import Fetched, PlaceModule
    from schemas.config import Config, Source

PLACES = "flows.places"


def fetch(config: Config, source: Source) -> Iterator[Fetched]:
    """Put the new files of one source into `inbox/<source>/`, and yield each when it lies there.

    Raises CallqaError when the place cannot be reached or read; what was yielded before stays.
    """
    module = place_module(config, source)
    secret = _secret(config, source)
    staging, memory_file = config.tmp / "fetch" / source.name, config.data / "places" / f"{source.name}.json"
    for folder in (staging, memory_file.parent):
        landing.private(folder)
    place = Place(source.name, source.fetch, secret, config.limits)
    for one in module.fetch(place, staging, _memory(memory_file, source)):
        _deliver(staging / one.name, config.inbox / source.name / one.name)
        _remember(memory_file, source, one.memory)
        yield one


def place_module(config: Config, source: Source) -> PlaceModule:
    """Return the module that serves the scheme of the source's URL. Raises ConfigError naming those there are."""
    scheme = urlsplit(source.fetch).scheme
    known: dict[str, PlaceModule] = {}
    for path in sorted((Path(__file__).parent / "places").glob("*.py")):
        if path.stem not in ("__init__", "contract"):
            module = cast("PlaceModule", import_module(f"{PLACES}.{path.stem}"))
            known |= dict.fromkeys(module.SCHEMES, module)
    if scheme not in known:
        raise ConfigError(
            f"source {source.name}: no place is called {scheme}://" if scheme else f"source {source.name}: no URL",
            where=Where(config.root / FILE_NAME, field="fetch"),
            found=source.fetch,
            expected=" or ".join(f"{name}://…" for name in known),
            fix=nearest(scheme, known),
        )
    return known[scheme]


def _secret(config: Config, source: Source) -> str | None:
    if not source.secret_env:
        return None
    if source.secret_env not in os.environ:
        raise CallqaError(
            f"source {source.name}: the environment has no {source.secret_env}",
            where=Where(config.root / FILE_NAME, field="secret_env"),
            fix="Set it where the night is started; it never stands in a file of the workspace.",
        )
    return os.environ[source.secret_env]


def _deliver(staged: Path, target: Path) -> None:
    """Move a fetched file into the inbox, whole and on disk; both folders may be on different disks."""
    landing.private(target.parent)
    half = target.with_name(f".{target.name}.part")
    try:
        shutil.move(staged, half)
        with half.open("rb") as handle:
            os.fsync(handle.fileno())
        half.replace(target)
        landing.sync(target.parent)
    except OSError as problem:
        half.unlink(missing_ok=True)
        text = f"cannot put a fetched file into the inbox: {problem.strerror}"
        raise CallqaError(text, where=Where(target)) from None


def _memory(path: Path, source: Source) -> dict[str, Any]:
    """Return what was remembered of this place; {} when there is nothing, or it is of another URL, or damaged."""
    try:
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    is_ours = isinstance(kept, dict) and kept.get("url") == source.fetch and isinstance(kept.get("memory"), dict)
    return kept["memory"] if is_ours else {}


def _remember(path: Path, source: Source, memory: dict[str, Any]) -> None:
    half = path.with_suffix(".part")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump({"url": source.fetch, "memory": memory}, out)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)
