"""The mistakes a lead makes, and what callqa says: where, what was found, what was expected, what to do."""
# ruff: noqa: E501 - messages stand as they are printed

from __future__ import annotations

import pytest

from qa.checks import kinds
from qa.policy import read_policy
from schemas.errors import PolicyError

GOOD = """\
policy: p
version: 1
title: T
effective: {from: 2026-01-01}
sections:
  - id: s
    title: S
    weight: 1
    questions:
      - id: q
        text: Asked?
        check:
          phrase:
            any: [danke]
"""
# What is written instead of what, and the message.
MISTAKES = [
    (
        "any: [danke]",
        f"any: [{', '.join(f'wort{number}' for number in range(600))}]",
        "p.yaml:13:11: sections.0.questions.0.check.phrase: 600 patterns in one question, at most 500: use word patterns such as `apolog*`",
    ),
    (
        "    weight: 1\n",
        "    wieght: 1\n",
        "p.yaml:8:5: sections.0.wieght: unknown key. Did you mean 'weight'?",
    ),
    (
        "version: 1",
        "version: one",
        "p.yaml:2:1: version: wrong type: found 'one', expected a whole number",
    ),
    (
        "version: 1",
        "version: '1'",
        "p.yaml:2:1: version: wrong type: found '1', expected a whole number. Write the number alone, without quotes or unit.",
    ),
    (
        "title: T",
        "titel: T",
        "p.yaml:3:1: titel: unknown key. Did you mean 'title'?",
    ),
    (
        "title: T",
        "title: T\ntitle: U",
        "p.yaml:4:1: key stands twice: found 'title'. Remove one of them.",
    ),
    (
        "title: T",
        "title: 24",
        'p.yaml:3:1: title: wrong type: found 24, expected a text. Put it in quotes: "24".',
    ),
    (
        "title: T",
        "title: Anruf: gut",
        "p.yaml:3:13: not valid YAML: mapping values are not allowed here: found 'title: Anruf: gut'. Put a text that holds `: ` in quotes; else look at the indentation.",
    ),
    (
        "from: 2026",
        "form: 2026",
        "p.yaml:4:13: effective.form: unknown key. Did you mean 'from'?",
    ),
    (
        "2026-01-01",
        "1.1.2026",
        "p.yaml:4:1: effective: no date: Invalid isoformat string: '1.1.2026': expected YYYY-MM-DD",
    ),
    (
        "2026-01-01",
        "2026-02-30",
        "p.yaml:4:1: effective: no date: day is out of range for month: expected YYYY-MM-DD",
    ),
    (
        "{from: 2026-01-01}",
        "2026-01-01",
        "p.yaml:4:1: effective: wrong type: found '2026-01-01', expected a table. Write {from: …}; it may hold from, to.",
    ),
    (
        "    weight: 1\n",
        "    weight: heavy\n",
        "p.yaml:8:5: sections.0.weight: wrong type: found 'heavy', expected a number",
    ),
    (
        "    weight: 1\n",
        "    weight: -1\n",
        "p.yaml:8:5: sections.0.weight: a section's weight must be above 0: found -1.0",
    ),
    (
        "    weight: 1\n",
        "    weight: 40%\n",
        "p.yaml:8:5: sections.0.weight: wrong type: found '40%', expected a number. Write the number alone, without quotes or unit.",
    ),
    (
        "    weight: 1\n",
        "\tweight: 1\n",
        "p.yaml:8:1: not valid YAML: found character '\\t' that cannot start any token: found 'weight: 1'. Replace the tab by spaces.",
    ),
    (
        "    weight: 1\n",
        "     weight: 1\n",
        "p.yaml:8:12: not valid YAML: mapping values are not allowed here: found 'weight: 1'. Put a text that holds `: ` in quotes; else look at the indentation.",
    ),
    (
        "    weight: 1\n",
        "  weight: 1\n",
        "p.yaml:8:3: not valid YAML: expected <block end>, but found '?': found 'weight: 1'. Indent it as far as the keys beside it.",
    ),
    (
        "        text: Asked?\n",
        "",
        "p.yaml:10:9: sections.0.questions.0.text: missing key: expected a text. Add text.",
    ),
    (
        "        text: Asked?\n",
        "        text: Asked?\n        critical: legal\n",
        "p.yaml:12:9: sections.0.questions.0.critical: unknown value: found 'legal', expected one of customer, business, compliance",
    ),
    (
        "        text: Asked?\n",
        "        text: Asked?\n        human: yes\n",
        "p.yaml:12:9: sections.0.questions.0.human: wrong type: found 'yes', expected true or false",
    ),
    (
        "        text: Asked?\n",
        "        text: Asked?\n        weight: 0\n",
        "p.yaml:12:9: sections.0.questions.0.weight: counts for nothing: found 0, expected a weight, a bonus, fatal or critical",
    ),
    (
        "        text: Asked?\n",
        "        text: Asked?\n        only_if: {question: greting, is: pass}\n",
        "p.yaml:12:19: sections.0.questions.0.only_if.question: no such question: found 'greting'. Known: q.",
    ),
    (
        "        text: Asked?\n",
        "        text: Asked?\n        only_if: {question: q, is: passed}\n",
        "p.yaml:12:32: sections.0.questions.0.only_if.is: unknown value: found 'passed', expected one of pass, fail. Did you mean 'pass'?",
    ),
    (
        "phrase:",
        "phrases:",
        "p.yaml:13:11: sections.0.questions.0.check.phrases: there is no check 'phrases'. Did you mean 'phrase'?",
    ),
    (
        "any: [danke]",
        "any: danke",
        "p.yaml:14:13: sections.0.questions.0.check.phrase.any: wrong type: found 'danke', expected a table or a list (a text or a table each). Write [danke].",
    ),
    (
        "any: [danke]",
        "any: []",
        "p.yaml:13:11: sections.0.questions.0.check.phrase: no pattern",
    ),
    (
        "any: [danke]",
        "any: [24]",
        'p.yaml:14:19: sections.0.questions.0.check.phrase.any.0: wrong type: found 24, expected a text or a table. Put it in quotes: "24".',
    ),
    (
        "any: [danke]",
        "any: [danke",
        "p.yaml:15:1: not valid YAML: expected ',' or ']', but got '<stream end>'. Close the quotes and brackets.",
    ),
    (
        "any: [danke]",
        "any: [*danke]",
        "p.yaml:14:19: aliases are not accepted: found '*danke'. Write the value out; a text that begins with * goes in quotes.",
    ),
    (
        "any: [danke]",
        'any: [{regex: "\\d+"}]',
        "p.yaml:14:29: not valid YAML: found unknown escape character 'd': found 'any: [{regex: \"\\\\d+\"}]'. In double quotes a \\ begins an escape: use 'single quotes'.",
    ),
    (
        "any: [danke]",
        "any: [danke]\n            window: {first: 4, unit: turn}",
        "p.yaml:15:32: sections.0.questions.0.check.phrase.window.unit: unknown value: found 'turn', expected one of turns, seconds, words, percent. Did you mean 'turns'?",
    ),
    (
        "any: [danke]",
        "any: [danke]\n            window: 4",
        "p.yaml:15:13: sections.0.questions.0.check.phrase.window: wrong type: found 4, expected a table. Write {first: …}; it may hold first, last, unit, part.",
    ),
    (
        "any: [danke]",
        "any: [danke]\n            speaker: agents",
        "p.yaml:15:13: sections.0.questions.0.check.phrase.speaker: unknown value: found 'agents', expected one of agent, customer, bot, system, any. Did you mean 'agent'?",
    ),
    (
        "          phrase:\n            any: [danke]",
        "          metric: {metric: holds_s, max: 3}",
        "p.yaml:13:11: sections.0.questions.0.check.metric: there is no metric 'holds_s'. Did you mean 'hold_s'?",
    ),
    (
        "          phrase:\n            any: [danke]",
        "          metric: {metric: hold_s, max: 3 min}",
        "p.yaml:13:36: sections.0.questions.0.check.metric.max: wrong type: found '3 min', expected a number. Write the number alone, without quotes or unit.",
    ),
    (
        "        check:\n          phrase:\n            any: [danke]\n",
        "",
        f"p.yaml:10:9: sections.0.questions.0.check: a check names one kind: expected one of {', '.join(kinds())}. Add `check:`, or `human: true`.",
    ),
    (
        "title: T",
        "title: T\napplies_to: {channel: voice}",
        "p.yaml:4:14: applies_to.channel: wrong type: found 'voice', expected a list (a text each). Write [voice].",
    ),
    (
        "title: T",
        "title: T\napplies_to: {channel: [phone]}",
        "p.yaml:4:24: applies_to.channel.0: there is no channel 'phone'. Known: callback, chat, email, letter, message, task, ticket, visit, voice.",
    ),
    (
        "title:",
        "title",
        "p.yaml:4:1: not valid YAML: could not find expected ':': found 'effective: {from: 2026-01-01}'. This line or the one above lacks a colon, or the space after it.",
    ),
    (
        "title: T",
        "title:T",
        "p.yaml:4:1: not valid YAML: could not find expected ':': found 'effective: {from: 2026-01-01}'. This line or the one above lacks a colon, or the space after it.",
    ),
]


@pytest.mark.parametrize(
    ("right", "wrong", "message"), MISTAKES, ids=[wrong.strip()[:40] or "nothing" for _, wrong, _ in MISTAKES]
)
def test_a_mistake_is_named_with_its_place_and_what_to_do(tmp_path, right, wrong, message):
    assert right in GOOD
    path = tmp_path / "p.yaml"
    path.write_text(GOOD.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as problem:
        read_policy(path)
    assert str(problem.value).replace(str(path), "p.yaml").startswith(message)


def test_without_a_mistake_it_is_a_policy(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_policy(path).policy_id == "p"
