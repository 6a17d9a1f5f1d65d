"""How a talk ran, by the times of its turns: who spoke how long, silence, interruptions, pace.

    check:
      speech: {measure: longest_silence_s, max: 30}
      speech: {measure: talk_share, min: 0.3, max: 0.7}      # the agent's speaking time, of agent and customer together
      speech: {measure: interruptions, max: 2, overlap_s: 1}
      speech: {measure: words_per_minute, min: 90, max: 180}

Without limits it only measures: the question's `answers` then say what each value is worth. Times only, no voices: what
somebody felt is not measured, and nothing here guesses it.

An interruption is a turn the agent begins while the customer is speaking, when both go on for `overlap_s` seconds or
more: a short "mhm" is none. Silence lies between the end of all turns so far and the next one, whoever spoke; hold is
silence too where the transcript leaves it out. Words are what spaces separate.

Not applicable on contacts that are not spoken, and, for a share or a pace, with less than 20 seconds of the agent's
speech. Unknown without text, where a turn has no begin or no end, where the channel is not known, and, for all but
silence, where a turn does not say who spoke or only one side was heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from qa.checks import Measure, Pieces
from qa.sql_text import between, quoted
from schemas.policy import Limits

ENOUGH_MS = 20_000  # a share or a pace of less speech is noise
_HIT = "'seq': t.seq, 'turn_no': t.turn_no, 'start_ms': t.start_ms, 'speaker': t.speaker, 'quote': t.text[:160]"
_SILENT = "(t.start_ms - t.ended_before)"
_VALUES = {
    "talk_share": "s.agent_ms / nullif(s.agent_ms + s.customer_ms, 0)",
    "longest_silence_s": "greatest(coalesce(s.silence.ms, 0), 0) / 1000",
    "interruptions": "len(s.interrupted_{key})",
    "words_per_minute": "60000 * s.agent_words / nullif(s.agent_ms, 0)",
}
_WORDS = {
    "talk_share": "'the agent spoke ' || round(100 * {value}, 1) || ' % of the time anybody spoke'",
    "longest_silence_s": "'longest silence ' || round({value}, 1) || ' s'",
    "interruptions": "{value}::BIGINT || ' interruption(s)'",
    "words_per_minute": "round({value}) || ' words a minute'",
}


@dataclass(frozen=True)
class Check:
    """Settings of a speech check; limits are in the measure's unit and belong to the good side."""

    measure: Literal["talk_share", "longest_silence_s", "interruptions", "words_per_minute"]
    """talk_share (0 to 1), longest_silence_s, interruptions (how many), words_per_minute (of the agent)."""
    min: float | None = None
    """The least good value, in the measure's unit."""
    max: float | None = None
    """The greatest good value, in the measure's unit."""
    overlap_s: Annotated[float, Limits(above=0)] | None = None
    """Interruptions only: for how long both must speak; 1 unless it says otherwise."""

    def only_measures(self) -> bool:
        """Return whether the check says what was measured, and not what is good."""
        return self.min is None and self.max is None

    def uses_times(self) -> bool:
        """Return whether the ends of earlier turns are needed beside each turn."""
        return self.measure in ("longest_silence_s", "interruptions")

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out, limits = list[str](), [one for one in (self.min, self.max) if one is not None]
        if len(limits) == 2 and limits[0] > limits[1]:
            out.append("min is above max")
        if any(one < 0 for one in limits):
            out.append(f"{self.measure} is never below 0")
        if self.measure == "talk_share" and any(one > 1 for one in limits):
            out.append("talk_share is a share, from 0 to 1: write 0.6 for 60 %")
        if self.overlap_s is not None and (self.measure != "interruptions" or self.overlap_s <= 0):
            out.append("overlap_s is a time above 0, and belongs to interruptions")
        return out

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        value = f"({_VALUES[self.measure].format(key=key)})::DOUBLE"
        missing, outside = self._missing(), self._outside()
        words = _WORDS[self.measure].format(value=value)
        inside = between(value, self.min, self.max) or "true"
        return Pieces(
            outcome=(
                f"CASE WHEN {outside} IS NOT NULL THEN 'not_applicable' WHEN {missing} IS NOT NULL THEN 'unknown' "
                f"WHEN {inside} THEN 'pass' ELSE 'fail' END"
            ),
            reason=f"coalesce({outside}, {missing}, {words})",
            evidence=self._evidence(key, value),
            stats=self._stats(key),
            measure=Measure(f"CASE WHEN {outside} IS NULL AND {missing} IS NULL THEN {value} END", words),
        )

    def _stats(self, key: str) -> dict[str, str]:
        length = "t.end_ms - t.start_ms"
        stats = {
            "has_times": "bool_and(t.start_ms IS NOT NULL AND t.end_ms IS NOT NULL)",
            "has_speakers": "bool_and(t.speaker IN ('agent', 'customer', 'bot', 'system'))",
            "agent_ms": f"sum({length}) FILTER (t.speaker = 'agent')",
            "customer_ms": f"sum({length}) FILTER (t.speaker = 'customer')",
        }
        if self.measure == "words_per_minute":
            stats["agent_words"] = r"sum(len(regexp_extract_all(t.text, '\S+'))) FILTER (t.speaker = 'agent')"
        if self.measure == "longest_silence_s":
            # The greatest, of equals the first.
            stats["silence"] = f"max({{'ms': {_SILENT}, 'place': -t.turn_no, {_HIT}}}) FILTER ({_SILENT} IS NOT NULL)"
        if self.measure == "interruptions":
            # least() would take NULL for "no limit": before the customer's first word nobody is interrupted.
            both = "CASE WHEN t.customer_until IS NOT NULL THEN least(t.customer_until, t.end_ms) - t.start_ms END"
            overlap = round(1000 * (self.overlap_s or 1))
            cut_in = f"t.speaker = 'agent' AND {both} >= {overlap}"
            stats[f"interrupted_{key}"] = f"coalesce(list({{{_HIT}}} ORDER BY t.turn_no) FILTER ({cut_in}), [])"
        return stats

    def _outside(self) -> str:
        cases = "WHEN c.channel <> 'voice' THEN 'not a spoken contact' "
        if self.measure in ("talk_share", "words_per_minute"):
            cases += (
                f"WHEN {self._missing()} IS NULL AND s.agent_ms < {ENOUGH_MS} "
                f"THEN 'less than {ENOUGH_MS // 1000} s of speech' "
            )
        return f"(CASE {cases}END)"

    def _missing(self) -> str:
        cases = (
            "WHEN c.channel IS NULL THEN 'the channel is not known' WHEN c.text_state = 'no_text' THEN 'no transcript' "
            "WHEN c.text_state IS DISTINCT FROM 'text' THEN 'the transcript does not say which agent spoke' "
            "WHEN s.has_times IS NOT true THEN 'the transcript does not say when each turn began and ended' "
        )
        if self.measure != "longest_silence_s":
            cases += "WHEN NOT s.has_speakers THEN 'some turns do not say who spoke' "
            cases += "WHEN s.agent_ms IS NULL OR s.customer_ms IS NULL THEN 'only one side was heard' "
        return f"(CASE {cases}END)"

    def _evidence(self, key: str, value: str) -> str:
        limits = f"'min': {quoted(self.min)}::DOUBLE, 'max': {quoted(self.max)}::DOUBLE"
        figure = f"to_json({{'metric': {quoted(self.measure)}, 'value': {value}, {limits}}})"
        if not self.uses_times():
            return figure
        hits = f"s.interrupted_{key}[:3]"
        if self.measure == "longest_silence_s":
            fields = ", ".join(
                f"'{name}': s.silence.{name}" for name in ("seq", "turn_no", "start_ms", "speaker", "quote")
            )
            hits = f"CASE WHEN s.silence.ms > 0 THEN [{{{fields}, 'silent_ms': s.silence.ms}}] END"
        return f"coalesce(to_json(CASE WHEN len({hits}) > 0 THEN {hits} END), {figure})"
