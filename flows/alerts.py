"""Tell somebody when a night failed, had problems, or did not come: by webhook or e-mail, without any server of ours.

What is sent names the site, the run, what kind of problem it is and where to look. No file name, no value, no agent.
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from schemas.errors import CallqaError

if TYPE_CHECKING:
    from pathlib import Path

    from flows.status import Status
    from schemas.config import Config

SECONDS = 20
# The same problems are told again after this long: somebody may have missed them.
AGAIN = timedelta(hours=24)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is told to one address is told to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


def kinds(found: Status) -> list[str]:
    """Return in a few words what is wrong, without anything that came from a file."""
    out = []
    if found.last is None or found.last_good is None:
        out.append("no night has been published yet")
    if found.last and found.last.status != "ok":
        out.append(f"the night of {found.last.business_date} ended with {found.last.status}")
    if found.running and found.running.alive is False:
        out.append("a run ended without finishing")
    if any(problem.startswith("no good night since") for problem in found.problems):
        out.append(f"no good night since {found.last_good.business_date if found.last_good else '?'}")
    return out


def alert(config: Config, found: Status, now: datetime) -> list[str]:
    """Send the problems of a status to whom `[alerts]` names. Returns where they went, empty when there was no need.

    What was told is kept in data/alerted.json, so that the same problems are told once a day. Raises CallqaError naming
    the way that failed; what went out by the other one is then kept as told.
    """
    problems = kinds(found)
    path = config.data / "alerted.json"
    if not problems:
        path.unlink(missing_ok=True)
        return []
    if _told(path, problems, now):
        return []
    sent, failed = [], []
    for name, send in (("webhook", _webhook), ("mail", _mail)):
        try:
            sent += [name] if send(config, problems, found) else []
        except (OSError, smtplib.SMTPException, ValueError) as problem:
            failed.append(f"{name}: {type(problem).__name__}: {str(problem).splitlines()[0] if str(problem) else ''}")
    if sent:
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(json.dumps({"problems": problems, "at": now.isoformat()}), encoding="utf-8")
    if failed:
        raise CallqaError(
            f"an alert could not be sent ({'; '.join(failed)})", fix="Check [alerts] and the variables it names."
        )
    return sent


def _told(path: Path, problems: list[str], now: datetime) -> bool:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return bool(told["problems"] == problems and now - datetime.fromisoformat(told["at"]) < AGAIN)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _body(problems: list[str], found: Status) -> dict[str, object]:
    run = found.last.run_id if found.last else None
    return {"site": found.site, "problems": problems, "run_id": run, "look": "callqa status; data/runs/latest.json"}


def _webhook(config: Config, problems: list[str], found: Status) -> bool:
    url = _secret(config.alerts.webhook_env)
    if not url:
        return False
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("the address is no http or https address")
    # `text` is what chat systems show.
    body = _body(problems, found) | {"text": f"callqa, {found.site}: " + "; ".join(problems)}
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        url, json.dumps(body).encode(), {"Content-Type": "application/json", "User-Agent": "callqa"}, method="POST"
    )
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=SECONDS):
            return True
    except urllib.error.HTTPError as problem:
        raise OSError(f"answered {problem.code}") from None


def _mail(config: Config, problems: list[str], found: Status) -> bool:
    if not config.alerts.mail_to:
        return False
    server = urlsplit(_secret(config.alerts.mail_server_env))
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise ValueError(f"{config.alerts.mail_server_env or 'mail_server_env'} is no smtp:// or smtps:// address")
    message = EmailMessage()
    message["Subject"] = f"callqa, {found.site}: {problems[0]}"
    message["From"] = config.alerts.mail_from or config.alerts.mail_to[0]
    message["To"] = ", ".join(config.alerts.mail_to)
    message["Date"] = datetime.now(UTC)
    message.set_content("\n".join(f"{key}: {value}" for key, value in _body(problems, found).items()) + "\n")
    secure = ssl.create_default_context()
    if server.scheme == "smtps":
        session: smtplib.SMTP = smtplib.SMTP_SSL(server.hostname, server.port or 465, timeout=SECONDS, context=secure)
    else:
        session = smtplib.SMTP(server.hostname, server.port or 25, timeout=SECONDS)
    with session:
        session.ehlo()
        if server.scheme == "smtp" and session.has_extn("starttls"):
            session.starttls(context=secure)
        if server.username:
            if server.scheme == "smtp" and not isinstance(session.sock, ssl.SSLSocket):
                raise ValueError("the mail server offers no encryption, and the password is not sent in the clear")
            session.login(unquote(server.username), unquote(server.password or ""))
        session.send_message(message)
    return True


def _secret(name: str) -> str:
    return os.environ.get(name, "") if name else ""
