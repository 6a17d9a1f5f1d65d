"""Mailboxes of a real dovecot on loopback, fetched into an inbox and read as mbox."""

from __future__ import annotations

import imaplib
import json
import socket
from dataclasses import replace

import dovecot_kit
import pytest
from dovecot_kit import PASSWORD

from flows import fetch as fetching
from flows.imap.session import Session
from flows.places import imap
from flows.reading.contract import SourceFile
from flows.sources import mbox
from schemas.config import Config, Limits, Site, Source
from schemas.errors import CallqaError, Where

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server():
    program = dovecot_kit.installed()
    if program is None:
        pytest.skip("no dovecot here, and none could be installed (apt-get install dovecot-imapd)")
    running = dovecot_kit.Dovecot(program)
    try:
        if problem := running.wait():
            pytest.fail(f"dovecot does not start: {problem}")
        yield running
    finally:
        running.stop()


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)


@pytest.fixture
def user(request):
    """An account of the test's own: every name is one."""
    return "".join(char for char in request.node.name if char.isalnum())[:60].lower()


def message(name, body="Hallo", **headers):
    lines = {"From": "kim@example.org", "To": "help@firma.example", "Message-ID": f"<{name}@example.org>"} | headers
    return ("".join(f"{key}: {value}\r\n" for key, value in lines.items()) + f"\r\n{body}\r\n").encode()


def site(folder, server, user, mailboxes="INBOX", **limits):
    url = f"imap://{user}@127.0.0.1:{server.port}/{mailboxes}?tls=off"
    source = Source("mail", "mbox", fetch=url, secret_env="MAIL_PASSWORD")
    config = Config(folder / "site", Site("Test", "Europe/Berlin"), (source,), limits=Limits(**limits))
    config.inbox.mkdir(parents=True, exist_ok=True)
    return config


def fetched(config):
    return list(fetching.fetch(config, config.sources[0]))


def rows(config):
    """Return the rows of all files in the inbox by message_id; every message must be one."""
    settings = mbox.settings({"agent_domains": ["firma.example"]}, lambda key: Where("callqa.toml", field=key))
    found = []
    for path in sorted(config.inbox.rglob("*.mbox")):
        file = SourceFile(path, path.name, "file1", "mail", "m", "Europe/Berlin")
        for chunk in mbox.read(file, settings):
            assert chunk.rejects is None
            found += [row for batch in chunk.tables["message"] for row in batch.to_pylist()]
    return {row["message_id"].removeprefix("m:").partition("@")[0]: row for row in found}


def flags(server, user, mailbox="INBOX"):
    with server.client(user) as client:
        client.select(mailbox, readonly=True)
        return client.fetch("1:*", "(FLAGS)")[1]


def test_new_messages_come_once_and_stay_as_they_are(server, user, tmp_path):
    server.add(user, message("a"), message("b", "Zwei"))
    config = site(tmp_path, server, user)
    (first,) = fetched(config)
    before = flags(server, user)
    assert fetched(config) == []
    server.add(user, message("c"))
    (second,) = fetched(config)
    assert list(rows(config)) == ["a", "b", "c"]
    assert all(b"Seen" not in line for line in flags(server, user))
    assert len(before) == 2
    assert first.name < second.name
    kept = json.loads((config.data / "places" / "mail.json").read_bytes())["memory"]["mailboxes"]["INBOX"]
    assert kept["last_uid"] == 3


def test_what_was_sent_is_what_is_read(server, user, tmp_path):
    body = "From here on it is mine.\r\n>From there too.\r\n\r\nFrom a@b Mon Mar  2 10:00:00 2026\r\nSubject: none\r\n"
    head = {"Return-Path": "<bounce+kim@example.org>", "Date": "Mon, 2 Mar 2026 10:00:00 +0100"}
    server.add(user, message("a", body, **head), message("b", "ohne Datum"), message("c", "Grüße ü"))
    config = site(tmp_path, server, user)
    fetched(config)
    found = rows(config)
    assert found["a"]["body_text"] == body.replace("\r\n", "\n").rstrip("\n")
    assert found["a"]["sent_at"].isoformat() == "2026-03-02T09:00:00+00:00"
    assert (found["b"]["sent_at"].isoformat(), found["b"]["time_flag"]) == (
        "2026-03-02T09:00:05+00:00",
        "from_received",
    )
    assert found["c"]["body_text"] == "Grüße ü"
    (file,) = config.inbox.rglob("*.mbox")
    assert file.read_bytes().startswith(b"From bounce+kim@example.org Mon Mar  2 09:00:05 2026 +0000\n")


def test_several_mailboxes_keep_their_own_place(server, user, tmp_path):
    server.add(user, message("a"))
    server.add(user, message("b"), mailbox="&ANY-ffentlich")  # Öffentlich, as the protocol has it
    server.add(user, message("c"), mailbox='"Team A"')
    config = site(tmp_path, server, user, "INBOX,%C3%96ffentlich,Team%20A")
    assert len(fetched(config)) == 3
    server.add(user, message("d"), mailbox='"Team A"')
    assert len(fetched(config)) == 1
    assert sorted(rows(config)) == ["a", "b", "c", "d"]


