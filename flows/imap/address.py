"""The URL of mailboxes: `imaps://user@host:port/INBOX,Sent`, with `?auth=oauth2`, `?tls=off`, `?since=2026-01-01`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit

from schemas.errors import ConfigError, Where

_PORTS = {"imap": 143, "imaps": 993}
_KNOWN = {"auth": re.compile("password|oauth2"), "tls": re.compile("on|off"), "since": re.compile(r"\d{4}-\d\d-\d\d")}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Address:
    """A server, a user and some mailboxes there.

    `tls`: from the first byte on, by STARTTLS, or none. Messages received before `since` are not wanted.
    """

    host: str
    port: int
    user: str
    mailboxes: tuple[str, ...]
    tls: str
    oauth2: bool = False
    since: date | None = None

    @property
    def shown(self) -> str:
        """Return host and port for messages."""
        return f"{self.host}:{self.port}"


def address(url: str) -> Address:
    """Take a URL apart. Raises ConfigError when it names no user, or asks for an open connection over a network."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise _wrong(f"no URL: {problem}") from None
    host, user = parts.hostname or "", unquote(parts.username or "")
    if parts.password is not None:
        raise _wrong("a password in the URL", "Put it into an environment variable and name that one in secret_env.")
    if not host or not user:
        raise _wrong("the URL names no user or no host", "Write imaps://user@host/INBOX.")
    names = tuple(unquote(name) for name in parts.path.strip("/").split(",") if name) or ("INBOX",)
    if any(_CONTROL.search(text) for text in (host, user, *names)):
        raise _wrong("control characters in the URL")
    options = _options(parts.query)
    is_open = options.get("tls") == "off"
    if is_open and not _is_loopback(host):
        raise _wrong("tls=off is for this machine only", "Over a network the password would be read by others.")
    tls = "off" if is_open else "from the start" if parts.scheme == "imaps" else "starttls"
    return Address(
        host,
        port or _PORTS[parts.scheme],
        user,
        tuple(dict.fromkeys(names)),
        tls,
        oauth2=options.get("auth") == "oauth2",
        since=_day(options["since"]) if "since" in options else None,
    )


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in options.items():
        if name not in _KNOWN or not _KNOWN[name].fullmatch(value):
            raise _wrong(f"unknown option {name}={value}", "Known are tls=off, auth=oauth2 and since=YYYY-MM-DD.")
    return options


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(f"since={text} is no day of the calendar") from None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(what: str, fix: str | None = None) -> ConfigError:
    # The URL itself is not shown: somebody may have put the password there.
    return ConfigError(f"fetch: {what}", where=Where("callqa.toml", field="fetch"), fix=fix)
