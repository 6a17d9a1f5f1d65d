"""Two hundred real German support tickets through the example mapping; figures counted with Python's csv module."""

from __future__ import annotations

import hashlib
import importlib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data/tickets/german_first_200.csv"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DATA.exists(), reason="no shared data beside the checkout")]
QUEUES = {
    "Data Analytics & Reporting": 28,
    "User Experience & Design Feedback": 26,
    "Partner & Vendor Coordination": 22,
    "Legal & Compliance Requests": 20,
    "Account & Billing Management": 19,
    "Network Infrastructure": 19,
    "Security Operations": 18,
    "Software Development": 17,
    "Customer Onboarding": 16,
    "Release Management": 15,
}
# The same file for a site that knows the day it was exported, and says so.
AS_TICKETS = """
record: interaction
extra: keep
columns:
  id: {from: [queue, subject], join: " / "}
  channel: {value: ticket}
  started_at: {value: "2026-03-02"}
  queue: queue
  language: language
"""


def read(mapping):
    with pytest.MonkeyPatch.context() as patch:  # the kit lies with the unit tests
        patch.syspath_prepend(ROOT / "tests/unit/reading")
        return importlib.import_module("reading_kit").read_file(DATA, "csv", mapping)


@pytest.fixture(scope="module")
def tickets():
    return read((ROOT / "docs/examples/tickets.yaml").read_text(encoding="utf-8"))


def test_every_ticket_is_a_message_of_a_customer(tickets):
    rows = tickets["message"]
    assert (tickets.read, tickets.ignored, tickets.rejects, len(rows)) == (200, 0, [], 200)
    assert len({row["message_id"] for row in rows}) == 200
    assert {(row["author"], row["direction"], row["is_auto"], row["language"]) for row in rows} == {
        ("customer", "inbound", False, "de")
    }
    assert Counter(row["queue"] for row in rows) == QUEUES


def test_what_nobody_wrote_down_stays_unknown(tickets):
    for name in ("sent_at", "agent_id", "customer_id", "ticket_id", "in_reply_to"):
        assert {row[name] for row in tickets["message"]} == {None}, name


def test_texts_are_kept_to_the_letter(tickets):
    texts = [row["body_text"] for row in tickets["message"]]
    assert sum(len(text) for text in texts) == 100_005
    whole = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    assert whole == "6efb47fda8e3c4bbbcf0d7282795b5061888c923a8f223e9f7ac226c98780ea5"


def test_placeholders_and_marks_stay_as_they_are(tickets):
    texts = [row["body_text"] for row in tickets["message"]]
    assert (sum("\\n" in text for text in texts), sum(text.count("\\n") for text in texts)) == (40, 200)
    assert (sum("<br>" in text for text in texts), sum(text.count("<br>") for text in texts)) == (8, 24)
    assert sum(text.count("<name>") for text in texts) == 81
    assert sum("\n" in text for text in texts) == 0


def test_with_a_day_the_site_states_they_are_tickets():
    found = read(AS_TICKETS)
    rows = found["interaction"]
    assert (found.read, found.rejects, len(rows)) == (200, [], 200)
    assert Counter((row["channel"], row["queue"]) for row in rows) == {
        ("ticket", name): n for name, n in QUEUES.items()
    }
    assert {(row["resolved"], row["outcome"], row["csat"]) for row in rows} == {(None, None, None)}
    assert Counter(row["extra"].rpartition('"priority":')[2] for row in rows) == {
        '"medium"}': 90,
        '"low"}': 57,
        '"high"}': 53,
    }