def test_a_mailbox_made_anew_is_fetched_again_and_says_so(server, user, tmp_path):
    server.add(user, message("a"), message("b"), mailbox="Work")
    config = site(tmp_path, server, user, "Work")
    assert [one.note for one in fetched(config)] == [None]
    with server.client(user) as client:
        client.delete("Work")
    server.add(user, message("b"), message("c"), mailbox="Work")
    (again,) = fetched(config)
    assert "Work was made anew" in again.note
    assert sorted(rows(config)) == ["a", "b", "c"]


def test_files_are_cut_by_messages_and_bytes(server, user, tmp_path, monkeypatch):
    monkeypatch.setattr(imap, "FILE_MESSAGES", 2)
    monkeypatch.setattr(imap, "GROUP_MESSAGES", 1)
    server.add(user, *(message(f"m{number}") for number in range(5)))
    config = site(tmp_path, server, user)
    assert len(fetched(config)) == 3
    assert list(rows(config)) == ["m0", "m1", "m2", "m3", "m4"]


def test_what_was_fetched_before_the_connection_broke_stays(server, user, tmp_path, monkeypatch):
    monkeypatch.setattr(imap, "GROUP_MESSAGES", 2)
    server.add(user, *(message(f"m{number}") for number in range(5)))
    config = site(tmp_path, server, user)
    whole, calls = Session.messages, []

    def break_later(self, wanted):
        calls.append(wanted)
        if len(calls) == 2:
            self._client.sock.shutdown(socket.SHUT_RDWR)
        return whole(self, wanted)

    with monkeypatch.context() as patch:
        patch.setattr(Session, "messages", break_later)
        with pytest.raises(CallqaError, match="What was fetched so far stays"):
            fetched(config)
    assert list(rows(config)) == ["m0", "m1"]
    fetched(config)
    assert list(rows(config)) == ["m0", "m1", "m2", "m3", "m4"]


def test_deleted_messages_and_gaps_between_uids_are_nothing_special(server, user, tmp_path, monkeypatch):
    monkeypatch.setattr(imap, "_LISTED_AT_ONCE", 0)
    monkeypatch.setattr(imap, "_UIDS_AT_ONCE", 3)
    server.add(user, *(message(f"m{number}") for number in range(12)))
    with server.client(user) as client:
        client.select("INBOX")
        client.uid("STORE", "2:9", "+FLAGS", r"(\Deleted)")
        client.expunge()
    config = site(tmp_path, server, user)
    fetched(config)
    assert list(rows(config)) == ["m0", "m9", "m10", "m11"]


def test_a_message_that_is_too_large_is_named_and_the_others_come(server, user, tmp_path):
    server.add(user, message("a"), message("big", "x" * 600_000), message("c"))
    config = site(tmp_path, server, user, file_mb=1)
    with pytest.raises(CallqaError, match=r"1 messages are too large: found 'INBOX UID 2: 600\d\d\d bytes'"):
        fetched(config)
    assert list(rows(config)) == ["a", "c"]
    assert fetched(config) == []


def test_messages_of_before_a_day_are_not_wanted(server, user, tmp_path):
    server.add(user, message("old"), when='"01-Mar-2026 10:00:00 +0000"')
    server.add(user, message("new"), when='"02-Mar-2026 10:00:00 +0000"')
    config = site(tmp_path, server, user)
    source = replace(config.sources[0], fetch=config.sources[0].fetch + "&since=2026-03-02")
    fetched(replace(config, sources=(source,)))
    assert list(rows(config)) == ["new"]


def test_an_empty_mailbox_gives_nothing(server, user, tmp_path):
    assert fetched(site(tmp_path, server, user)) == []


def test_a_mailbox_that_is_not_there_is_named(server, user, tmp_path):
    with pytest.raises(CallqaError, match=r"mailbox Nowhere: .*doesn't exist"):
        fetched(site(tmp_path, server, user, "Nowhere"))


def test_a_wrong_password_is_said(server, user, tmp_path, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "falsch")
    with pytest.raises(CallqaError, match=r"the login was refused.*Check user, secret_env") as refused:
        fetched(site(tmp_path, server, user))
    assert "falsch" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_only_a_certificate_we_trust_is_spoken_to(server, user, tmp_path, monkeypatch, scheme):
    if not server.has_tls:
        pytest.skip("no openssl to make a certificate with")
    server.add(user, message("a"))
    port = server.port if scheme == "imap" else server.tls_port
    config = site(tmp_path, server, user)
    source = replace(config.sources[0], fetch=f"{scheme}://{user}@localhost:{port}/INBOX")
    config = replace(config, sources=(source,))
    with pytest.raises(CallqaError, match=r"no safe connection.*Check its certificate"):
        fetched(config)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.home / "cert.pem"))
    assert len(fetched(config)) == 1
    assert list(rows(config)) == ["a"]


def test_imaplib_still_reads_through_the_two_methods_that_count():
    """The limits rest on it: a client that read otherwise would read without them."""
    assert {"read", "readline"} <= set(vars(imaplib.IMAP4))
