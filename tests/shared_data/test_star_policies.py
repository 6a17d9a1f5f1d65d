"""The two bank policies of docs/examples against the turn labels of 120 STAR dialogues: the figures of docs/star.md.

The dialogues go through a whole night. None of the 120 is about a bank, so the policies are asked of all of them: their
`topic` is lifted, and the look into any system counts for the bank's. Labels are read here only, never by the night.

`pytest -s tests/shared_data/test_star_policies.py` prints the table of docs/star.md and every difference.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared/data/star/dialogues"
POLICIES = ROOT / "docs/examples/star_policies"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DATA.exists(), reason="no shared data beside the checkout")]
SOURCE = '\n[[sources]]\nname = "star"\nformat = "json"\nfiles = "star/*.json"\nmapping = "mappings/star.yaml"\n'
# A question and the labels one of which an agent's turn must bear. `bye` ends some tasks' own labels.
LABELS = {
    "greeting": "hello",
    "anything_else": "anything_else",
    "goodbye": r"goodbye_\d|\w+_bye",
    "account_number": "bank_ask_account_number",
    "pin": "bank_ask_pin",
    "date_of_birth": "bank_ask_dob",
    "maiden_name": "bank_ask_mothers_maiden_name",
    "pet_name": "bank_ask_childhood_pets_name",
}
IDENTITY = ("account_number", "pin", "date_of_birth", "maiden_name", "pet_name")


def is_for_development(dialogue: int) -> bool:
    """Patterns were written with these in view; figures are of the others."""
    return int(hashlib.sha256(str(dialogue).encode()).hexdigest(), 16) % 2 == 0


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z, share = 1.959964, hits / n
    middle, half = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def labelled(events: list[dict]) -> dict[str, bool | None]:
    """What the labels say of one dialogue; None where there was no occasion."""
    said = [(at, one.get("ActionLabel") or "") for at, one in enumerate(events) if one["Agent"] == "Wizard"]
    found: dict[str, bool | None] = {
        question: any(re.fullmatch(label, one) for _, one in said) for question, label in LABELS.items()
    }
    queries = [at for at, one in enumerate(events) if one["Action"] == "query"]
    asked = [at for at, label in said if label == "ask_name"]
    found["name_before_query"] = any(at < queries[0] for at in asked) if queries else None
    return found


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """{policy: {(dialogue, question): outcome}}"""
    with pytest.MonkeyPatch.context() as patch:  # the kit lies with the tests of nights
        patch.syspath_prepend(ROOT / "tests/night")
        kit = importlib.import_module("night_kit")
    mapping = (ROOT / "docs/examples/star.yaml").read_text(encoding="utf-8")
    workspace = kit.small_workspace(tmp_path_factory.mktemp("star") / "w", SOURCE, {}, {"star.yaml": mapping})
    shutil.copytree(DATA, workspace / "inbox" / "star")
    for path in POLICIES.glob("bank_*.yaml"):
        if not path.name.endswith(".examples.yaml"):
            text, lifted = re.subn(r", topic: \[\w+\]", "", path.read_text(encoding="utf-8"))
            text, opened = re.subn(r'regex: "\^bank_"', 'regex: "."', text)
            assert (lifted, opened) in ((1, 2), (1, 3))
            (workspace / "policies" / path.name).write_text(text, encoding="utf-8")
    kit.run_night(workspace)
    rows = kit.query(
        workspace,
        "SELECT a.policy_id, l.interaction_id, a.question_id, a.outcome "
        "FROM qa.answer AS a JOIN core.leg AS l USING (leg_id)",
    )
    out: dict[str, dict[tuple[int, str], str]] = {}
    for policy, interaction, question, outcome in rows:
        out.setdefault(policy, {})[int(interaction.partition(":")[2]), question] = outcome
    return out


@pytest.fixture(scope="module")
def truth():
    """{dialogue: {question: what the labels say}}"""
    dialogues = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))]
    return {one["DialogueID"]: labelled(one["Events"]) for one in dialogues}


def confusion(answers, truth, question: str, *, development: bool) -> Counter:
    """Counts of (found, labelled); answers that are unknown or not applicable are counted under their outcome."""
    out: Counter = Counter()
    for dialogue, said in truth.items():
        if is_for_development(dialogue) is not development or (dialogue, question) not in answers:
            continue
        outcome = answers[dialogue, question]
        out[outcome == "pass" if outcome in ("pass", "fail") else outcome, said[question]] += 1
    return out


def shown(hits: int, n: int) -> str:
    low, high = wilson(hits, n) if n else (0, 0)
    return f"{hits}/{n} = {hits / n:.3f} ({low:.3f} to {high:.3f})" if n else "none"


@pytest.mark.parametrize("development", [True, False], ids=["development", "held out"])
@pytest.mark.parametrize("question", ["greeting", "anything_else", "goodbye", "name_before_query"])
def test_questions_agree_with_the_labels(answers, truth, question, development):
    counts = confusion(answers["bank_balance"], truth, question, development=development)
    hit, false, missed = counts[True, True], counts[True, False], counts[False, True]
    unknown = sum(n for (outcome, _), n in counts.items() if outcome == "unknown")
    print(
        f"\n{question} {'development' if development else 'held out'}: precision {shown(hit, hit + false)}, "
        f"recall {shown(hit, hit + missed)}, unknown {unknown}, n {sum(counts.values())}"
    )
    assert hit >= 10
    assert hit / (hit + missed) >= 0.95
    # Who types instead of picking from the list leaves no label: what the rules find beyond labels, docs/star.md tells.
    assert hit / (hit + false) >= 0.7


@pytest.mark.parametrize("question", IDENTITY)
def test_nobody_is_heard_to_ask_for_an_identity_where_nobody_did(answers, truth, question):
    """None is about a bank: this shows what the rules do not take for an identity check, not what they find."""
    for policy in ("bank_balance", "bank_fraud_report"):
        counts = confusion(answers[policy], truth, question, development=False)
        assert counts[False, False] > 50
        assert counts[True, False] == counts[True, True] == counts[False, True] == 0


def test_a_look_into_the_system_without_an_identity_check_fails(answers, truth):
    for policy in ("bank_balance", "bank_fraud_report"):
        found = Counter(answers[policy][at, "identity_before_query"] for at in truth if (at, "pin") in answers[policy])
        assert found["pass"] == 0
        assert found["fail"] > 80


def test_both_policies_give_the_same_answers_to_the_questions_they_share(answers):
    one, other = answers["bank_balance"], answers["bank_fraud_report"]
    assert one == {key: outcome for key, outcome in other.items() if key in one}


def test_every_difference_from_the_labels_can_be_read(answers, truth):
    found = answers["bank_balance"]
    for dialogue, said in truth.items():
        for question, label in said.items():
            if found.get((dialogue, question)) in ("pass", "fail") and (found[dialogue, question] == "pass") != label:
                half = "development" if is_for_development(dialogue) else "held out"
                print(f"dialogue {dialogue} ({half}): {question} is {found[dialogue, question]}, label says {label}")
    assert sum(is_for_development(one) for one in truth) == 56
