"""One aspect of how an agent's messages are written. Quoted replies are not part of them.

    check:
      written: {greeting: any}            # any salutation; named: one with a name, such as Hallo Frau Weber
      written: {sign_off: true}           # Mit freundlichen Grüßen, Kind regards
      written: {min_words: 15, max_words: 250}
      written: {max_capitals: 0.1}        # share of words in capitals, of five letters and more; two are needed
      written: {no_placeholders: true}    # {{first_name}}, [NAME], Sehr geehrte/r, Herr/Frau
      written: {address: formal}          # German: formal (Sie), informal (du), consistent (not both)
      written: {wrong: {standart: Standard, vorraus: voraus}}    # words that must not stand there, and what should
      written: {replied: true}            # the customer's last question was followed by a message

`messages` says which of the agent's messages count: first, last, every. Without it a greeting is asked of the first,
a sign-off of the last, all else of every one.

Not applicable on contacts that are not written, to `replied` where the customer asked nothing, to `address` where no
message addresses anyone, or in another language than German. Unknown without text, without a message of the agent,
where the channel is not known, and for greeting and sign-off in a language without patterns (de, en have them), for
address without a language.
Whether a name is the right one, and whether an answer answers, no rule can know: people judge that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from qa.checks import Pieces
from qa.patterns import Pattern, exact
from qa.sql_text import among, quoted
from schemas.policy import Count, Limits, Share

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNELS = ("email", "chat", "message", "ticket", "letter")
_ASPECTS = {
    "greeting": "first",
    "sign_off": "last",
    "words": "every",
    "max_capitals": "every",
    "no_placeholders": "every",
    "address": "every",
    "wrong": "every",
    "replied": "every",
}
_SALUTE = {
    "de": r"sehr geehrte[rs]?|guten (?:tag|morgen|abend)|gr(?:ü|ue)(?:ß|ss) (?:gott|dich|sie)|liebe[rs]?|hallo|hi|hey"
    r"|moin|servus|grüezi",
    "en": r"dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|greetings",
}
# Words that follow a salutation and are nobody's name.
_NOBODY = (
    r"damen|herren|kunden?|kundin|team|zusammen|leute|sir|madam|customer|there|all|everyone|vielen|danke|wir|ich"
    r"|thank|thanks"
)
_TITLES = r"(?:(?:frau|herrn?|dr\.?|prof\.?|mr\.?|mrs\.?|ms\.?|mx\.?|miss)\s+)*"
_SIGN_OFF = {
    "de": r"(?:mit\s+)?(?:freundlichen?|besten?|herzlichen?|lieben?|schönen?|vielen?)\s+gr(?:ü|ue)(?:ß|ss)(?:en?)?"
    r"|gr(?:ü|ue)(?:ß|ss)e"
    r"|(?:auf wieder(?:sehen|hören)|schönen tag(?: noch)?|bis bald|mfg|lg|vg)",
    "en": r"(?:kind|best|warm|many)\s+(?:regards|wishes)|regards|yours\s+(?:sincerely|faithfully|truly)|sincerely"
    r"|best|cheers|have a (?:nice|good|great|lovely) (?:day|evening|weekend)|good ?bye",
}
_PLACEHOLDER = (
    r"\{\{[^{}\n]{1,60}\}\}|\$\{[^{}\n]{1,60}\}|<<[^<>\n]{1,60}>>|%[A-Za-z]+_[A-Za-z_]+%|\[[A-ZÄÖÜ][A-ZÄÖÜ_ ]{2,40}\]"
    r"|\[(?i:(?:vor|nach|kunden)?name|first.?name|last.?name|datum|date|betrag|amount)\]"
    r"|(?i:geehrte/r|geehrter?\(r\)|liebe/r|herrn?\s*/\s*frau|frau\s*/\s*herrn?|mr\.?/mrs)|XXX+|(?i:lorem ipsum)"
)
_CAPITALS = r"(?:^|[^\pL])(\p{Lu}{5,})"
_DU = r"(?i)(?:^|[^\pL])(du|dich|dir|dein(?:e[mnrs]?)?)(?:$|[^\pL])"
# At the beginning of a sentence Sie and Ihr may be she, they and her.
_SIE = r"[\pL,;)]\s+(Sie|Ihnen|Ihre?[mnrs]?)(?:$|[^\pL])"
_QUESTION = r"\?+[\"“”’')]*(?:\s|$)"


@dataclass(frozen=True)
class Check:
    """Settings of a written check: one aspect."""

    greeting: Literal["any", "named"] | None = None
    """any: it begins with a salutation; named: with a salutation and a name."""
    sign_off: bool = False
    """true: it ends with a sign-off."""
    min_words: Count | None = None
    """The fewest words of a message."""
    max_words: Annotated[int, Limits(low=1)] | None = None
    """The most words of a message."""
    max_capitals: Share | None = None
    """The greatest share of words of five and more letters that are all capitals, 0 to 1."""
    no_placeholders: bool = False
    """true: nothing of a template is left unfilled."""
    address: Literal["formal", "informal", "consistent"] | None = None
    """How German messages address people: formal (Sie), informal (du), consistent (not both)."""
    wrong: dict[str, str] | None = None
    """Words that must not stand there, each with what should."""
    replied: bool = False
    """true: the customer's last message with a question was followed by one of the agent."""
    messages: Literal["first", "last", "every"] | None = None
    """Which of the agent's messages: first, last, every."""

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out, aspects = list[str](), self._aspects()
        if len(aspects) != 1:
            named = " and ".join(aspects) or "none"
            out.append(f"one aspect of writing a question, this has {named}. Known: {', '.join(_ASPECTS)}")
        if self.min_words is not None and self.max_words is not None and self.min_words > self.max_words:
            out.append("min_words is above max_words")
        if self.max_capitals is not None and not 0 <= self.max_capitals < 1:
            out.append("max_capitals is a share, from 0 and below 1")
        if self.wrong is not None and not (self.wrong and all(word.strip(" *") for word in self.wrong)):
            out.append("`wrong` names no word")
        if self.messages and self.replied:
            out.append("`messages` does not go with `replied`")
        return out

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        return self._replied(key) if self.replied else self._of_messages(key)

    def _aspects(self) -> list[str]:
        has = {name: getattr(self, name, None) not in (None, False) for name in _ASPECTS}
        has["words"] = self.min_words is not None or self.max_words is not None
        return [name for name in _ASPECTS if has[name]]

    def _of_messages(self, key: str) -> Pieces:
        aspect = self._aspects()[0]
        which = self.messages or _ASPECTS[aspect]
        take = {"first": "[:1]", "last": "[-1:]", "every": ""}[which]
        # Everything below runs once per leg, over its written messages only.
        judged = f"list_filter({self._judged(aspect, f'coalesce(s.w_{key}, []){take}')}, lambda m: m.good IS NOT NULL)"
        bad = f"list_filter({judged}, lambda m: NOT m.good)"
        row = f"(CASE WHEN {self._written} THEN {bad} ELSE [] END)"
        nothing = f"({self._written} AND len({judged}) = 0)"
        missing = self._missing(key, aspect)
        return Pieces(
            outcome=(
                f"CASE WHEN NOT {self._written} THEN 'not_applicable' WHEN {missing} IS NOT NULL THEN 'unknown' "
                f"WHEN {self._outside(aspect)} OR {nothing} THEN 'not_applicable' "
                f"WHEN len({row}) > 0 THEN 'fail' ELSE 'pass' END"
            ),
            reason=(
                f"CASE WHEN NOT {self._written} THEN 'not a written contact' WHEN {missing} IS NOT NULL THEN {missing} "
                f"WHEN {self._outside(aspect)} THEN 'not asked in this language' "
                f"WHEN {nothing} THEN 'nothing to judge' "
                f"WHEN len({row}) > 0 THEN {quoted(_REASONS[aspect] + ' in ')} || len({row}) "
                f"|| ' message(s), first in turn ' "
                f"|| {row}[1].turn_no ELSE 'as expected in every message asked' END"
            ),
            evidence=f"to_json(list_transform({row}[:3], lambda m: {_SHOWN}))",
            stats={
                "agent_messages": "count(t.text) FILTER (t.speaker = 'agent')",
                f"w_{key}": f"list_sort(list({_MESSAGE}) FILTER (t.speaker = 'agent' AND t.channel IN "
                f"({', '.join(quoted(one) for one in CHANNELS)})))",
            },
            patterns=self._patterns(),
        )

    def _replied(self, key: str) -> Pieces:
        asked = f"t.speaker = 'customer' AND t.channel IN ({', '.join(map(quoted, CHANNELS))})"
        at, after = f"s.asked_{key}", f"s.replied_{key}"
        missing = (
            f"CASE WHEN c.channel IS NULL THEN 'the channel is not known' {_NO_TEXT} "
            f"WHEN {at} IS NOT NULL AND {after} IS NOT true AND i_{key}.last_agent_id IS DISTINCT FROM c.agent_id "
            "THEN 'another agent may have answered' END"
        )
        last = f"max(t.turn_no) FILTER ({asked} AND regexp_matches(t.text, {quoted(_QUESTION)}))"
        return Pieces(
            outcome=(
                f"CASE WHEN NOT {self._written} THEN 'not_applicable' WHEN {missing} IS NOT NULL THEN 'unknown' "
                f"WHEN {at} IS NULL THEN 'not_applicable' WHEN {after} THEN 'pass' ELSE 'fail' END"
            ),
            reason=(
                f"CASE WHEN NOT {self._written} THEN 'not a written contact' WHEN {missing} IS NOT NULL THEN {missing} "
                f"WHEN {at} IS NULL THEN 'the customer asked nothing' WHEN {after} "
                "THEN 'a message followed the last question' "
                f"ELSE 'no message followed the question in turn ' || {at} END"
            ),
            evidence=f"to_json({{'turn_no': {at}, 'window': 'after the last question', 'turns': c.turns - {at}}})",
            joins=[f"LEFT JOIN core.interaction_context AS i_{key} ON i_{key}.interaction_id = c.interaction_id"],
            stats={f"asked_{key}": last, f"replied_{key}": f"max(t.turn_no) FILTER (t.speaker = 'agent') > {last}"},
        )

    @property
    def _written(self) -> str:
        return f"coalesce({among('c.channel', CHANNELS)}, true)"

    def _missing(self, key: str, aspect: str) -> str:
        cases = f"WHEN c.channel IS NULL THEN 'the channel is not known' {_NO_TEXT} "
        cases += f"WHEN coalesce(len(s.w_{key}), 0) = 0 THEN 'no message of the agent' "
        if aspect in ("greeting", "sign_off"):
            cases += (
                f"WHEN list_bool_or(list_transform(s.w_{key}, lambda m: coalesce(m.spoken NOT IN ('de', 'en'), true))) "
                "THEN 'no patterns for the language of a message' "
            )
        if aspect == "address":
            silent = f"list_bool_or(list_transform(s.w_{key}, lambda m: m.spoken IS NULL))"
            cases += f"WHEN {silent} THEN 'the language is not known' "
        return f"CASE {cases}END"

    def _outside(self, aspect: str) -> str:
        return "c.language <> 'de'" if aspect == "address" else "false"

    def _judged(self, aspect: str, messages: str) -> str:
        """Return the messages with `good`, and `found`: what is wrong with them. NULL: the aspect does not apply."""
        make: dict[str, Callable[[], tuple[str, str]]] = {
            "greeting": self._greeting,
            "sign_off": lambda: (
                _by_language(_SIGN_OFF, "right(m.text, 300)", r"(?i)(?:^|[^\pL])(?:{})(?:$|[^\pL])"),
                "NULL",
            ),
            "words": self._words,
            "max_capitals": self._capitals,
            "no_placeholders": lambda: _without(_PLACEHOLDER),
            "address": self._address,
            "wrong": lambda: _without(exact(self._patterns())),
        }
        good, found = make[aspect]()
        fields = "'seq': m.seq, 'turn_no': m.turn_no, 'text': m.text"
        return f"list_transform({messages}, lambda m: {{{fields}, 'good': {good}, 'found': {found}}})"

    def _greeting(self) -> tuple[str, str]:
        begin = "left(ltrim(m.text), 200)"
        if self.greeting == "any":
            return _by_language(_SALUTE, begin, r"(?i)^[^\pL]*(?:{})(?:$|[^\pL])"), "NULL"
        # A name begins with a capital letter; of the salutation only the next words are looked at.
        salutes = "|".join(_SALUTE.values())
        named = rf"^[^\pL]*(?i:(?:{salutes})\s+{_TITLES})(\p{{Lu}}[\pL'’-]+)"
        who = f"regexp_extract({begin}, {quoted(named)}, 1)"
        return f"({who} <> '' AND NOT regexp_full_match({who}, {quoted(f'(?i){_NOBODY}')}))", "NULL"

    def _words(self) -> tuple[str, str]:
        n = r"len(regexp_extract_all(m.text, '\S+'))"
        low = f"{n} >= {self.min_words}" if self.min_words is not None else "true"
        high = f"{n} <= {self.max_words}" if self.max_words is not None else "true"
        return f"({low} AND {high})", f"({n} || ' words')"

    def _capitals(self) -> tuple[str, str]:
        loud = f"regexp_extract_all(m.text, {quoted(_CAPITALS)}, 1)"
        words = r"greatest(len(regexp_extract_all(m.text, '\pL{5,}')), 1)"
        share = quoted(self.max_capitals)
        return f"(len({loud}) < 2 OR len({loud}) / {words} <= {share})", f"array_to_string({loud}[:5], ', ')"

    def _address(self) -> tuple[str, str]:
        du, sie = (f"regexp_extract(m.text, {quoted(one)}, 1)" for one in (_DU, _SIE))
        bad = {"formal": f"{du} <> ''", "informal": f"{sie} <> ''", "consistent": f"({du} <> '' AND {sie} <> '')"}
        none = f"{du} = '' AND {sie} = ''"
        good = f"CASE WHEN m.spoken = 'de' AND NOT ({none}) THEN NOT {bad[str(self.address)]} END"
        return good, f"concat_ws(', ', nullif({du}, ''), nullif({sie}, ''))"

    def _patterns(self) -> list[Pattern]:
        return [Pattern(f"wrong.{word}", word, of_turns=False) for word in self.wrong or {}]


