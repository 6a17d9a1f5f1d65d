from __future__ import annotations

from email.header import Header, decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading.mail_head import Head, MessageRefused, addresses, decoded, message_ids, read_head


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?B?TfxsbGVy?= hat =?utf-8?Q?gek=C3=BCndigt?=", "Müller hat gekündigt"),
        ("=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?windows-1252?q?=80_5?=", "€ 5"),
        ("=?utf-8*de?q?a_b?=", "a b"),
        ("=?x-unknown?q?caf=E9?=", "café"),
        ("=?utf-8?b?!!!A?=", "=?utf-8?b?!!!A?="),
        ("Re: =?utf-8?q?", "Re: =?utf-8?q?"),
        ("Grüße  aus\tBonn", "Grüße aus Bonn"),
    ],
)
def test_encoded_words_are_decoded(raw, text):
    assert decoded(raw) == text


@given(st.text(alphabet="äöüßÄÖ€ abcXYZ[#]:?=_", min_size=1).filter(lambda text: text.split()))
def test_what_the_standard_library_encodes_is_read_as_it_reads_it(text):
    encoded = Header(text, "utf-8", maxlinelen=40).encode()
    unfolded = "".join(encoded.splitlines())
    assert decoded(unfolded) == " ".join(str(make_header(decode_header(unfolded))).split())


@given(st.text())
def test_any_header_text_is_decoded_to_something_storable(text):
    decoded(text).encode("utf-8", "surrogatepass")
    addresses([text])
    message_ids(text)
    Head((("content-type", text),), 0).parameters("content-type")


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (['"Müller, Hans" <Hans@Example.org>, b@example.org (Vertrieb)'], ["hans@example.org", "b@example.org"]),
        (["Team: c@example.org, d@example.org;"], ["c@example.org", "d@example.org"]),
        (["hans@example.net <h@example.org>"], ["h@example.org"]),
        (['"hans@example.net" <h@example.org>'], ["h@example.org"]),
        (["Müller, Hans <h@example.org>"], ["h@example.org"]),
        (["a@example.org", "A@example.org"], ["a@example.org"]),
        (["hans at lists.example.org (Hans)"], ["hans@lists.example.org"]),
        (["Hans am Apparat at work"], []),
        (["undisclosed-recipients:;"], []),
        (["<>"], []),
    ],
)
def test_addresses_are_found_without_names(fields, found):
    assert addresses(fields) == found


def test_message_ids_come_without_brackets():
    assert message_ids("<a@x>\t<b@x>") == ["a@x", "b@x"]
    assert message_ids("a@x") == ["a@x"]
    assert message_ids("Your message of Monday <a@x>") == ["a@x"]
    assert message_ids("sometime last week") == []
    assert message_ids(None) == []


def test_fields_are_unfolded_and_the_first_other_line_begins_the_body():
    message = b"Subject: eins\r\n zwei\r\nX-A:\r\n\r\nText"
    head = read_head(message, 0, len(message), 1000)
    assert head.fields == (("subject", "eins zwei"), ("x-a", ""))
    assert message[head.body :] == b"Text"
    message = b"Subject: eins\nHallo zusammen\n"
    assert read_head(message, 0, len(message), 1000).body == len(b"Subject: eins\n")


def test_a_long_head_is_refused_before_it_is_read():
    with pytest.raises(MessageRefused, match="too_large"):
        read_head(b"X: " + b"a" * 2000, 0, 2003, 1000)


def test_parameters_are_read_quoted_plain_and_in_pieces():
    head = Head((("content-type", 'Multipart/Mixed; boundary="a b"; charset=UTF-8; n*0="x"; n*1=y'),), 0)
    assert head.parameters("content-type") == (
        "multipart/mixed",
        {"boundary": "a b", "charset": "UTF-8", "n": "xy"},
    )
    assert head.parameters("content-disposition") == ("", {})
