"""The vCons of ../shared/data: two shapes of one day, and the examples of the standard."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from flows.reading.contract import SourceFile
from flows.sources import vcon

DATA = Path(__file__).resolve().parents[2] / "../shared/data/vcon"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")]


def read(pattern, **settings):
    rows, rules = {}, Counter()
    for path in sorted(DATA.glob(pattern)):
        file = SourceFile(path, path.name, path.name, "v", "v", "Europe/Berlin")
        for chunk in vcon.read(file, vcon.Settings(**settings)):
            for name, batches in chunk.tables.items():
                rows.setdefault(name, []).extend(row for batch in batches for row in batch.to_pylist())
            rules.update(row["rule"] for row in (chunk.rejects.to_pylist() if chunk.rejects else ()))
    return rows, rules


def test_both_shapes_of_a_day_are_read():
    rows, rules = read("*.vcon.json")
    assert not rules
    assert len(rows["interaction"]) == len(rows["leg"]) == 11
    assert Counter(row["channel"] for row in rows["interaction"]) == {"chat": 8, "voice": 3}
    assert Counter(row["direction"] for row in rows["interaction"]) == {None: 8, "outbound": 3}
    assert len(rows["utterance"]) == 116
    assert Counter(row["speaker"] for row in rows["utterance"]) == {"agent": 48, "customer": 35, "unknown": 33}
    talk = [float(row["talk_s"]) for row in rows["leg"] if row["talk_s"] is not None]
    assert (len(talk), sum(talk)) == (8, 18225.0)


def test_the_examples_of_the_standard_are_read_or_refused_with_a_reason():
    rows, rules = read("ietf_*.vcon")
    assert rules == {"encrypted": 1, "missing_field": 1, "bad_json": 1}
    assert Counter(row["channel"] for row in rows["interaction"]) == {"voice": 8, "email": 5}
    # The redacted one and the signed ones are of the same conversation.
    assert len({row["interaction_id"] for row in rows["interaction"]}) == 4
    assert sum('"not_verified"' in (row["extra"] or "") for row in rows["interaction"]) == 2
    assert "leg" not in rows  # nobody of Alice and Bob is said to be ours


def test_with_the_sites_own_people_the_legs_appear():
    rows, _ = read("ietf_ab_call_ext_rec_analysis.vcon", agents={"Bob": "a01"})
    assert [(row["agent_id"], float(row["talk_s"])) for row in rows["leg"]] == [("a01", 33.12)]
    assert rows["interaction"][0]["customer_id"] == "+12345678901"
    assert next((row["start_ms"], row["end_ms"]) for row in rows["utterance"]) == (1200, 6180)
