"""Values out of a parsed JSON document, each checked for its kind; a wrong one says where it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from flows.reading.blocks import Broken
from flows.reading.json_strict import literal

T = TypeVar("T")
_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
_SHOWN = 200


class Misfit(ValueError):
    """A document cannot be used; `why` says it as a reject does."""

    def __init__(self, rule: str, found: str | None, expected: str, field: str | None = None) -> None:
        """Keep the reason."""
        super().__init__(rule)
        self.why = Broken(rule, found, expected, field)


def pick(document: Any, path: str, kind: type[T], place: str = "") -> T | None:
    """Return what stands at `a.b`, None where nothing does. Raises Misfit for another kind; `place` is put in front."""
    value, seen = document, place
    for name in path.split("."):
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Misfit("wrong_shape", _shown(value), "an object", seen or None)
        value = value.get(name)
        seen = f"{seen}.{name}".lstrip(".")
    if value is None or type(value) is kind:
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)  # type: ignore[return-value]
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    raise Misfit("wrong_shape", _shown(value), _NAMES[kind], seen)


def need(document: Any, path: str, kind: type[T], place: str = "") -> T:
    """Return what stands at `a.b`. Raises Misfit where nothing does, or an empty text."""
    value = pick(document, path, kind, place)
    if value is None or value == "":
        raise Misfit("missing_field", None, "a value", f"{place}.{path}".lstrip("."))
    return value


def items(document: Any, path: str, place: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Return the objects of a list with their places; an absent list has none. Raises Misfit for other things in it."""
    found = pick(document, path, list, place) or []
    at = f"{place}.{path}".lstrip(".")
    out = []
    for number, item in enumerate(found):
        if not isinstance(item, dict):
            raise Misfit("wrong_shape", _shown(item), "an object", f"{at}.{number}")
        out.append((f"{at}.{number}", item))
    return out


def moment(document: Any, path: str, place: str = "") -> datetime | None:
    """Return a time that stands as ISO text; without an offset it is UTC. Raises Misfit for another text."""
    text = pick(document, path, str, place)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misfit(
            "bad_time", text[:_SHOWN], "a time as 2026-03-02T08:00:00Z", f"{place}.{path}".lstrip(".")
        ) from None


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return literal(value)[:_SHOWN]
