"""Mail made to break its reader. Each ends in a reject, in seconds of work at worst, whatever else the machine does."""

from __future__ import annotations

import time

import pytest
from mail_kit import FROM, HEAD, mbox_rows, one, read, reject

SECONDS = 5
MB = 1 << 20


@pytest.fixture(autouse=True)
def in_time():
    begin = time.process_time()
    yield
    assert time.process_time() - begin < SECONDS


def multipart(boundary):
    return b"Content-Type: multipart/mixed; boundary=" + boundary + b"\n\n--" + boundary + b"\n"


def html(body):
    return HEAD + b"Content-Type: text/html\n\n" + body


MANY = b", ".join(b"a%d@example.org" % number for number in range(20_000))
BOMBS = {
    "twenty thousand addresses": (HEAD.replace(b"help@firma.example", MANY), "too_large", "header"),
    "two thousand addresses": (HEAD.replace(b"help@firma.example", MANY[:40_000]), "too_many_addresses", "To"),
    "ten thousand levels": (HEAD + b"".join(multipart(b"b%d" % n) for n in range(10_000)), "too_deep", "depth"),
    "a hundred thousand parts": (HEAD + multipart(b"b") + b"\nx\n--b\n" * 100_000, "too_many_parts", "parts"),
    "part headers": (HEAD + multipart(b"b") + (b"a:\n" * 20_000 + b"\n--b\n") * 100, "too_large", "header"),
    "a header of 20 MB": (HEAD + b"X: " + b"a" * (20 * MB), "too_large", "header"),
    "a message of 26 MB": (HEAD + b"\n" + b"a" * (26 * MB), "too_large", None),
    "a text of 20 MB": (HEAD + b"\n" + b"a\n" * (10 * MB), "too_large", "body"),
    "a hundred thousand accents": (HEAD + b"\na" + "\u0300\u0316".encode() * 50_000, "unreadable", "body"),
    "accents in the subject": (HEAD + b"Subject: a" + "\u0300\u0316".encode() * 20_000, "unreadable", "subject"),
    "tags": (html(b"<p>x" * MB), "too_large", "body"),
    "ampersands": (html(b"&a" * (5 * MB)), "too_large", "body"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_its_reason(tmp_path, name):
    message, rule, field = BOMBS[name]
    assert reject(tmp_path, message) == [(rule, field)]


@pytest.mark.parametrize("piece", [b"<a ", b"<a '", b'<a x="', b"<!--", b"<script>", b"<", b"</", b"<![CDATA["])
def test_html_left_open_a_hundred_thousand_times_costs_one_pass(tmp_path, piece):
    assert one(tmp_path, html(piece * 100_000))["body_text"] is not None


@pytest.mark.parametrize("piece", [b'"', b"(", b'\\"', b"a@", b"<", b"=?", b"=?a?q?", b"=?u?q?a?= "])
def test_a_header_full_of_beginnings_costs_one_pass(tmp_path, piece):
    head = HEAD + b"Subject: " + piece * (100_000 // len(piece)) + b"\nCc: " + piece * (100_000 // len(piece))
    rows, refused = read(tmp_path, head + b"\nReferences: " + piece * (20_000 // len(piece)) + b"\n\nHallo")
    assert len(rows) + len(refused) == 1


QUOTE_BEGINNINGS = [
    *(
        "On 1 :\n",
        "Am 1 schrieb\n",
        "From: x\n",
        "-----\n",
        "> \n",
        "\n",
        " ",
        "\t\t\n",
        "Am 1 schrieb ",
        "Le a écrit ",
    ),
    *(
        "2026-01-01 x>:\n",
        "2026-01-01 10:00 <a@b",
        "1.1.26 10:00 <a@b>:\n",
        "a <a@b>\n",
        "ezt írta (",
        "Sent from my \n",
    ),
    *("----- Original Message ", "Begin forwarded message", "A: \nVon: x\n", "从", "{" * 30 + "\n", "-" * 599 + "\n"),
]


@pytest.mark.parametrize("line", [line.encode() for line in QUOTE_BEGINNINGS], ids=repr)
def test_a_megabyte_of_quote_beginnings_is_cut_in_time(tmp_path, line):
    assert one(tmp_path, HEAD + b"\nHallo\n" + line * ((MB - 100) // len(line)) + b"x")["body_new"] is not None


def test_an_mbox_with_a_giant_in_it_gives_the_others(tmp_path):
    giant = FROM + HEAD + b"\n" + b"x" * (40 * MB) + b"\n\n"
    rows, refused = mbox_rows(tmp_path, giant + FROM + HEAD + b"\nHallo\n")
    assert [row["body_text"] for row in rows] == ["Hallo"]
    assert [(row["rule"], row["byte_end"] - row["byte_start"], len(row["raw"])) for row in refused] == [
        ("too_large", len(giant), 65_536)
    ]
