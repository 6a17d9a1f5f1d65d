from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.strict_yaml import parse


def test_only_plain_decimal_numbers_and_true_false_are_typed():
    text = b"a: no\nb: 12:30\nc: 0123\nd: 1\ne: [1.5, true, ~]\nf: 2026-01-01\ng: 0x1f\nh: 1_000\ni: '7'\nj: -2\n"
    assert parse(text, "x").value == {
        "a": "no", "b": "12:30", "c": "0123", "d": 1, "e": [1.5, True, None],
        "f": "2026-01-01", "g": "0x1f", "h": "1_000", "i": "7", "j": -2,
    }  # fmt: skip


def test_every_key_knows_its_place():
    document = parse(b"sections:\n  - id: a\n    weight: 2\n", "p.yaml")
    assert str(document.where("sections.0.weight")) == "p.yaml:3:5: sections.0.weight"
    assert str(document.where("sections.0.missing")) == "p.yaml:2:5: sections.0.missing"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: &x 1\nb: *x", "p.yaml:2:4: aliases are not accepted"),
        (b"a: 1\na: 2", "p.yaml:2:1: key stands twice"),
        (b"a: [1", "p.yaml:1:6: not valid YAML"),
        (b"a: !!python/object:os.system x", "unknown YAML tag"),
        (b"\xff", "not UTF-8"),
        (b"? [a]\n: b", "a key must be a text"),
        (b"a: " + b"[" * 100 + b"]" * 100, "nested too deeply"),
        (b"a: " + b"[" * 100_000, "nested too deeply"),
        (b"a: " + b"x" * 1_000_001, "too large"),
    ],
)
def test_what_we_do_not_accept_is_said_in_one_line(content, message):
    with pytest.raises(UsageError) as caught:
        parse(content, "p.yaml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_value_or_a_usage_error(content):
    with contextlib.suppress(UsageError):
        parse(content, "p.yaml")
