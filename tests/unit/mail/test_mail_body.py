from __future__ import annotations

import email
import email.policy
import json
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_kit import HEAD, one, reject

from flows.reading import mail_settings
from flows.reading.mail_body import Body
from flows.reading.mail_head import read_head
from flows.reading.mail_html import to_text
from flows.reading.mail_quote import new_text


def text_of(tmp_path, headers, body):
    return one(tmp_path, HEAD + headers + b"\n" + body)


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        (b"", b"Hallo", "Hallo"),
        (b"", b"Hallo\r\nWelt\r\n\r\n", "Hallo\nWelt"),
        (b"Content-Type: text/plain; charset=utf-8\n", "Grüße".encode(), "Grüße"),
        (b"Content-Type: text/plain; charset=utf-8\n", "Gru\u0308ße".encode(), "Grüße"),
        (b"Content-Type: text/plain; charset=iso-8859-1\n", b"Gr\xfc\xdfe \x80", "Grüße €"),
        (b"Content-Type: text/plain\n", b"Gr\xfc\xdfe", "Grüße"),
        (b"Content-Type: text/plain\n", "Grüße".encode(), "Grüße"),
        (
            b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
            b"Gr=C3=BC=C3=9Fe an=\n alle",
            "Grüße an alle",
        ),
        (b"Content-Transfer-Encoding: base64\n", b"SGFs\nbG8=\n", "Hallo"),
        (b"Content-Transfer-Encoding: BASE64 \n", b"SGFsbG8", "Hallo"),
        (b"Content-Type: text\n", b"Hallo", "Hallo"),
        (b"", b"", ""),
    ],
)
def test_a_body_is_decoded(tmp_path, headers, body, text):
    row = text_of(tmp_path, headers, body)
    assert row["body_text"] == text
    assert row["extra"] is None


def test_an_unknown_charset_is_read_as_well_as_may_be_and_named(tmp_path):
    row = text_of(tmp_path, b"Content-Type: text/plain; charset=X-UNKNOWN\n", b"caf\xe9")
    assert row["body_text"] == "café"
    assert json.loads(row["extra"]) == {"charset": "X-UNKNOWN"}


def test_bytes_that_do_not_fit_the_charset_are_named(tmp_path):
    row = text_of(tmp_path, b"Content-Type: text/plain; charset=utf-8\n", b"caf\xe9")
    assert json.loads(row["extra"]) == {"charset": "utf-8"}


@pytest.mark.parametrize("encoding", [b"base64", b"x-uuencode"])
def test_a_body_that_cannot_be_decoded_is_unknown_not_empty(tmp_path, encoding):
    row = text_of(tmp_path, b"Content-Transfer-Encoding: " + encoding + b"\n", b"A")
    assert (row["body_text"], row["body_new"]) == (None, None)
    assert json.loads(row["extra"]) == {"encoding": encoding.decode()}


def test_a_multipart_without_parts_has_no_text(tmp_path):
    row = text_of(tmp_path, b"Content-Type: multipart/mixed; boundary=b\n", b"--c\n\nHallo")
    assert row["body_text"] is None
    assert json.loads(row["extra"]) == {"body": "multipart/mixed without parts"}


NESTED = b"""preamble, not shown
--o
Content-Type: multipart/alternative; boundary="i i"

--i i
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

SGFsbG8=
--i i
Content-Type: multipart/related; boundary=r

--r
Content-Type: text/html

<p>Hallo <b>HTML</b>
--r
Content-Type: image/png; name=logo.png
Content-ID: <logo>

x
--r--
--i i--
--o
Content-Type: application/pdf; name="Rechnung.pdf"
Content-Transfer-Encoding: base64

eA==
--o
Content-Type: message/rfc822

From: x@example.org

drin
--o
Content-Type: text/plain

Fusszeile
--o--
epilogue, not shown
"""


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_nested_parts_give_the_plain_text_and_count_the_files(tmp_path, line_end):
    message = (HEAD + b"Content-Type: multipart/mixed; boundary=o\n\n" + NESTED).replace(b"\n", line_end)
    row = one(tmp_path, message)
    assert row["body_text"] == "Hallo\nFusszeile"
    assert row["attachments"] == 2
    assert json.loads(row["extra"])["attachments"] == [
        {"name": "Rechnung.pdf", "type": "application/pdf", "bytes": 1},
        {"name": None, "type": "message/rfc822", "bytes": 25},
    ]


def test_of_alternatives_an_empty_plain_one_gives_way_to_html(tmp_path):
    body = b"--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n<p>Hallo</p>\n--b--\n"
    row = text_of(tmp_path, b"Content-Type: multipart/alternative; boundary=b\n", body)
    assert row["body_text"] == "Hallo"


def test_a_text_file_attached_is_no_words_of_the_sender(tmp_path):
    body = b"--b\n\nHallo\n--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nProtokoll\n--b--\n"
    row = text_of(tmp_path, b"Content-Type: multipart/mixed; boundary=b\n", body)
    assert (row["body_text"], row["attachments"]) == ("Hallo", 1)


