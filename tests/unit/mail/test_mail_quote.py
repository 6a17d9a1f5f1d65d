from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading import mail_quote
from flows.reading import mail_quote_words as words
from flows.reading.mail_quote import new_text

QUOTES = Path(__file__).resolve().parents[3] / "../shared/data/quotes"


@pytest.mark.parametrize(
    "below",
    [
        "Am 02.03.2026 um 10:00 schrieb Kim <k@example.org>:\n> alt\n> älter",
        "Am Mo., 2. März 2026 um 10:00 Uhr schrieb Kim\n<k@example.org>:\n\n> alt",
        "Am 2. März 2026 hat Kim <k@example.org> geschrieben:\n\nalt ohne Zeichen",
        "On Mon, Mar 2, 2026 at 10:00 AM Kim <k@example.org> wrote:\n> old",
        "On 2 Mar 2026, at 10:00, Kim\n<k@example.org>\nwrote:\n\nold without marks",
        "Von: Kim <k@example.org>\nGesendet: Montag, 2. März 2026 10:00\nAn: Hilfe\nBetreff: Frage\n\nalt",
        "*From:* Kim\n*Sent:* Monday\n*To:* Help\n*Subject:* Question\n\nold",
        "________________________________\nFrom: Kim\nDate: Monday\nTo: Help\nSubject: Question\n\nold",
        "-----Ursprüngliche Nachricht-----\nVon: Kim\n\nalt",
        "-----Original Message-----\nFrom: Kim\n\nold",
        "---------- Forwarded message ---------\nold",
        "-- \nKim Muster\nFirma",
        "> alt\n>> älter",
        "Kim Muster <k@example.org> wrote:\n\nold without marks",
        "2026-03-02 10:00 GMT+01:00 Kim Muster <k@example.org>:\n\nold",
        "---- On Mon, 02 Mar 2026 10:00:00 +0100 Kim <k@example.org> wrote ----\n\nold",
        "Gesendet von Outlook für Android\n________________________________",
        "Sent from my iPhone\n\nOn 2 Mar 2026, at 10:00, Kim <k@example.org> wrote:\n\nold",
    ],
)
def test_what_stands_below_is_not_new(below):
    assert new_text(f"Guten Tag,\n\nvielen Dank.\n\n{below}\n") == "Guten Tag,\n\nvielen Dank."


@pytest.mark.parametrize(
    "below",
    [
        "Dne po 2. 3. 2026 v 10:00 Kim <k@example.org> napsal(a):\n\nstaré",
        "Den man. 2. mar. 2026 kl. 10.00 skrev Kim <k@example.org>:\n\ngammelt",
        "Op ma 2 mrt 2026 om 10:00 schreef Kim <k@example.org>:\n\noud",
        "ma 2. maalisk. 2026 klo 10.00 Kim (k@example.org) kirjoitti:\n\nvanha",
        "Le lun. 2 mars 2026 à 10:00, Kim <k@example.org> a écrit :\n\nancien",
        "Kim <k@example.org> ezt írta (időpont: 2026. márc. 2., H, 10:00):\n\nrégi",
        "Il giorno lun 2 mar 2026 alle ore 10:00 Kim <k@example.org> ha scritto:\n\nvecchio",
        "2026年3月2日(月) 10:00 Kim <k@example.org>:\n\n古い",
        "2026년 3월 2일 (월) 오전 10:00, Kim <k@example.org>님이 작성:\n\n오래된",
        "man. 2. mar. 2026 kl. 10:00 skrev Kim <k@example.org>:\n\ngammelt",
        "pon., 2 mar 2026 o 10:00 Kim <k@example.org> napisał(a):\n\nstare",
        "Em seg., 2 de mar. de 2026 às 10:00, Kim <k@example.org> escreveu:\n\nvelho",
        "пн, 2 мар. 2026 г. в 10:00, Kim <k@example.org>:\n\nстарое",
        "El lun, 2 mar 2026 a las 10:00, Kim (<k@example.org>) escribió:\n\nviejo",
        "Den mån 2 mars 2026 kl 10:00 skrev Kim <k@example.org>:\n\ngammalt",
        "Kim <k@example.org>, 2 Mar 2026 Pzt, 10:00 tarihinde şunu yazdı:\n\neski",
        "пн, 2 бер. 2026 р. о 10:00 Kim <k@example.org> пише:\n\nстаре",
        "于2026年3月2日周一 10:00写道：\n\n旧",
        "发件人: Kim\n发送时间: 2026年3月2日\n收件人: Help\n主题: Re\n\n旧",
        "De : Kim\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : Help\nObjet : Question\n\nancien",
        "-----Mensaje original-----\nviejo",
        "Inizio messaggio inoltrato:\n\nvecchio",
    ],
)
def test_programs_in_other_languages_are_known(below):
    assert new_text(f"Thank you.\n\n{below}\n") == "Thank you."


