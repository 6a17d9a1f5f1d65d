"""Build frozen dataclasses from plain dicts (TOML or YAML), with errors that name the key and the nearest known one."""

from __future__ import annotations

import dataclasses
import types
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from schemas.errors import UsageError, Where, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


def build(
    kind: type[T],
    raw: Mapping[str, Any],
    locate: Callable[[str], Where],
    *,
    error: type[UsageError] = UsageError,
    path: str = "",
) -> T:
    """Return `kind(**raw)` with every value checked against the field's type.

    `locate` turns a dotted key (`site.timezone`, `sources.0.name`) into its place in the file. Tuples of dataclasses
    and nested dataclasses are built recursively. Raises `error` for unknown or missing keys and wrong types.
    """
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}  # type: ignore[arg-type]
    for key in raw:
        if key not in fields:
            known = [_word(locate, path, name) for name in fields]
            raise error("unknown key", where=locate(_join(path, str(key))), fix=nearest(str(key), known))
    values: dict[str, Any] = {}
    for name, field in fields.items():
        here = _join(path, name)
        if name in raw:
            values[name] = _value(hints[name], raw[name], locate, error, here)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            fix = f"Add {_word(locate, path, name)}."
            raise error("missing key", where=locate(here), expected=_describe(hints[name]), fix=fix)
    try:
        return kind(**values)
    except ValueError as problem:  # a dataclass's own __post_init__ check
        raise error(str(problem), where=locate(path or next(iter(fields)))) from None


def _word(locate: Callable[[str], Where], path: str, name: str) -> str:
    """Return a field's name as it is written in the file, where `locate` knows another word for it."""
    return (locate(_join(path, name)).field or name).rpartition(".")[2]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _value(hint: Any, raw: Any, locate: Callable[[str], Where], error: type[UsageError], path: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union(hint, raw, locate, error, path)
    if dataclasses.is_dataclass(hint) and isinstance(raw, dict):
        return build(hint, raw, locate, error=error, path=path)  # type: ignore[arg-type]
    if origin is tuple and isinstance(raw, list | tuple):
        return tuple(_value(args[0], item, locate, error, f"{path}.{index}") for index, item in enumerate(raw))
    if origin is dict and isinstance(raw, dict):
        return {str(key): _value(args[1], item, locate, error, f"{path}.{key}") for key, item in raw.items()}
    if origin is Literal:
        if raw not in args:
            hint_ = nearest(raw, [one for one in args if isinstance(one, str)]) if isinstance(raw, str) else ""
            fix = hint_ if hint_.startswith("Did") else None
            raise error("unknown value", where=locate(path), found=raw, expected=_describe(hint), fix=fix)
        return raw
    return _atom(hint, raw, locate, error, path)


def _union(hint: Any, raw: Any, locate: Callable[[str], Where], error: type[UsageError], path: str) -> Any:
    choices = [arg for arg in get_args(hint) if arg is not type(None)]
    if raw is None and len(choices) < len(get_args(hint)):
        return None
    if len(choices) == 1:
        return _value(choices[0], raw, locate, error, path)
    like = [choice for choice in choices if _is_container(choice, raw)]
    if len(like) == 1:  # its own error says more than that nothing fits
        return _value(like[0], raw, locate, error, path)
    for choice in choices:
        try:
            return _value(choice, raw, locate, error, path)
        except UsageError:
            continue
    fixes = [_fix(choice, raw, locate, path) for choice in choices]
    fix = next((one for one in fixes if one), None)
    raise error("wrong type", where=locate(path), found=raw, expected=_describe(hint), fix=fix)


def _is_container(hint: Any, raw: Any) -> bool:
    origin = get_origin(hint)
    if isinstance(raw, list | tuple):
        return origin is tuple
    return isinstance(raw, dict) and (origin is dict or dataclasses.is_dataclass(hint))


def _atom(hint: Any, raw: Any, locate: Callable[[str], Where], error: type[UsageError], path: str) -> Any:
    if hint is Any or (hint in (str, int, float, bool, date) and type(raw) is hint):
        return raw
    if hint is float and type(raw) is int:
        return float(raw)
    if hint is Path and isinstance(raw, str):
        return Path(raw)
    fix = _fix(hint, raw, locate, path)
    raise error("wrong type", where=locate(path), found=raw, expected=_describe(hint), fix=fix)


def _fix(hint: Any, raw: Any, locate: Callable[[str], Where], path: str) -> str | None:
    """Return what to write instead, where that can be told from what was written."""
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if hint is str and is_number:
        return f'Put it in quotes: "{raw}".'
    if hint in (int, float) and isinstance(raw, str) and raw[:1].isdigit():
        return "Write the number alone, without quotes or unit."
    if get_origin(hint) is tuple and (isinstance(raw, str) or is_number):
        return f"Write [{raw}]."
    if dataclasses.is_dataclass(hint) and not isinstance(raw, dict | list):
        names = [_word(locate, path, one.name) for one in dataclasses.fields(hint)]
        return f"Write {{{names[0]}: …}}; it may hold {', '.join(names)}."
    return None


def _describe(hint: Any) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return "one of " + ", ".join(str(arg) for arg in args)
    if origin in (Union, types.UnionType):
        return " or ".join(_describe(arg) for arg in args if arg is not type(None))
    if origin is tuple:
        return f"a list ({_describe(args[0])} each)"
    if origin is dict or dataclasses.is_dataclass(hint):
        return "a table"
    names = {
        str: "a text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        date: "a date",
        Path: "a path",
    }
    return names.get(hint, getattr(hint, "__name__", str(hint)))
