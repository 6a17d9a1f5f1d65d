from __future__ import annotations

import pytest
from mail_kit import one, reject


def who(tmp_path, headers, **settings):
    message = headers.encode() + b"\nDate: Mon, 2 Mar 2026 10:00:00 +0100\nMessage-ID: <a@x>\n\nHallo"
    return one(tmp_path, message, **settings)


def test_a_customer_writes_to_a_queue(tmp_path):
    row = who(tmp_path, "From: Kim <K@Example.org>\nTo: Chef <chef@firma.example>\nCc: help@firma.example")
    found = {name: row[name] for name in ("direction", "author", "agent_id", "customer_id", "queue", "is_public")}
    assert found == {
        "direction": "inbound",
        "author": "customer",
        "agent_id": None,
        "customer_id": "k@example.org",
        "queue": "support",
        "is_public": True,
    }
    assert (row["to_addresses"], row["cc_addresses"]) == (["chef@firma.example"], ["help@firma.example"])


def test_an_agent_writes_to_a_customer(tmp_path):
    row = who(tmp_path, "From: Ana@firma.example\nTo: boss@firma.example, k@example.org")
    assert (row["direction"], row["author"], row["agent_id"]) == ("outbound", "agent", "ana@firma.example")
    assert (row["customer_id"], row["queue"]) == ("k@example.org", None)


def test_an_address_can_stand_for_an_agent_id(tmp_path):
    headers = "From: ana@firma.example\nTo: k@example.org"
    assert who(tmp_path, headers, agents={"Ana@Firma.example": "a07"})["agent_id"] == "a07"
    headers = "From: ana@partner.example\nTo: k@example.org"
    assert who(tmp_path, headers, agents={"ana@partner.example": "a07"})["author"] == "agent"


def test_a_shared_mailbox_does_not_say_who_wrote(tmp_path):
    row = who(tmp_path, "From: help@firma.example\nTo: k@example.org")
    assert (row["author"], row["agent_id"], row["queue"]) == ("agent", None, "support")
    row = who(tmp_path, "From: help@firma.example\nSender: ana@firma.example\nTo: k@example.org")
    assert row["agent_id"] == "ana@firma.example"


def test_mail_among_us_is_internal_and_not_public(tmp_path):
    row = who(tmp_path, "From: ana@firma.example\nTo: help@firma.example")
    assert (row["direction"], row["is_public"], row["customer_id"], row["queue"]) == (
        "internal",
        False,
        None,
        "support",
    )
    assert who(tmp_path, "From: ana@firma.example\nTo: undisclosed-recipients:;")["direction"] == "outbound"


def test_a_subdomain_is_not_us_unless_named(tmp_path):
    assert who(tmp_path, "From: x@kunden.firma.example\nTo: help@firma.example")["direction"] == "inbound"


@pytest.mark.parametrize(
    ("extra", "author"),
    [
        ("Auto-Submitted: auto-replied; owner-email=x@y", "system"),
        ("Precedence: bulk", "system"),
        ("X-Auto-Response-Suppress: All", "system"),
        ("Return-Path: <>", "system"),
        ("Content-Type: multipart/report; boundary=b", "system"),
        ("X-Autoreply: yes", "system"),
        ("X-Failed-Recipients: x@firma.example", "system"),
        ("Subject: Automatische Antwort: Frage", "system"),
        ("Subject: =?utf-8?q?Automatic_reply=3A_Gr=C3=BC=C3=9Fe?=", "system"),
        ("Subject: Abwesenheitsnotiz: bis Montag", "system"),
    ],
)
def test_automatic_mail_from_outside_is_nobodys_words(tmp_path, extra, author):
    row = who(tmp_path, f"From: k@example.org\nTo: help@firma.example\n{extra}")
    assert (row["is_auto"], row["author"], row["direction"]) == (True, author, "inbound")


@pytest.mark.parametrize(
    "extra",
    [
        "Auto-Submitted: no",
        "Subject: Re: Automatic reply: Frage",
        "Subject: Out of office next week",
        "Precedence: list",
        "X-Auto-Response-Suppress: None",
        "Return-Path: <k@example.org>",
    ],
)
def test_a_persons_mail_is_not_automatic(tmp_path, extra):
    row = who(tmp_path, f"From: k@example.org\nTo: help@firma.example\n{extra}")
    assert (row["is_auto"], row["author"]) == (False, "customer")


def test_our_own_automatic_mail_is_a_bots_and_no_agents(tmp_path):
    row = who(tmp_path, "From: ana@firma.example\nTo: k@example.org\nAuto-Submitted: auto-replied")
    assert (row["author"], row["agent_id"], row["direction"]) == ("bot", None, "outbound")


@pytest.mark.parametrize("sender", ["MAILER-DAEMON (Mail Delivery System)", "Mailer-Daemon@firma.example"])
def test_a_bounce_is_the_systems(tmp_path, sender):
    row = who(tmp_path, f"From: {sender}\nTo: k@example.org")
    assert (row["author"], row["is_auto"], row["agent_id"]) == ("system", True, None)


@pytest.mark.parametrize("headers", ["To: k@example.org", "From:\nTo: k@example.org", "From: Kim\nTo: x@y.example"])
def test_a_mail_without_sender_is_refused(tmp_path, headers):
    assert reject(tmp_path, headers.encode() + b"\n\nHallo") == [("missing_from", "From")]


def test_a_ticket_id_is_found_in_the_decoded_subject(tmp_path):
    headers = "From: k@example.org\nTo: help@firma.example\nSubject: =?utf-8?q?Re:_[F=C3=A4lle_#4711]_Frage?="
    assert who(tmp_path, headers, ticket_pattern=r"\[F\pLlle #(\d+)\]")["ticket_id"] == "4711"
    assert who(tmp_path, headers, ticket_pattern=r"\[#(\d+)\]")["ticket_id"] is None
    assert who(tmp_path, headers)["ticket_id"] is None


def test_the_language_is_the_headers_or_the_settings(tmp_path):
    headers = "From: k@example.org\nTo: help@firma.example"
    assert who(tmp_path, headers)["language"] is None
    assert who(tmp_path, headers, language="de")["language"] == "de"
    assert who(tmp_path, headers + "\nContent-Language: en-GB", language="de")["language"] == "en"
