"""The JSON Schema for editors: it takes what can be read, explains every key, and refuses what it can know."""

from __future__ import annotations

import copy
import json

import pytest
from jsonschema import Draft202012Validator
from judge_kit import POLICIES

from qa.policy import policy_files
from qa.policy_schema import policy_schema
from schemas.strict_yaml import load

SCHEMA = policy_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = policy_files(POLICIES)


def test_it_is_a_json_schema():
    Draft202012Validator.check_schema(SCHEMA)
    json.dumps(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_takes_the_starter_policies(path):
    assert [f"{list(one.path)}: {one.message}" for one in VALIDATOR.iter_errors(load(path).value)] == []


def keys(schema, path=""):
    for name, inner in schema.get("$defs", {}).items():
        yield from keys(inner, name)
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}", inner
        yield from keys(inner, f"{path}.{name}")
    for part in ("items", "anyOf"):
        inside = schema.get(part, [])
        for inner in inside if isinstance(inside, list) else [inside]:
            yield from keys(inner, path)


def test_every_key_is_explained():
    assert [name for name, inner in keys(SCHEMA) if not inner.get("description")] == []


def good():
    question = {"id": "q", "text": "T", "check": {"phrase": {"any": {"de": ["danke"]}}}}
    section = {"id": "s", "title": "S", "weight": 1, "questions": [question]}
    return {"policy": "p", "version": 1, "title": "T", "effective": {"from": "2026-01-01"}, "sections": [section]}


def put(made, path, value):
    *way, last = path.split(".")
    for step in way:
        made = made[int(step) if step.isdigit() else step]
    made[last] = value


Q = "sections.0.questions.0"


def test_it_takes_what_a_policy_may_say():
    made = good()
    put(made, f"{Q}.answers", [{"name": "short", "points": 2, "up_to": 60}, {"name": "long", "points": 0}])
    put(made, f"{Q}.check", {"metric": {"metric": "hold_s"}})
    put(made, f"{Q}.only_if", {"field": "queue", "in": ["x"]})
    put(made, "applies_to", {"team": ["t"], "max_tenure_days": 90})
    assert list(VALIDATOR.iter_errors(made)) == []


WRONG = [
    ("passmark", 80),
    ("version", "1"),
    ("version", 0),
    ("title", 7),
    ("effective", {"form": "2026-01-01"}),
    ("effective", {"start": "2026-01-01"}),
    ("effective", {"from": "1.1.2026"}),
    ("languages", ["deu"]),
    ("applies_to", {"channel": "voice"}),
    ("applies_to", {"channel": ["voise"]}),
    ("pass_mark", 101),
    ("sections.0.weight", 0),
    (f"{Q}.id", "a b"),
    (f"{Q}.weight", "much"),
    (f"{Q}.weight", -1),
    (f"{Q}.critical", "legal"),
    (f"{Q}.only_if", {"field": "quene", "in": ["x"]}),
    (f"{Q}.only_if", {"among": ["x"]}),
    (f"{Q}.answers", 6),
    (f"{Q}.check", {"phrases": {"any": ["x"]}}),
    (f"{Q}.check", {"phrase": {"any": ["x"]}, "metric": {"metric": "hold_s"}}),
    (f"{Q}.check", {"metric": {"metric": "holds_s"}}),
    (f"{Q}.check", {"field": {"field": "leg.nothing", "present": True}}),
    (f"{Q}.check", {"phrase": {"any": ["x"], "window": {"first": "4"}}}),
    (f"{Q}.human", "yes"),
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=str)
def test_it_refuses_what_cannot_be(path, value):
    made = copy.deepcopy(good())
    put(made, path, value)
    assert list(VALIDATOR.iter_errors(made))
