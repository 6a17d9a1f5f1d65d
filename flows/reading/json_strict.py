"""One JSON object, parsed strictly: by the standard, with nothing lost and nothing chosen.

Keys that stand twice, NaN, Infinity, lone surrogates and deep nesting are mistakes. Numbers keep how they are written
where a text is wanted (an id 1.0 is not 1), and whole numbers too large for 64 bits are texts.
"""

from __future__ import annotations

import json
from typing import Any

from flows.reading.blocks import Broken

MAX_DEPTH = 64
_EXACT_DIGITS = 18


class BadJson(ValueError):
    """One record is no usable JSON object; `why` says it as a reject does."""

    def __init__(self, rule: str, found: str | None, expected: str) -> None:
        """Keep the reason."""
        super().__init__(rule)
        self.why = Broken(rule, found, expected)


class Real(float):
    """A number with a fraction or exponent, and how it was written."""

    literal: str


def parse(data: bytes) -> dict[str, Any]:
    """Return one object. Raises BadJson."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise BadJson("bad_encoding", f"byte 0x{problem.object[problem.start]:02x}", "UTF-8") from None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_real
        )
    except json.JSONDecodeError as problem:
        raise BadJson("bad_json", f"{problem.msg} at character {problem.pos}", "one JSON object") from None
    except RecursionError:
        raise BadJson("too_deep", "too many levels", f"at most {MAX_DEPTH} levels") from None
    if not isinstance(value, dict):
        raise BadJson("not_an_object", _NAMES.get(type(value), "a number"), "one JSON object")
    _check(value, text)
    return value


def literal(value: Any) -> str:
    """Return a parsed value as text: numbers as they were written, objects and lists as JSON."""
    if isinstance(value, str):
        return value
    return value.literal if isinstance(value, Real) else json.dumps(value, ensure_ascii=False)


_NAMES = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def _check(value: dict[str, Any], text: str) -> None:
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise BadJson("too_deep", f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH} levels")
    if "\\ud" in text or "\\uD" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise BadJson("bad_encoding", "half of a surrogate pair", "Unicode text") from None


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        inner = [item for one in level for item in (one.values() if isinstance(one, dict) else one)]
        level = [item for item in inner if isinstance(item, dict | list)]
    return depth


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadJson("duplicate_key", twice[:200].encode("utf-8", "replace").decode(), "each key once")
    return out


def _constant(name: str) -> Any:
    raise BadJson("bad_json", name, "a JSON number")


def _integer(text: str) -> Any:
    return int(text) if len(text) <= _EXACT_DIGITS else text


def _real(text: str) -> Any:
    value = Real(text)
    value.literal = text
    return text if value in (float("inf"), float("-inf")) else value
