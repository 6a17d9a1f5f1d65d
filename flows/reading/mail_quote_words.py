"""The words mail programs put around an older message, by language: what mail_quote.py looks for.

Languages: Chinese, Czech, Danish, Dutch, English, Finnish, French, German, Hungarian, Italian, Japanese, Korean,
Norwegian, Polish, Portuguese, Russian, Spanish, Swedish, Turkish, Ukrainian. A new language is a word in each place.
"""

from __future__ import annotations

# `On Monday … wrote:`: the word such a line begins with, where it does not begin with a weekday or the date itself.
LEAD = "On|At|Am|Le|El|Il|Op|Den|Em|Dne|Dnia|W dniu|在|于|於"
WEEKDAY = (
    "Mo|Di|Mi|Do|Fr|Sa|So|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|"
    "po|út|st|čt|pá|so|ne|pon|wt|śr|czw|pt|sob|niedz|man|tir|ons|tor|fre|lør|søn|mån|tis|tors|lör|sön|ma|ti|ke|to|pe|la|su|"
    "пн|вт|ср|чт|пт|сб|вс|нд|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|"
    "понеділок|вівторок|середа|четвер|пʼятниця|субота|неділя"
)
# Verbs that stand last, before the colon; and those the name follows.
WROTE_LAST = (
    "wrote|geschrieben|a écrit|escribió|ha scritto|escreveu|schreef|geschreven|napsal|napsala|napsal\\(a\\)|"
    "napisał|napisała|napisał\\(a\\)|pisze|skrev|kirjoitti|"
    "написал|написала|написал\\(а\\)|пишет|писал|написав|написала|пише|"
    "şunu yazdı|şunları yazdı|yazdı|ezt írta|ezt írta \\([^()]*\\)"
)
WROTE_LAST_UNSPACED = "写道|寫道|님이 작성|님이 작성하였습니다|님이 썼습니다"
WROTE_THEN_NAME = "schrieb|schreef|skrev"
# What a person writes about letters, not what a program writes above one.
SOMEBODY = "schrieb(?:en)? (?:ich|wir|er|sie|man|mir|uns|Ihnen|Ihr)|(?:I|we|he|she|they) wrote"

# `----- Original Message -----`, and `Begin forwarded message:`.
DIVIDER = (
    "Original Message|Original-Nachricht|Ursprüngliche Nachricht|Forwarded message|Weitergeleitete Nachricht|"
    "Message d'origine|Message original|Message transféré|Mensaje original|Mensaje reenviado|Messaggio originale|"
    "Messaggio inoltrato|Oorspronkelijk bericht|Origineel bericht|Doorgestuurd bericht|Mensagem original|"
    "Mensagem encaminhada|Oprindelig meddelelse|Opprinnelig melding|Videresendt melding|Ursprungligt meddelande|"
    "Vidarebefordrat meddelande|Původní zpráva|Přeposlaná zpráva|Wiadomość oryginalna|Oryginalna wiadomość|"
    "Исходное сообщение|Пересылаемое сообщение|Переадресованное сообщение|Alkuperäinen viesti|Eredeti üzenet|"
    "Orijinal Mesaj|原始邮件|邮件原件|转发邮件|元のメッセージ|원본 메시지"
)
FORWARD_BEGINS = (
    "Begin forwarded message|Anfang der weitergeleiteten (?:Nachricht|E-Mail)|Début du message (?:réexpédié|transféré)|"
    "Inicio del mensaje reenviado|Inizio messaggio inoltrato|Begin doorgestuurd bericht|"
    "Início da mensagem (?:reencaminhada|encaminhada)|Videresendt (?:meddelelse|melding)|Vidarebefordrat (?:brev|mejl)|"
    "Začátek přeposlané zprávy|Początek przekazywanej wiadomości|Начало переадресованного сообщения"
)
# Fields of an older message's header block: the sender's field, and those that may stand near it.
BLOCK = {
    "From": "From|Sent|Date|To|Cc|Subject|Reply-To",
    "Von": "Von|Gesendet|Datum|An|Cc|Kopie|Betreff|Antwort an",
    "De": "De|Envoyé|Date|À|Pour|Cc|Objet|Enviado|Enviado el|Fecha|Para|CC|Asunto|Enviada em|Data|Assunto",
    "Da": "Da|Inviato|Data|A|Cc|Oggetto|Risposta",
    "Van": "Van|Verzonden|Datum|Aan|CC|Onderwerp",
    "Fra": "Fra|Sendt|Dato|Til|Cc|Kopi|Emne",
    "Från": "Från|Skickat|Datum|Till|Kopia|Ämne",
    "Od": "Od|Odesláno|Datum|Komu|Kopie|Předmět|Wysłano|Data|Do|DW|Temat",
    "От": "От|Отправлено|Дата|Кому|Копия|Тема",
    "От кого": "От кого|Отправлено|Дата|Кому|Копия|Тема",
    "Від": "Від|Надіслано|Дата|Кому|Копія|Тема",
    "Lähettäjä": "Lähettäjä|Lähetetty|Päivämäärä|Vastaanottaja|Kopio|Aihe",
    "Feladó": "Feladó|Elküldve|Dátum|Címzett|Másolat|Tárgy",
    "Kimden": "Kimden|Gönderildi|Tarih|Kime|Bilgi|Konu",
    "发件人": "发件人|发送时间|日期|收件人|抄送|主题",
    "差出人": "差出人|送信日時|日付|宛先|件名",
    "보낸 사람": "보낸 사람|보낸 날짜|날짜|받는 사람|참조|제목",
}
# A phone's or program's own line at the end: `Sent from my …`.
SENT_FROM = (
    r"\W{0,3}(?:Sent|From my|Get) .{1,100}|\w{1,30} from mobile|Von meinem .{1,60} gesendet|"
    r"Gesendet (?:von|mit) .{1,80}|"
    r"Diese Nachricht wurde von .{1,80} gesendet\.?|Envoyé (?:de|depuis|à partir de) .{1,60}|"
    r"Enviado (?:desde|do|a partir) .{1,60}|"
    r"Inviato (?:da|dal) .{1,60}|Verzonden (?:met|vanaf|vanuit) .{1,60}|Sendt (?:fra|med) .{1,60}|Skickat från .{1,60}|"
    r"Wysłan[eo] z .{1,60}|Odesláno z .{1,60}|Отправлено (?:с|из) .{1,60}|Надіслано з .{1,60}|Lähetetty .{1,60}|"
    r"[從从].{1,40}(?:傳送|发送)|.{1,40}から送信|.{1,40}에서 보냄"
)
# … but only one that names a device or a mail program is taken for it.
DEVICE = (
    r"i?Phone|iPad|iPod|iOS|Android|Galaxy|BlackBerry|Windows|Outlook|Mail(?:box)?|Airmail|mobile|Mobil\w*|device|Handy|"
    r"smartphone|cell|TI-\d+|Alcatel|Samsung|HTC|Nokia|Huawei|Xiaomi|tablet|K-9|Thunderbird|Yahoo|Gmail|Proton|GMX|WEB\.DE"
)
