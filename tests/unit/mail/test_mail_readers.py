from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_kit import BASE, FROM, HEAD, mbox_rows, one, read, reject, where

from flows.reading.contract import SourceFile
from flows.sources import eml, maildir, mbox
from schemas.errors import ConfigError, InputRefused


def test_a_message_becomes_a_row(tmp_path):
    headers = b"In-Reply-To: <q@x>\nReferences: <p@x>\n <q@x>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
    row = one(tmp_path, HEAD + headers + b"\nDanke\n\n> alt\n")
    assert row["message_id"] == "m:a@example.org"
    assert (row["in_reply_to"], row["reference_ids"]) == ("m:q@x", ["m:p@x", "m:q@x"])
    assert (row["subject"], row["body_text"], row["body_new"]) == ("Grüße", "Danke\n\n> alt", "Danke")
    assert row["sent_at"].isoformat() == "2026-03-02T09:00:00+00:00"
    assert row["date_raw"] == "Mon, 2 Mar 2026 10:00:00 +0100"
    assert (row["source"], row["file_id"], row["record_no"], row["updated_at"]) == ("mail", "file1", 1, None)


def test_the_same_message_in_an_mbox_is_the_same_row(tmp_path):
    message = HEAD + b"\nHallo\nFrom here on\n"
    escaped = FROM + message.replace(b"\nFrom here", b"\n>From here") + b"\n"
    place = {"record_no", "byte_start", "byte_end"}
    single = one(tmp_path, message.replace(b"\n", b"\r\n"))
    (row,), _ = mbox_rows(tmp_path, escaped)
    assert {k: v for k, v in row.items() if k not in place} == {k: v for k, v in single.items() if k not in place}


def test_a_message_without_id_is_named_by_its_content_in_both_formats(tmp_path):
    message = HEAD.replace(b"Message-ID: <a@example.org>\n", b"") + b"\nHallo\n"
    single = one(tmp_path, message.replace(b"\n", b"\r\n"))
    (row,), _ = mbox_rows(tmp_path, FROM + message + b"\n")
    assert re.fullmatch(r"m:[0-9a-f]{64}", single["message_id"])
    assert row["message_id"] == single["message_id"]


def test_offsets_lead_to_the_record(tmp_path):
    content = b"\xef\xbb\xbf\n" + FROM + HEAD + b"\neins\n\n" + FROM + b"no header\n\n" + FROM + HEAD + b"\ndrei"
    rows, refused = mbox_rows(tmp_path, content)
    assert [content[row["byte_start"] : row["byte_end"]].strip() for row in rows] == [
        (FROM + HEAD + b"\neins").strip(),
        (FROM + HEAD + b"\ndrei").strip(),
    ]
    assert [(row["rule"], row["record_no"], row["raw"]) for row in refused] == [
        ("not_a_message", 2, (FROM + b"no header\n\n").decode())
    ]


def test_two_messages_with_one_id_are_both_given(tmp_path):
    rows, _ = mbox_rows(tmp_path, FROM + HEAD + b"\neins\n\n" + FROM + HEAD + b"\nzwei\n")
    assert [(row["message_id"], row["body_text"]) for row in rows] == [
        ("m:a@example.org", "eins"),
        ("m:a@example.org", "zwei"),
    ]


@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("module", [mbox, eml])
def test_an_empty_file_is_refused(tmp_path, module, content):
    if module is eml and content.startswith(b"\xef"):
        assert reject(tmp_path, content) == [("not_a_message", None)]
        return
    with pytest.raises(InputRefused, match=r"mail\.mbox.*empty file"):
        read(tmp_path, content, module)


def test_a_file_that_does_not_begin_with_a_from_line_is_no_mbox(tmp_path):
    with pytest.raises(InputRefused, match=r"mail\.mbox:2: not an mbox: found 'Junk"):
        mbox_rows(tmp_path, b"\nJunk\n" + FROM + HEAD)


