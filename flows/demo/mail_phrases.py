"""What customers and agents write in e-mails, in German and English. Slots in braces are filled per thread."""

from __future__ import annotations

from dataclasses import dataclass

Lines = tuple[str, ...]


@dataclass(frozen=True)
class MailBank:
    """Wordings of one language. `asks` are (subject, body, mailbox)."""

    asks: tuple[tuple[str, str, str], ...]
    reply_prefix: str
    salutation: Lines
    answers: Lines
    sign_off: Lines
    follow_ups: Lines
    thanks: Lines
    second_answers: Lines
    receipt_subject: str
    receipt: str
    away_subject: str
    away: str
    quoting: str


GERMAN = MailBank(
    asks=(
        (
            "Wo bleibt meine Bestellung {order}?",
            "Guten Tag,\n\nmeine Bestellung {order} sollte letzte Woche kommen. Können Sie bitte nachsehen, "
            "wo das Paket ist?\n\nViele Grüße\n{customer}",
            "service",
        ),
        (
            "Rückgabe",
            "Hallo,\n\nich möchte einen Artikel aus der Bestellung {order} zurückgeben. Bitte schicken Sie mir "
            "ein Etikett.\n\nDanke und Grüße\n{customer}",
            "service",
        ),
        (
            "Rechnung stimmt nicht",
            "Sehr geehrte Damen und Herren,\n\nauf der Rechnung zu {order} stehen {amount} Euro. Das ist zu "
            "viel, ich hatte einen Gutschein eingelöst. Bitte prüfen Sie das.\n\nMit freundlichen Grüßen\n{customer}",
            "rechnung",
        ),
        (
            "Beschwerde über die Lieferung",
            "Guten Tag,\n\ndas Paket zu {order} kam völlig durchnässt an. So etwas ist mir noch nie passiert.\n"
            "Ich erwarte einen Ersatz.\n\n{customer}",
            "service",
        ),
        (
            "Mahnung trotz Zahlung",
            "Hallo,\n\nich habe eine Mahnung über {amount} Euro erhalten, obwohl ich die Rechnung überwiesen habe. "
            "Der Beleg liegt mir vor.\n\nFreundliche Grüße\n{customer}",
            "rechnung",
        ),
        (
            "Frage zur Größe",
            "Hallo zusammen,\n\nfällt die Bettwäsche größer aus als angegeben? Ich bin mir unsicher.\n\n"
            "Liebe Grüße\n{customer}",
            "service",
        ),
    ),
    reply_prefix="AW: ",
    salutation=("Guten Tag,", "Hallo,", "Sehr geehrte Kundin, sehr geehrter Kunde,"),
    answers=(
        "vielen Dank für Ihre Nachricht. Ich habe den Vorgang geprüft, das Paket kommt übermorgen bei Ihnen an.",
        "danke für Ihre Mail. Das Etikett finden Sie unter https://demo.example.org/ruecksendung, es gilt 14 Tage.",
        "es tut mir leid, dass das nicht ging. Ich habe {amount} Euro gutgeschrieben, in drei Tagen sind sie da.",
        "vielen Dank für den Hinweis. Die Mahnung ist zurückgenommen, Sie müssen nichts weiter tun.",
        "ich bitte um Entschuldigung für die Umstände. Der Ersatz ist heute verschickt worden.",
    ),
    sign_off=("Mit freundlichen Grüßen", "Viele Grüße", "Freundliche Grüße"),
    follow_ups=(
        "leider ist bis heute nichts angekommen. Wie geht es jetzt weiter?",
        "das beantwortet meine Frage nicht ganz. Gilt das auch für die zweite Bestellung?",
        "ich habe noch eine Frage: Bekomme ich darüber eine Bestätigung?",
    ),
    thanks=("Vielen Dank, das hat geklappt!", "Danke für die schnelle Hilfe.", "Super, danke!"),
    second_answers=(
        "danke für die Rückmeldung. Ich habe den Vorgang an das Lager gegeben und melde mich morgen wieder.",
        "ja, das gilt für beide Bestellungen. Eine Bestätigung geht gleich an Sie heraus.",
    ),
    receipt_subject="Ihre Anfrage ist eingegangen",
    receipt="Guten Tag,\n\nIhre Nachricht ist bei uns angekommen. Wir antworten innerhalb von 24 Stunden.\n\n"
    "Dies ist eine automatische Antwort.",
    away_subject="Abwesenheitsnotiz",
    away="Ich bin bis Ende der Woche nicht im Büro und lese meine Mails danach.",
    quoting="Am {date} um {time} schrieb {sender}:",
)

ENGLISH = MailBank(
    asks=(
        (
            "Where is my order {order}?",
            "Hello,\n\nmy order {order} should have arrived last week. Could you please check where the parcel is?\n\n"
            "Kind regards\n{customer}",
            "service",
        ),
        (
            "Return",
            "Hi,\n\nI'd like to return an item from order {order}. Please send me a label.\n\nThanks\n{customer}",
            "service",
        ),
        (
            "Invoice is wrong",
            "Dear Sir or Madam,\n\nthe invoice for {order} says {amount} euros. That is too much, I used a voucher. "
            "Please check.\n\nKind regards\n{customer}",
            "rechnung",
        ),
        (
            "Complaint about delivery",
            "Hello,\n\nthe parcel for {order} arrived soaking wet. This has never happened to me before.\n"
            "I expect a replacement.\n\n{customer}",
            "service",
        ),
        (
            "Question about sizes",
            "Hi there,\n\ndoes the duvet cover come up larger than stated? I'm not sure.\n\nBest wishes\n{customer}",
            "service",
        ),
    ),
    reply_prefix="Re: ",
    salutation=("Hello,", "Dear customer,", "Good day,"),
    answers=(
        "thank you for your message. I have checked the case, the parcel will be with you the day after tomorrow.",
        "thanks for your mail. You'll find the label at https://demo.example.org/returns, it is valid for 14 days.",
        "I'm sorry that this did not work out. I have credited {amount} euros, they will be there in three days.",
        "I apologise for the trouble. The replacement was sent today.",
    ),
    sign_off=("Kind regards", "Best regards", "Yours sincerely"),
    follow_ups=(
        "I'm afraid nothing has arrived so far. What happens now?",
        "that doesn't quite answer my question. Does it hold for the second order as well?",
    ),
    thanks=("Thank you, that worked!", "Thanks for the quick help.", "Great, thanks!"),
    second_answers=(
        "thanks for letting us know. I have passed the case on to the warehouse and will write again tomorrow.",
        "yes, that holds for both orders. A confirmation is on its way to you.",
    ),
    receipt_subject="We have received your request",
    receipt="Hello,\n\nyour message has reached us. We answer within 24 hours.\n\nThis is an automatic reply.",
    away_subject="Out of office",
    away="I am out of the office until the end of the week and will read my mail after that.",
    quoting="On {date} at {time}, {sender} wrote:",
)

BANKS = {"de": GERMAN, "en": ENGLISH}
