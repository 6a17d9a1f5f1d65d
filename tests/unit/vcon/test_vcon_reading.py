from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from flows.reading.json_pick import Misfit
from flows.reading.vcon_dialog import dialogs, when
from flows.reading.vcon_open import opened
from flows.reading.vcon_parties import People, parties
from flows.reading.vendor_transcripts import language, pieces

START = "2026-03-02T10:00:00Z"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


def signed(key, document, alg="RS256"):
    payload = encoded(json.dumps(document).encode())
    protected = encoded(json.dumps({"alg": alg}).encode())
    signature = key.sign(f"{protected}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return {"payload": payload, "signatures": [{"protected": protected, "signature": encoded(signature)}]}


def pem(key):
    shape = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*shape).decode()


def test_a_signature_is_verified_by_the_sites_key_and_by_nothing_the_vcon_brings(key):
    other = rsa.generate_private_key(65537, 2048)
    document = {"uuid": "u1", "parties": []}
    wrapped = signed(key, document)
    assert opened(wrapped, pem(key), ()) == (document, "verified")
    assert opened(wrapped, pem(other), ()) == (document, "invalid")
    assert opened(wrapped, "", ()) == (document, "not_verified")
    assert opened(signed(key, document, "none"), pem(key), ()) == (document, "not_verified")
    changed = wrapped | {"payload": encoded(b'{"uuid": "u2"}')}
    assert opened(changed, pem(key), ()) == ({"uuid": "u2"}, "invalid")


@pytest.mark.parametrize("payload", ["", "!", "e", encoded(b"[]"), encoded(b"\xff"), encoded(b"{")])
def test_a_payload_that_is_no_vcon_is_rejected(payload):
    with pytest.raises(Misfit):
        opened({"payload": payload, "signatures": []}, "", ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T10:00:00+01:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T10:00:00.250Z", datetime(2026, 3, 2, 10, 0, 0, 250000, UTC)),
        ("Mon, 02 Mar 2026 10:00:00 +0100", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 10:00:00 -0000", datetime(2026, 3, 2, 10, tzinfo=UTC)),
    ],
)
def test_times_of_all_versions_are_read(text, expected):
    assert when({"start": text}, "start", "") == expected


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-03-02T10:00:00", "2026-13-02T10:00:00Z", "9999-12-31T23:59:59-14:00"]
)
def test_a_time_that_is_none_or_has_no_zone_is_rejected(text):
    with pytest.raises(Misfit) as refused:
        when({"start": text}, "start", "dialog.0")
    assert refused.value.why.field == "dialog.0.start"


def held(*events):
    history = [{"party": p, "event": e, "time": f"2026-03-02T10:{m:02d}:00Z"} for p, e, m in events]
    one = {"type": "recording", "start": START, "duration": 600, "parties": [0, 1], "party_history": history}
    return dialogs({"dialog": [one]})[0].hold_s


def test_hold_is_the_time_from_hold_to_unhold_or_to_the_end_of_that_party():
    assert held((0, "hold", 1), (0, "unhold", 3)) == Decimal("120.000")
    assert held((0, "hold", 1), (0, "drop", 2)) == Decimal("60.000")
    assert held((0, "join", 0), (1, "join", 0)) == Decimal("0.000")


def test_two_on_hold_at_once_are_one_hold_and_an_endless_hold_is_unknown():
    assert held((0, "hold", 1), (1, "hold", 2), (0, "unhold", 3), (1, "unhold", 5)) == Decimal("240.000")
    assert held((0, "hold", 1), (1, "hold", 2), (1, "unhold", 3)) is None
    assert held() is None


def test_the_one_other_without_a_role_is_the_customer_and_a_supervisor_never_is():
    people = People(agent_domains=("firma.example",))
    ours, plain, boss = {"mailto": "kim@firma.example"}, {"tel": "+49301"}, {"name": "x", "role": "supervisor"}

    def speakers(*listed):
        return [one.speaker for one in parties({"parties": list(listed)}, people)]

    assert speakers(ours, plain) == ["agent", "customer"]
    assert speakers(ours, boss) == ["agent", "unknown"]
    assert speakers(ours, plain, plain) == ["agent", "unknown", "unknown"]
    assert speakers(plain, plain) == ["unknown", "unknown"]


def test_transcripts_of_every_vendor_become_pieces():
    whisper = {"segments": [{"start": 0, "end": 1.5, "text": " Hallo. ", "speaker": "S1"}], "language": "de"}
    assert [(p.text, p.start_s, p.end_s, p.mark) for p in pieces(whisper, "b")] == [("Hallo.", 0.0, 1.5, "S1")]
    assert language(whisper) == "de"
    srt = "1\r\n00:00:01,500 --> 00:01:02,000\r\nTwo\r\nlines\r\n\r\n2\r\n00:02:00.250 --> 01:00:00.000\r\nEnd\r\n"
    assert [(p.text, p.start_s, p.end_s) for p in pieces(srt, "b")] == [
        ("Two lines", 1.5, 62.0),
        ("End", 120.25, 3600.0),
    ]
    ass = "[Events]\nFormat: x\nDialogue: 0,0:00:01.00,0:00:02.50,Default,Ada,0,0,0,,{\\i1}Good, day\\Nall\n"
    assert [(p.text, p.start_s, p.end_s, p.mark) for p in pieces(ass, "b")] == [("Good, day all", 1.0, 2.5, "Ada")]
    assert [(p.text, p.mark) for p in pieces("Agent: Hi\nKundin: Na\nAgent: Ja", "b")] == [
        ("Hi", "agent"),
        ("Na", "kundin"),
        ("Ja", "agent"),
    ]
    assert [p.text for p in pieces({"transcript": "One.\n\nTwo.", "confidence": 0.5}, "b")] == ["One.", "Two."]
    assert pieces({"foo": 1}, "b") is None
    assert pieces(7, "b") is None


def test_words_without_sentences_are_cut_where_the_speaker_changes_or_nobody_speaks():
    words = [
        {"word": "a", "start": 0, "end": 0.5, "speaker": 0},
        {"word": "b", "start": 0.6, "end": 1, "speaker": 0},
        {"word": "c", "start": 1.1, "end": 2, "speaker": 1},
        {"word": "d", "start": 9, "end": 9.5, "speaker": 1},
    ]
    body = {"results": {"channels": [{"alternatives": [{"words": words}]}]}}
    assert [(p.text, p.mark) for p in pieces(body, "b")] == [("a b", "0"), ("c", "1"), ("d", "1")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["results", "channels", "alternatives", "words", "segments", "text", "start", "end", "speaker"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_transcript_is_read_or_unknown_or_named_as_broken(body):
    try:
        found = pieces(body, "b")
    except Misfit as broken:
        assert broken.why.rule
    else:
        assert found is None or all(isinstance(piece.text, str) for piece in found)
