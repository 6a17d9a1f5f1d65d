"""Mail servers that lie, stall or talk without end: each ends in an error that names the server, within limits."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from base64 import b64decode
from datetime import UTC, date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.imap import limited
from flows.imap import session as session_module
from flows.imap.address import address
from flows.imap.mailbox import file_name, mbox_bytes
from flows.imap.session import Message
from flows.places import imap
from flows.places.contract import Place
from schemas.config import Limits
from schemas.errors import CallqaError, ConfigError

BODIES = "UID FETCH 5 (UID I"
BODY = b"From: kim@example.org\r\n\r\nHallo\r\n"
DATES = [
    b"02-Mar-2026 10:00:05 +0100",
    b" 2-Mar-2026 10:00:05 +0100",
    b"99-Foo-2026",
    b"",
    b"31-Dec-9999 23:59:59 -1200",
]
ANSWERS = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n%s OK done\r\n",
    "AUTHENTICATE": b"+ \r\n",
    "LOGIN": b"%s OK in\r\n",
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n%s OK [READ-ONLY] done\r\n",
    "UID FETCH *": b"* 1 FETCH (UID 5)\r\n%s OK done\r\n",
    "UID FETCH 1:5": b"* 1 FETCH (UID 5 RFC822.SIZE 32)\r\n%s OK done\r\n",
    BODIES: b"* 1 FETCH (UID 5 BODY[] {%d}\r\n%s)\r\n%%s OK done\r\n" % (len(BODY), BODY),
    "UID FETCH 5 (UID R": b"%s OK nothing\r\n",
    "LOGOUT": b"* BYE\r\n%s OK bye\r\n",
}


@contextlib.contextmanager
def serving(answers, seen=None):
    """A server that answers commands by their beginning; an answer may be bytes or a function that writes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError), listening, listening.accept()[0] as one:
            one.sendall(b"* OK hello\r\n")
            before = b""
            for line in one.makefile("rb"):
                if seen is not None:
                    seen.append(line.strip())
                tag, _, command = line.strip().partition(b" ")
                if not command:  # what follows AUTHENTICATE
                    one.sendall(before + b" OK in\r\n")
                    continue
                before = tag
                known = [name for name in answers if command.startswith(name.encode())]
                answer = answers[max(known, key=len)] if known else b"%s BAD what\r\n"
                if callable(answer):
                    answer(one)
                else:
                    one.sendall(answer.replace(b"%s", tag))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.close()
    thread.join(5)


def fetch(folder, port, memory=None):
    place = Place("mail", f"imap://kim@127.0.0.1:{port}/?tls=off", "geheim", Limits())
    return list(imap.fetch(place, folder, memory or {}))


def test_the_script_of_the_honest_server_works(tmp_path):
    with serving(ANSWERS) as port:
        (one,) = fetch(tmp_path, port)
    assert one.memory == {"mailboxes": {"INBOX": {"uidvalidity": 7, "last_uid": 5}}}
    assert (tmp_path / one.name).read_bytes().endswith(b"+0000\nFrom: kim@example.org\n\nHallo\n\n")


@pytest.mark.parametrize("received", DATES)
def test_any_time_of_receipt_gives_a_from_line(tmp_path, received):
    dated = (
        b'* 1 FETCH (UID 5 INTERNALDATE "' + received + b'" BODY[] {%d}\r\n%s)\r\n%%s OK done\r\n' % (len(BODY), BODY)
    )
    with serving(ANSWERS | {BODIES: dated}) as port:
        (one,) = fetch(tmp_path, port)
    when = b"Mon Mar  2 09:00:05 2026" if b"Mar" in received else b"Thu Jan  1 00:00:00 1970"
    assert (tmp_path / one.name).read_bytes().startswith(b"From kim@example.org " + when + b" +0000\n")


def endless(piece):
    def write(connection):
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(piece)

    return write


def drip(connection):
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)