def test_answers_between_quotes_stay():
    text = "On Mon, Mar 2, 2026 Kim wrote:\n> Frage eins\nAntwort eins\n> Frage zwei\nAntwort zwei"
    assert new_text(text) == "Antwort eins\nAntwort zwei"


def test_an_answer_below_an_unmarked_quote_line_stays():
    text = "On Mon, Mar 2, 2026 at 10:00 Kim wrote:\n\nYou are right."
    assert new_text(text) == "You are right."


@pytest.mark.parametrize(
    "text",
    [
        "Am 3. März war ich da.\nDann schrieb ich Ihnen:\nKeine Antwort.",
        "On 2 occasions the agent was rude.\nHe wrote:\nNo.",
        "Von: hier an wird es schlimmer.\nMehr nicht.",
        "-- das ist ein Gedankenstrich",
        "5 > 3",
        "Am 3. März um 10:15 schrieb ich Ihnen:\nBitte kündigen.",
        "On Mon, Mar 2, 2026 Kim wrote:\n\nA letter, not a mail.",
        "On 3 March 2026 he wrote:\nNo.",
        "Ich rief um 10:15 an.\nDer Kollege sagte:\nMorgen.",
        "De: lo que hablamos\nnada.",
        "Meine E-Mail ist Kim Muster <k@example.org>\nBitte ändern:\nsofort",
        "Die Mail kam vom iPhone",
    ],
)
def test_what_people_write_themselves_stays(text):
    assert new_text(text) == text


def test_only_quotes_leave_nothing_new():
    assert new_text("> alt\n> älter") == ""
    assert new_text("") == ""


@given(st.text(alphabet="> \n-_:OnAm1schriebwrotVFm*", max_size=200))
def test_new_words_are_lines_of_the_text(text):
    lines = {line.strip() for line in text.split("\n")}
    assert {line.strip() for line in new_text(text).split("\n")} <= lines | {""}


FORMS = "|".join([words.LEAD, words.WEEKDAY, words.FORWARD_BEGINS, words.DIVIDER, *words.BLOCK, *words.BLOCK.values()])
BITS = st.sampled_from(
    [*FORMS.split("|"), " ", ":", "：", ".", ",", "2 Mar 2026", "10:00", "<k@x>", "a", ">", "--", "*", "\t"]
)


@given(st.lists(BITS, max_size=6).map("".join))
def test_a_line_told_to_be_plain_begins_nothing(line):
    begins = (
        mail_quote._SIGNATURE.fullmatch(line)
        or mail_quote._DIVIDER.fullmatch(line)
        or mail_quote._BLOCK_BEGIN.match(line)
        or mail_quote._attribution([line], 0)
        or mail_quote._QUOTED.match(line)
    )
    assert not (begins and mail_quote._is_plain(line))


# Others keep a quote that an answer follows, and the forwarded words where nothing else was written. For us both are
# somebody else's words, whatever stands around them.
ON_PURPOSE = {
    "embedded_email_16.txt",
    "embedded_email_17.txt",
    "embedded_email_7.txt",
    "forwarded_message.txt",
    "quote_and_text.txt",
    "quote_only.txt",
}


def words_f1(found, wanted):
    """Return the harmonic mean of precision and recall over words."""
    ours, theirs = Counter(found.split()), Counter(wanted.split())
    both = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / both if both else 1.0


@pytest.mark.shared
@pytest.mark.skipif(not QUOTES.exists(), reason="needs the shared data folder")
def test_real_replies_are_cut_as_others_expect():
    """58 bodies in 13 languages with the words others found new in them."""

    def text(kind, name):
        return (QUOTES / kind / name).read_text(encoding="utf-8").replace("\r\n", "\n")

    names = sorted(path.name for path in (QUOTES / "emails").iterdir())
    found = {name: (new_text(text("emails", name)), text("trimmed", name)) for name in names}
    assert {name for name, (ours, theirs) in found.items() if ours.split() != theirs.split()} == ON_PURPOSE
    assert (len(names), len(names) - len(ON_PURPOSE)) == (58, 52)
    assert sum(words_f1(*pair) for pair in found.values()) / len(names) > 0.942
