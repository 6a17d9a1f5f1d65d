"""Card numbers, verification codes, IBANs, PINs and passwords must not be said, written, asked for or left in notes.

    check:
      sensitive:
        what: [card, cvv]           # card, cvv, iban, pin, password, asked; without it all but iban and asked
        speaker: customer           # whose turns: any (default), agent, customer
      sensitive: {what: [card], field: leg.note}      # instead of turns: leg.note, interaction.disposition, …

A card is 13 to 19 digits with an issuer's prefix and a right check digit, in digits or German or English number words
(`vier drei zwo`, `double two`, `dreiundzwanzig`), also over turns of one speaker that follow closely. An IBAN has its
country's length and right check digits. A verification code or PIN is digits after its name; a password is a word with
a digit or sign after `password is`; `asked`: somebody is told to say one.

Evidence never holds the number: a card's first six and last four digits, an IBAN's country and last four, of all else
nothing; in the quote every digit and number word is a star.

Unknown without a transcript, without a turn of the speaker, and where only a turn of an unknown speaker has something.
Of a field: not applicable where nothing was written, unknown where the row was not delivered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa.checks import Pieces
from qa.patterns import Pattern
from qa.sql_text import among, identifier, quoted
from schemas.errors import nearest
from schemas.tables import table

Kind = Literal["card", "cvv", "iban", "pin", "password", "asked"]
_TABLES = ("interaction", "leg")
# How many turns after the one it began in a number may end.
SPAN = 16
_WORD = r"(?:passwort|kennwort|pin|tan|geheimzahl|password|passcode|cvv|cvc|prüfziffer|security code)"
_ASKED = (
    rf"(?:nennen|sagen|verraten|schicken|mailen|diktieren|buchstabieren|geben) sie (?:mir|uns) (?:\pL+ ){{0,4}}{_WORD}"
    rf"|wie (?:lautet|ist|heißt) (?:ihre?|denn ihre?|das|die|der) (?:\pL+ ){{0,2}}{_WORD}"
    rf"|(?:tell|give|send|read) (?:me|us) (?:\pL+ ){{0,4}}{_WORD}"
    rf"|what(?:'s| is) (?:your|the) (?:\pL+ ){{0,2}}{_WORD}"
)
_NEVER = r"(?i)(?:^|[^\pL])(?:nie|niemals|nicht|keinesfalls|never|don't|do not|not)(?:$|[^\pL])"
# What a turn must have to be looked at closely; most turns have none of it.
_WORDS = (
    "null|ein[su]|zw|drei|dree|vier|fünf|fuenf|sech|sieb|acht|neun|zehn|elf"
    "|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twe|thir|for|fif"
)
_NUMBER = rf"[0-9](?:[^a-zäöüß0-9]{{0,3}}[0-9]){{2}}|(?:{_WORDS})[a-zäöüß]*[^a-zäöüß0-9]{{1,3}}(?:{_WORDS}|[0-9])"
_LOOK = {
    "card": _NUMBER,
    "cvv": r"cvv|cvc|prüf|pruef|sicherheitscode|security code|verification",
    "iban": r"[a-z]{2}[^\pL0-9]?[0-9][^\pL0-9]?[0-9]",
    "pin": r"pin|tan|geheim|passcode",
    "password": r"passwor|kennwort|passphrase",
    "asked": _ASKED,
}
_IS_ASKED = (
    "regexp_matches({text}, " + quoted("(?i)" + _ASKED) + ") AND NOT regexp_matches({text}, " + quoted(_NEVER) + ")"
)


@dataclass(frozen=True)
class Check:
    """Settings of a sensitive check."""

    what: tuple[Kind, ...] = ("card", "cvv", "pin", "password")
    """What must not be there: card, cvv, iban, pin, password, asked."""
    speaker: Literal["any", "agent", "customer"] = "any"
    """Whose turns are searched."""
    field: str | None = None
    """A text field to search instead of the turns: leg.note, interaction.disposition and others."""

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out = [] if self.what else ["`what` names nothing to look for"]
        if self.field is None:
            return out
        owner, _, name = self.field.partition(".")
        if owner not in _TABLES:
            return [*out, f"field is {' or '.join(f'{one}.<column>' for one in _TABLES)}, not {self.field!r}"]
        known = [column.name for column in table(owner).own if column.type == "text"]
        if name not in known:
            out.append(f"{owner} has no text column {name!r}. {nearest(name, known)}")
        if self.speaker != "any":
            out.append("`speaker` is of turns: it does not go with `field`")
        return out

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        return self._of_field(key, self.field) if self.field else self._of_turns(key)

    def _of_field(self, key: str, field: str) -> Pieces:
        owner, _, name = field.partition(".")
        row = f"n_{key}"
        # One row a contact, read once: what was written, and what was found in it.
        inner = f"SELECT {owner}_id, nullif(trim({identifier(name)}), '') AS text FROM core.{owner}"
        join = (
            f"LEFT JOIN (SELECT {owner}_id, text, {self._in_text('text')} AS found FROM ({inner})) AS {row} "
            f"ON {row}.{owner}_id = c.{owner}_id"
        )
        return Pieces(
            outcome=(
                f"CASE WHEN {row}.{owner}_id IS NULL THEN 'unknown' WHEN {row}.text IS NULL THEN 'not_applicable' "
                f"WHEN len({row}.found) > 0 THEN 'fail' ELSE 'pass' END"
            ),
            reason=(
                f"CASE WHEN {row}.{owner}_id IS NULL THEN {quoted(f'the {owner} was not delivered')} "
                f"WHEN {row}.text IS NULL THEN {quoted(f'{field} is empty')} "
                f"WHEN len({row}.found) > 0 THEN {quoted(f'{field} holds ')} || {row}.found[1].what "
                f"ELSE {quoted(f'nothing of it in {field}')} END"
            ),
            evidence=f"to_json({{'field': {quoted(field)}, 'found': {row}.found}})",
            joins=[join],
        )

    def _of_turns(self, key: str) -> Pieces:
        places = among("x.speaker", (self.speaker,)) if self.speaker != "any" else "true"
        mine = f"list_filter(coalesce(h.f_{key}, []), lambda x: {places})"
        others = f"list_filter(coalesce(h.f_{key}, []), lambda x: x.speaker = 'unknown')"
        nobody = f"the transcript has no turn of {self.speaker}"
        missing = (
            "CASE WHEN c.text_state = 'no_text' THEN 'no transcript' WHEN c.text_state IS DISTINCT FROM 'text' "
            "THEN 'the transcript does not say which agent spoke' "
            f"WHEN coalesce(s.by_{self.speaker}, 0) = 0 THEN {quoted(nobody)} END"
        )
        spoken = "true" if self.speaker == "any" else f"t.speaker = {quoted(self.speaker)}"
        return Pieces(
            outcome=(
                f"CASE WHEN {missing} IS NOT NULL THEN 'unknown' WHEN len({mine}) > 0 THEN 'fail' "
                f"WHEN len({others}) > 0 THEN 'unknown' ELSE 'pass' END"
            ),
            reason=(
                f"CASE WHEN {missing} IS NOT NULL THEN {missing} WHEN len({mine}) > 0 "
                f"THEN list_extract({mine}, 1).what || ' in turn ' || list_extract({mine}, 1).turn_no "
                f"WHEN len({others}) > 0 THEN 'found in a turn whose speaker is not known' "
                "ELSE 'nothing of it was found' END"
            ),
            evidence=(
                f"CASE WHEN len({mine}) > 0 THEN to_json({mine}[:3]) ELSE to_json({{'window': 'whole contact', "
                f"'speaker': {quoted(self.speaker)}, 'turns': coalesce(s.by_{self.speaker}, 0)}}) END"
            ),
            patterns=self._patterns(),
            marks={f"m_{key}": self._looked_at()},
            hits={f"f_{key}": self._findings(f"list_sort(list({_TURN}) FILTER (t.m_{key}))")},
            stats={f"by_{self.speaker}": f"count(t.text) FILTER ({spoken})"},
        )

    def _patterns(self) -> list[Pattern]:
        return [Pattern("what", _LOOK[one], is_regex=True) for one in self.what]

    def _looked_at(self) -> str:
        return (
            "("
            + " OR ".join(f"regexp_matches(t.text, {quoted(Pattern('', _LOOK[one], True).re2)})" for one in self.what)
            + ")"
        )

    def _in_text(self, text: str) -> str:
        """Return a list of {what, masked} found in one text."""
        wanted = f"lambda found: {among('found.what', self.what)}"
        told = f"list_filter(find_sensitive({text}), {wanted})"
        if "asked" not in self.what:
            return told
        is_asked = _IS_ASKED.replace("{text}", text)
        asked = f"CASE WHEN {is_asked} THEN [{{'what': 'asked', 'masked': ''}}] ELSE [] END"
        return f"list_concat({told}, {asked})" if len(self.what) > 1 else asked

    def _findings(self, turns: str) -> str:
        """Return a list of {seq, turn_no, speaker, what, masked, quote} found in a list of turns."""
        found = self._in_text("x.text")
        if "card" in self.what:
            # A number that begins in one turn and ends in a later one of the same speaker.
            near = f"y.speaker = x.speaker AND y.turn_no > x.turn_no AND y.turn_no <= x.turn_no + {SPAN}"
            texts = f"list_transform(list_filter(turns, lambda y: {near}), lambda y: mask_ibans(y.text))"
            later = f"array_to_string({texts}, ' ')"
            over = (
                f"list_transform(find_card_over(mask_ibans(x.text), {later}), lambda card: "
                "{'what': 'card', 'masked': card.digits[1:6] || '******' || card.digits[-4:]})"
            )
            found = f"list_concat({found}, {over})"
        each = f"list_transform({found}, lambda f: {_SHOWN})"
        return (
            f"list_sort(list_transform([{turns}], lambda turns: flatten(list_transform(turns, lambda x: {each})))[1])"
        )


_TURN = "{'seq': t.seq, 'turn_no': t.turn_no, 'speaker': t.speaker, 'text': t.text}"
_SHOWN = (
    "{'seq': x.seq, 'turn_no': x.turn_no, 'speaker': x.speaker, 'what': f.what, 'masked': f.masked, "
    "'quote': hide_digits(mask_sensitive(x.text))[:240]}"
)