NOTHING = b"%s OK nothing\r\n"
LIES = {
    "a literal of a terabyte": (BODIES, b"* 1 FETCH (UID 5 BODY[] {1099511627776}\r\n", "expected at most"),
    "a line without end": ("UID FETCH 1:5", endless(b"x" * 65536), "a line of more than"),
    "lines without end": ("UID FETCH 1:5", endless(b"* 1 FETCH (UID 5)\r\n" * 4096), "a longer answer"),
    "a literal cut off": (BODIES, lambda one: one.shutdown(socket.SHUT_RDWR), "socket error|ended"),
    "a message kept back": ("UID FETCH 5 (UID R", ANSWERS["UID FETCH 1:5"], "does not send it"),
    "no UIDVALIDITY": ("EXAMINE", b"* 1 EXISTS\r\n%s OK done\r\n", "no UIDVALIDITY"),
    "silence": ("UID FETCH 1:5", lambda one: time.sleep(1), "timed out"),
    "a byte now and then": ("UID FETCH 1:5", drip, "took more than"),
    "noise": ("EXAMINE", b"\xff\xfe\r\n", "unexpected response"),
    "no number": ("EXAMINE", b"* 1 EXISTS\r\n* OK [UIDVALIDITY x]\r\n%s OK done\r\n", "no UIDVALIDITY"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_ends_in_an_error_that_names_the_server(name, tmp_path, monkeypatch):
    monkeypatch.setattr(session_module, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(limited, "COMMAND_SECONDS", 1)
    monkeypatch.setattr(session_module, "LISTING", 1 << 17)
    monkeypatch.setattr(limited, "LINE_BYTES", 1 << 16)
    command, answer, says = LIES[name]
    begin = time.monotonic()
    answers = {BODIES: NOTHING} if name == "a message kept back" else {}
    with serving(ANSWERS | answers | {command: answer}) as port, pytest.raises(CallqaError, match=says) as told:
        fetch(tmp_path, port)
    assert f"127.0.0.1:{port}" in str(told.value)
    assert time.monotonic() - begin < 8


def test_messages_nobody_asked_for_are_not_taken(tmp_path):
    other = b"* 2 FETCH (UID 9 BODY[] {2}\r\nhi)\r\n"
    with serving(ANSWERS | {BODIES: other + ANSWERS[BODIES].replace(b"%%s", b"%s")}) as port:
        (one,) = fetch(tmp_path, port)
    assert (tmp_path / one.name).read_bytes().count(b"From ") == 1


def test_a_message_deleted_meanwhile_is_left_out(tmp_path):
    with serving(ANSWERS | {BODIES: b"* 1 FETCH (UID 5 BODY[] NIL)\r\n%s OK done\r\n"}) as port:
        assert fetch(tmp_path, port) == []


def test_a_server_without_plain_is_logged_in_to_as_of_old(tmp_path):
    answers = ANSWERS | {"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%s OK done\r\n"}
    with serving(answers) as port:
        assert len(fetch(tmp_path, port)) == 1


def test_nobody_there_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(CallqaError, match="refused"):
        fetch(tmp_path, port)


@given(answer=st.binary(max_size=60), at=st.sampled_from(sorted(ANSWERS)), tagged=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_answer_ends_in_files_or_an_error(tmp_path, answer, at, tagged):
    before, session_module.ANSWER_SECONDS = session_module.ANSWER_SECONDS, 0.2
    told = answer + b"\r\n" + (b"%s OK done\r\n" if tagged else b"")
    try:
        with serving(ANSWERS | {at: told}) as port, contextlib.suppress(CallqaError):
            fetch(tmp_path, port)
    finally:
        session_module.ANSWER_SECONDS = before


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("imaps://host/INBOX", "names no user"),
        ("imaps:///INBOX", "names no user"),
        ("imaps://kim:geheim@host/INBOX", "a password in the URL"),
        ("imaps://kim@host:x/INBOX", "no URL"),
        ("imap://kim@mail.example.org/?tls=off", "this machine only"),
        ("imap://kim@mail.example.org/?tls=maybe", "unknown option tls=maybe"),
        ("imap://kim@mail.example.org/?since=2026-02-30", "no day of the calendar"),
        ("imap://kim@mail.example.org/?verify=no", "unknown option verify=no"),
        ("imap://kim@mail.example.org/a%0d%0ab", "control characters"),
    ],
)
def test_a_wrong_url_is_refused_without_showing_it(url, says):
    with pytest.raises(ConfigError, match=re.escape(says)) as refused:
        address(url)
    assert "geheim" not in str(refused.value)


def test_a_url_says_where_and_what():
    found = address("imaps://qa%40example.org@mail.example.org/INBOX,Team%2C%20A,INBOX?auth=oauth2&since=2026-01-31")
    assert (found.host, found.port, found.user) == ("mail.example.org", 993, "qa@example.org")
    assert (found.mailboxes, found.tls, found.oauth2) == (("INBOX", "Team, A"), "from the start", True)
    assert found.since == date(2026, 1, 31)
    assert address("imap://kim@mail.example.org").tls == "starttls"
    assert address("imap://kim@[::1]:1143/?tls=off").tls == "off"


def test_an_access_token_is_sent_as_the_protocol_has_it(tmp_path):
    seen = []
    with serving(ANSWERS, seen) as port:
        place = Place("mail", f"imap://kim@127.0.0.1:{port}/?tls=off&auth=oauth2", "token", Limits())
        assert len(list(imap.fetch(place, tmp_path, {}))) == 1
    at = next(number for number, line in enumerate(seen) if line.endswith(b"AUTHENTICATE XOAUTH2"))
    assert b64decode(seen[at + 1]) == b"user=kim\x01auth=Bearer token\x01\x01"


@pytest.mark.parametrize("name", ["../../etc", "Ö", "a/b", "", ".x", "INBOX.Sent"])
def test_file_names_stay_plain(name):
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*-7-0000000005\.mbox", file_name(name, 7, 5))
    assert file_name("a/b", 7, 5) != file_name("a b", 7, 5)


@given(st.binary(max_size=200), st.datetimes(timezones=st.just(UTC)) | st.none())
def test_any_message_makes_one_piece_of_an_mbox(content, received):
    made = mbox_bytes(Message(1, received, content))
    line, _, rest = made.partition(b"\n")
    assert re.fullmatch(rb"From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} \+0000", line)
    assert not re.search(rb"(?m)^From ", rest)
    assert rest.endswith(b"\n\n") or not content
