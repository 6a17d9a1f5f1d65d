"""The reader of a format, and the checked settings of a source.

The format's name is the name of its module in flows/sources. Settings come from the mapping YAML a source names, or
from `[sources.settings]` in callqa.toml; the reader itself says whether they are right.
"""

from __future__ import annotations

import hashlib
import json
from importlib import import_module, util
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from schemas import strict_yaml
from schemas.config import FILE_NAME, line_of
from schemas.errors import ConfigError, MappingError, Where, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.reading.contract import Reader
    from schemas.config import Config, Source

SOURCES = "flows.sources"


def formats(package: str = SOURCES) -> list[str]:
    """Return the known formats: the names of the files in flows/sources."""
    spec = util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return sorted(path.stem for folder in folders or () for path in Path(folder).glob("*.py") if path.stem[0] != "_")


def reader(config: Config, source: Source, package: str = SOURCES) -> Reader:
    """Return the reader module of a source. Raises ConfigError for an unknown format or a broken module."""
    if source.format not in formats(package):
        raise ConfigError(
            "unknown format",
            where=_toml_place(config, source, "format"),
            found=source.format,
            fix=nearest(source.format, formats(package)),
        )
    try:
        return cast("Reader", import_module(f"{package}.{source.format}"))
    except ImportError as problem:
        where = _toml_place(config, source, "format")
        raise ConfigError(f"the reader {source.format} cannot be imported: {problem}", where=where) from None


def source_settings(config: Config, source: Source, package: str = SOURCES) -> Any:
    """Return what the reader made of the source's settings.

    Raises MappingError or ConfigError, with the place in the mapping YAML or in callqa.toml.
    """
    raw, where = _raw(config, source)
    return reader(config, source, package).settings(raw, where)


def settings_hash(config: Config, source: Source) -> str:
    """Return SHA-256 over format and settings: files read with another mapping can be told apart."""
    content = [source.format, source.system, _raw(config, source)[0]]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _raw(config: Config, source: Source) -> tuple[dict[str, Any], Callable[[str], Where]]:
    if not source.mapping:
        # As JSON has them: a TOML date is the text a mapping YAML would give.
        plain = json.loads(json.dumps(source.settings, default=str))
        return plain, lambda key: _toml_place(config, source, f"settings.{key}" if key else "settings")
    path = config.root / source.mapping
    if not path.resolve().is_relative_to(config.root.resolve()):
        place = _toml_place(config, source, "mapping")
        raise ConfigError("the mapping lies outside the workspace", where=place, found=source.mapping)
    document = strict_yaml.load(path, MappingError)
    if not isinstance(document.value, dict):
        raise MappingError("a mapping is a table of keys", where=Where(path, line=1), found=document.value)
    return document.value, document.where


def _toml_place(config: Config, source: Source, key: str) -> Where:
    """Return the place of a key of a source in callqa.toml, with its line where the file is there to look at."""
    path = config.root / FILE_NAME
    dotted = f"sources.{config.all_sources.index(source)}.{key}"
    try:
        return Where(path, line=line_of(path.read_text(encoding="utf-8"), dotted), field=dotted)
    except OSError:
        return Where(path, field=dotted)
