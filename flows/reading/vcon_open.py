"""A vCon out of its wrapping: as it is, signed (JWS), or encrypted, which is refused."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flows.reading.json_pick import Misfit, items, need, pick
from flows.reading.json_strict import BadJson, parse


def opened(document: dict[str, Any], public_key: str, known: tuple[str, ...]) -> tuple[dict[str, Any], str | None]:
    """Return the vCon itself and the state of its signature: verified, invalid, not_verified, or None for unsigned.

    `public_key` (PEM) verifies RS256 signatures; without one nobody knows whose a signature is. `known` are extensions
    the site accepts. Raises Misfit for an encrypted vCon and for one that needs an extension we do not know.
    """
    state = None
    if "ciphertext" in document:
        raise Misfit("encrypted", None, "a vCon that is not encrypted", "ciphertext")
    if "payload" in document and "signatures" in document:
        state = _signature(document, public_key)
        document = _payload(need(document, "payload", str))
    unknown = sorted(str(one) for one in pick(document, "critical", list) or [] if one not in known)
    if unknown:
        raise Misfit(
            "critical_extension", ", ".join(unknown)[:200], "extensions the setting `extensions` lists", "critical"
        )
    return document, state


def text_of(encoded: str, place: str) -> str:
    """Return base64url as UTF-8 text. Raises Misfit for what is neither."""
    try:
        return _bytes(encoded).decode("utf-8")
    except (ValueError, binascii.Error):
        raise Misfit("bad_encoding", None, "base64url of a UTF-8 text", place) from None


def _payload(encoded: str) -> dict[str, Any]:
    try:
        found = parse(_bytes(encoded))
    except (BadJson, ValueError, binascii.Error):
        raise Misfit("bad_payload", None, "base64url of a JSON object", "payload") from None
    return found


def _signature(document: dict[str, Any], public_key: str) -> str:
    """Return the best state of the signatures: one that holds is enough."""
    if not public_key:
        return "not_verified"
    payload = need(document, "payload", str)
    states = [_one(place, item, payload, public_key) for place, item in items(document, "signatures")]
    return next((wanted for wanted in ("verified", "invalid") if wanted in states), "not_verified")


def _one(place: str, signature: dict[str, Any], payload: str, public_key: str) -> str:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    protected = pick(signature, "protected", str, place) or ""
    try:
        head = parse(_bytes(protected))
        signed = _bytes(need(signature, "signature", str, place))
    except (BadJson, ValueError, binascii.Error):
        return "invalid"
    key = serialization.load_pem_public_key(public_key.encode())
    if head.get("alg") != "RS256" or not isinstance(key, rsa.RSAPublicKey):
        return "not_verified"  # another algorithm: nothing is said about it
    try:
        key.verify(signed, f"{protected}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return "invalid"
    return "verified"


def _bytes(encoded: str) -> bytes:
    return base64.b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
