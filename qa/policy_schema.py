"""The JSON Schema of a policy, for editors: made from the dataclasses of schemas/policy.py and of every check.

An editor that knows it completes keys, shows what each means and marks what cannot be. It knows less than
`callqa policy lint`: what depends on other keys (a question another waits for, limits in order) only the lint finds.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import types
from importlib import import_module
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from qa.checks import kinds
from qa.policy import WORDS
from schemas.policy import Limits, Shape
from schemas.tables import table
from warehouse.models import metrics

Defs = dict[str, dict[str, Any]]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ATOMS = {str: "string", int: "integer", float: "number", bool: "boolean"}
_BOUNDS = {"pattern": "pattern", "low": "minimum", "above": "exclusiveMinimum", "high": "maximum"}


def policy_schema() -> dict[str, Any]:
    """Return the schema as plain values. Every key that is not known is refused, as reading a policy does."""
    defs: Defs = {}
    check = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False}
    made = _table(Shape, "", defs)
    defs["check"] = check | {"properties": {kind: _check(kind, defs) for kind in kinds()}}
    return {"$schema": DIALECT, "title": "A callqa policy", **made, "$defs": defs}


def _check(kind: str, defs: Defs) -> dict[str, Any]:
    module = import_module(f"qa.checks.{kind}")
    return _table(module.Check, kind, defs) | {"description": inspect.cleandoc(module.__doc__ or "")}


def _named(kind: type, inside: str, defs: Defs) -> dict[str, Any]:
    """Return a reference to the schema of a dataclass, which may hold itself (a step of steps)."""
    name = f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}.{inside}"
    if name not in defs:
        defs[name] = {}
        defs[name] |= _table(kind, inside, defs)
    return {"$ref": f"#/$defs/{name}"}


def _table(kind: type, inside: str, defs: Defs) -> dict[str, Any]:
    """Return the schema of a dataclass; `inside` is the key it stands under, which decides the words of the file."""
    hints, notes = get_type_hints(kind, include_extras=True), _notes(kind)
    words = {ours: word for word, ours in WORDS.get(inside, {}).items()}
    properties, required = {}, []
    for one in dataclasses.fields(kind):
        word = words.get(one.name, one.name)
        properties[word] = _value(hints[one.name], one.name, defs) | _special(kind, one.name)
        if one.name in notes:
            properties[word]["description"] = notes[one.name]
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            required.append(word)
    out: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    out["description"] = inspect.cleandoc(kind.__doc__ or "")
    return out | ({"required": required} if required else {})


def _special(kind: type, name: str) -> dict[str, Any]:
    """Return what only the tables and metrics of callqa know: the names a key may have."""
    if name == "metric" and kind is not Shape:
        return {"enum": sorted(metrics())}
    if kind.__module__ == "qa.checks.field" and name == "field":
        return {"enum": [f"{one}.{column.name}" for one in ("interaction", "leg") for column in table(one).own]}
    if kind.__name__ == "AppliesTo" and name in ("channel", "direction"):
        allowed = list(table("interaction").column(name).allowed)
        return {"items": {"enum": allowed}}
    return {"$ref": "#/$defs/check"} if kind.__name__ == "Question" and name == "check" else {}


def _value(hint: Any, key: str, defs: Defs) -> dict[str, Any]:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _value(args[0], key, defs) | _limits(args[1:])
    if origin in (Union, types.UnionType):
        choices = [_value(one, key, defs) for one in args if one is not type(None)]
        return choices[0] if len(choices) == 1 else {"anyOf": choices}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": _value(args[0], key, defs)}
    if origin is dict:
        inner = {} if args[1] is Any else {"additionalProperties": _value(args[1], key, defs)}
        return {"type": "object", **inner}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _named(hint, key, defs)
    return {"type": _ATOMS[hint]} if hint in _ATOMS else {}


def _limits(notes: tuple[Any, ...]) -> dict[str, Any]:
    if "check" in notes:  # a check inside of a check
        return {"$ref": "#/$defs/check"}
    found = [one for one in notes if isinstance(one, Limits)]
    return {
        word: getattr(one, name) for one in found for name, word in _BOUNDS.items() if getattr(one, name) is not None
    }


def _notes(kind: type) -> dict[str, str]:
    """Return the string below each field: Python keeps it in the source only."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    out = {}
    for one, following in zip(body.body, body.body[1:], strict=False):
        is_field = isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        if is_field and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            out[one.target.id] = str(following.value.value)  # type: ignore[attr-defined]
    return out