LINES = st.text(alphabet="abc äöß€<>&;=-\n", max_size=60)


@given(plain=LINES, html=st.none() | LINES, names=st.lists(st.sampled_from(["a.pdf", "b.png"]), max_size=3))
@settings(max_examples=60, deadline=None)
def test_what_the_standard_library_writes_is_read_back(plain, html, names):
    message = EmailMessage()
    message.set_content(plain)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name in names:
        message.add_attachment(b"x\n--y", maintype="application", subtype="octet-stream", filename=name)
    content = message.as_bytes()
    body = Body(content, mail_settings.Settings(agent_domains=("firma.example",)))
    text = body.text(read_head(content, 0, len(content), 1 << 18), len(content))
    again = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
    if plain.strip():
        assert text.rstrip("\n") == again.get_content().rstrip("\n")
    assert [(one["name"], one["bytes"]) for one in body.attachments] == [(name, 5) for name in names]


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd"),
        ('Content-Disposition: attachment; filename="C:\\\\x\\\\Angebot.pdf"', "Angebot.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe%2Fb.pdf", "b.pdf"),
        ("Content-Disposition: attachment; filename*0*=iso-8859-1'de'%DC; filename*1=b.pdf", "Üb.pdf"),
        ("Content-Disposition: attachment; filename==?utf-8?b?w5xiLnBkZg==?=", "Üb.pdf"),
        ("Content-Disposition: attachment; filename==?utf-8?q?a=E2=80=AEfdp=2Eexe?=", "afdp.exe"),
        ("Content-Disposition: attachment; filename==?utf-8?q?a=00=0A=1Bb?=", "a b"),
        ("Content-Type: application/x; name=" + "x" * 500, "x" * 200),
        ("Content-Disposition: attachment; filename=..", None),
        ("Content-Disposition: attachment", None),
    ],
)
def test_a_name_is_shown_and_never_a_path(tmp_path, headers, name):
    body = f"--b\n\nHallo\n--b\n{headers}\nContent-Transfer-Encoding: base64\n\nSGFs\nbG8=\n--b--\n"
    row = text_of(tmp_path, b"Content-Type: multipart/mixed; boundary=b\n", body.encode())
    (found,) = json.loads(row["extra"])["attachments"]
    assert (found["name"], found["bytes"]) == (name, 5)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Guten Tag,</p><p>Ihre Rechnung &uuml;ber 5&nbsp;&euro;</p>", "Guten Tag,\n\nIhre Rechnung über 5 €"),
        ("eins<br>zwei<br/><br>drei", "eins\nzwei\n\ndrei"),
        ("<style>p {color: red}</style><script>a<b</script>Hallo<!-- weg > -->!", "Hallo!"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<tr><td>Name</td><td>Betrag</td></tr>", "Name Betrag"),
        ("Hallo<blockquote>Alt<br>noch älter</blockquote>", "Hallo\n\n> Alt\n> noch älter"),
        ('<a title="5 > 3" href=x>Link</a>', "Link"),
        ("5 < 7 und <3", "5 < 7 und <3"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("&#9999999999; &#xffffffffff;", "\ufffd \ufffd"),
        ('<p title="offen>Text</p><b>mehr</b>', "Text\n\nmehr"),
    ],
)
def test_html_becomes_plain_text(html, text):
    assert to_text(html) == text


@given(st.text(alphabet="<>/!-\"'ab=&#; x\n") | st.text())
def test_any_html_becomes_some_text(html):
    assert isinstance(to_text(html), str)


def test_html_with_more_tags_than_people_write_is_refused(tmp_path):
    assert reject(tmp_path, HEAD + b"Content-Type: text/html\n\n" + b"<b>" * 200_001) == [("too_large", "body")]


@pytest.mark.parametrize(
    "html",
    [
        "<p>Danke!</p><div class=gmail_quote><div>On Mon, 2 Mar 2026 at 10:00, Kim &lt;"
        "<a href=x>k@example.org</a>&gt; wrote:<br></div><blockquote>Alt</blockquote></div>",
        "<p>Danke!</p><div style='border-top:solid #E1E1E1 1pt'><p><b>Von:</b> Kim<br><b>Gesendet:</b> Montag<br>"
        "<b>An:</b> Hilfe<br><b>Betreff:</b> Frage</p></div><p>Alt</p>",
        "<div>Danke!</div><hr><div><b>From:</b> Kim</div><div><b>Sent:</b> Monday</div><div><b>To:</b> Help</div>"
        "<div><b>Subject:</b> x</div>Alt",
        "<p>Danke!<p>Sent from my iPhone<blockquote type=cite>"
        "<div>Am 02.03.2026 um 10:00 schrieb Kim:</div>Alt</blockquote>",
    ],
)
def test_replies_in_html_are_cut_like_plain_ones(html):
    assert new_text(to_text(html)) == "Danke!"