_NO_TEXT = (
    "WHEN c.text_state = 'no_text' THEN 'no transcript' "
    "WHEN c.text_state IS DISTINCT FROM 'text' THEN 'the text does not say which agent wrote'"
)
_MESSAGE = "{'seq': t.seq, 'turn_no': t.turn_no, 'text': t.text, 'spoken': t.spoken}"
_SHOWN = "{'seq': m.seq, 'turn_no': m.turn_no, 'found': m.found, 'quote': m.text[:160]}"
_REASONS = {
    "greeting": "no greeting as asked",
    "sign_off": "no sign-off",
    "words": "another length",
    "max_capitals": "words in capitals",
    "no_placeholders": "an unfilled placeholder",
    "address": "another form of address",
    "wrong": "a wrong word",
}


def _by_language(patterns: dict[str, str], text: str, around: str) -> str:
    """Return whether a message has the pattern of its language, NULL in another one."""
    whens = " ".join(
        f"WHEN {quoted(language)} THEN regexp_matches({text}, {quoted(around.replace('{}', one))})"
        for language, one in patterns.items()
    )
    return f"CASE m.spoken {whens} END"


def _without(regex: str) -> tuple[str, str]:
    found = f"regexp_extract(m.text, {quoted(regex)})"
    return f"NOT regexp_matches(m.text, {quoted(regex)})", f"trim({found})"