def test_an_mbox_is_no_eml(tmp_path):
    with pytest.raises(InputRefused, match="several messages"):
        read(tmp_path, FROM + HEAD + b"\neins\n\n" + FROM + HEAD + b"\nzwei", eml)
    assert one(tmp_path, FROM + HEAD + b"\n>From me")["body_text"] == "From me"


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0 an Outlook file", b"Hallo zusammen\n", b"\n\nHallo"])
def test_what_has_no_header_is_no_message(tmp_path, content):
    assert reject(tmp_path, content) == [("not_a_message", None)]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({}, "nobody is us"),
        ({"agent_domain": ["x"]}, "Did you mean 'agent_domains'"),
        ({"agent_domains": ["a@x.example"]}, "expected a domain"),
        ({"agent_addresses": ["help"]}, "'help' is no address"),
        ({"agent_domains": ["x.example"], "timezone": "Berlin"}, "unknown time zone 'Berlin'"),
        ({"agent_domains": ["x.example"], "language": "deutsch"}, "two small letters"),
        ({"agent_domains": ["x.example"], "ticket_pattern": "#([0-9"}, "no RE2 pattern"),
        ({"agent_domains": ["x.example"], "ticket_pattern": r"(?=#)(\d+)"}, "no RE2 pattern"),
        ({"agent_domains": ["x.example"], "ticket_pattern": r"#\d+"}, "exactly one group"),
        ({"agent_domains": ["x.example"], "ticket_pattern": r"(#)(\d+)"}, "exactly one group"),
        ({"agent_domains": ["x.example"], "depth": 1000}, "depth = 1000, expected 1 to 100"),
        ({"agent_domains": ["x.example"], "parts": "5"}, "wrong type"),
    ],
)
def test_wrong_settings_are_named(raw, says):
    with pytest.raises(ConfigError, match=re.escape(says)):
        mbox.settings(raw, where)


def counts(folder, name, content=HEAD + b"\nHallo\n"):
    """Return (read, ignored, rows) of a file of a Maildir."""
    path = folder / "message"
    path.write_bytes(content)
    file = SourceFile(path, name, "file1", "mail", "m", "Europe/Berlin")
    (chunk,) = maildir.read(file, maildir.settings(BASE, where))
    return chunk.read, chunk.ignored, sum(batch.num_rows for batch in chunk.tables.get("message", []))


@pytest.mark.parametrize(
    "name",
    ["cur/1772445600.M1P2.host:2,RS", "new/1772445600.M1P2.host", "mail/.Sent/cur/1.host,S=12,W=13:2,", "1.host;2,S"],
)
def test_a_maildir_names_its_messages_as_it_likes(tmp_path, name):
    assert counts(tmp_path, name) == (1, 0, 1)


@pytest.mark.parametrize(
    "name", ["cur/1.host:2,DS", "dovecot-uidlist", "mail/dovecot.index.log", "maildirfolder", "cur/courier.lock"]
)
def test_drafts_and_what_the_server_keeps_beside_are_ignored(tmp_path, name):
    assert counts(tmp_path, name) == (1, 1, 0)


def test_a_message_under_way_is_no_message_yet(tmp_path):
    with pytest.raises(InputRefused, match=r"still being delivered.*Leave `tmp`"):
        counts(tmp_path, "mail/tmp/1.host")


BITS = st.sampled_from(
    [FROM, HEAD, b"\n", b"\r\n", b"\n\n", b"From ", b"From: a@b\n", b"Content-Type: multipart/mixed; boundary=b\n",
     b"Content-Type: text/html; charset=utf-16\n", b"Content-Transfer-Encoding: base64\n", b"--b\n", b"--b--\n", b"<p>",
     b"Date: 1 Jan 2026 10:00\n", b"Subject: =?utf-8?b?4pyT?=\n", b"\xff\xfe", b"\x00", b"QQ==", b"> x\n"]
)  # fmt: skip
ANY = st.binary(max_size=300) | st.lists(BITS | st.binary(max_size=8), max_size=25).map(b"".join)


@given(content=ANY, begin=st.sampled_from([b"", FROM]))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("module", [mbox, eml, maildir])
def test_any_bytes_end_in_rows_and_rejects_or_a_refusal(tmp_path, module, content, begin):
    try:
        rows, refused = read(tmp_path, begin + content, module)
    except InputRefused as refusal:
        assert "mail.mbox" in str(refusal)
        return
    assert len(rows) + len(refused) >= 1
