"""Print a scored contact: as one self-contained HTML page, or as text for a terminal.

The page asks the network for nothing and runs nothing: its policy forbids both, and every value is escaped.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.cells import visible
from flows.documents import environment
from flows.texts import translator
from qa.explain import clock, evidence_lines, percent

if TYPE_CHECKING:
    from jinja2 import Template

    from qa.contact import Contact, Turn
    from qa.explain import Answer
    from schemas.config import Config

SIGNS = {"pass": "✓", "fail": "✗", "not_applicable": "–", "unknown": "?"}


@cache
def texts(language: str) -> dict[str, str]:
    """Return what the page says, by what it is about. Raises UsageError for a language there are no texts in."""
    _ = translator(language)
    return {
        "pass": _("kept"), "fail": _("missed"), "not_applicable": _("does not apply"), "unknown": _("not known"),
        "agent": _("Agent"), "customer": _("Customer"), "system": _("System"), "bot": _("Bot"),
        "unknown_speaker": _("Speaker not known"), "transcript": _("What was said"), "scores": _("Scores"),
        "tip": _("Tip"), "weight": _("weight"), "final": _("final"), "bounds": _("bounds"),
        "answered": _("of the weight answered"), "to": _("to"), "version": _("version"),
        "human": _("Left to people, not part of this score"), "arithmetic": _("Arithmetic"),
        "advisory": _("advisory, not scored"), "unscored": _("No policy applies to this part."), "part": _("Part"),
        "hidden": _("not shown"), "question": _("Question"), "answer": _("Answer"), "earned": _("Earned"),
        "same": _("Computed again from the stored answers: the same."), "subject": _("Subject"),
        "ADVICE": _("A coaching aid: rules read this contact, a person decides what follows."),
    }  # fmt: skip


def html(contact: Contact, config: Config, language: str, home: str | None = None) -> str:
    """Return the page. Agents are named by their ids where the configuration allows it, otherwise by their team.

    `home` is the page to go back to, where this one is part of a site.
    """
    with_agent = config.privacy.mode == "agent"
    return _template(language).render(
        contact=contact,
        words=texts(language),
        signs=SIGNS,
        with_agent=with_agent,
        earned=_earned,
        home=home,
        site=config.site.name,
    )


@cache
def _template(language: str) -> Template:
    made = environment(language, Path(__file__).parent)
    made.filters |= {"clock": clock, "percent": percent, "evidence": evidence_lines}
    return made.get_template("contact_page.html")


def text(contact: Contact, config: Config, language: str) -> str:
    """Return the same for a terminal: the talk with its marks, then the arithmetic."""
    words, lines = texts(language), list[str]()
    for part in contact.parts:
        lines += [_head(contact, part.about, config, words), ""]
        lines += [part.silence] if part.silence else []
        for turn in part.turns:
            lines += _turn(turn, words)
        for score in part.scores:
            lines += ["", score.to_text(with_agent=config.privacy.mode == "agent")]
        lines += [] if part.scores else ["", words["unscored"]]
        lines.append("")
    return "\n".join(visible(line) for line in "\n".join(lines).rstrip().split("\n"))


def _head(contact: Contact, about: dict[str, Any], config: Config, words: dict[str, str]) -> str:
    agent = about["agent_id"] if config.privacy.mode == "agent" else f"({words['hidden']})"
    facts = [about[name] for name in ("contact_on", "channel", "direction", "queue", "language") if about[name]]
    return f"{about['leg_id']}, {words['agent']} {agent}: {', '.join(str(fact) for fact in facts)}"


def _turn(turn: Turn, words: dict[str, str]) -> list[str]:
    moment = "" if turn.start_ms is None else clock(turn.start_ms)
    speaker = words.get(turn.speaker, words["unknown_speaker"]) if turn.speaker != "unknown" else "?"
    lines = [f"{turn.turn_no:>3} {moment:>6} {speaker}: {line}" for line in turn.text.split("\n")[:1]]
    lines += [f"{'':>12}{line}" for line in turn.text.split("\n")[1:]]
    lines[:0] = [f"{'':>12}{words['subject']}: {turn.subject}"] if turn.subject else []
    return lines + [f"{'':>10} {SIGNS[mark.outcome]} {mark.question}: {mark.text}" for mark in turn.marks]


def _earned(answer: Answer) -> str:
    """Return what an answer earned of its weight, as it enters the arithmetic."""
    if answer.is_advisory or answer.score is None:
        return "–"
    if answer.bonus and not answer.weight:
        return f"+{answer.bonus * answer.score:g} %"
    return f"{answer.score * answer.weight:g} / {answer.weight:g}"
