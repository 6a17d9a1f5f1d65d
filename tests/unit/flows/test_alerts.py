"""Alerts reach a webhook and a mailbox, say nothing of what files hold, and do not repeat themselves."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from flows import alerts
from flows.status import Night, Status
from schemas.config import Alerts, Config, Site
from schemas.errors import CallqaError

NOW = datetime(2026, 4, 1, 6, tzinfo=UTC)
SECRET = "anna.wav refused: customer 0171"


def night(status="failed", error=SECRET):
    return Night("r7", "2026-03-31", status, NOW.isoformat(), 60, {}, {}, 0, {}, error)


def found(last, good=None, problems=(SECRET,)):
    return Status("w", "Demo", last, good, None, {}, [], None, list(problems))


def config(tmp_path, **own):
    return Config(tmp_path, Site("Demo", "Europe/Berlin"), (), alerts=Alerts(**own))


@contextmanager
def webhook(answer=200, location=None):
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answer)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", got
        server.shutdown()


@contextmanager
def mailbox():
    """As much of a mail server as one message needs."""
    got = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    got.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
                if verb == b"QUIT":
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}", got
        server.shutdown()


def test_both_ways_are_told_without_a_word_from_a_file(tmp_path, monkeypatch):
    with webhook() as (url, posted), mailbox() as (server, mailed):
        monkeypatch.setenv("HOOK", url)
        monkeypatch.setenv("SMTP", server)
        own = config(tmp_path, webhook_env="HOOK", mail_to=("ops@example.org",), mail_server_env="SMTP")
        assert alerts.alert(own, found(night()), NOW) == ["webhook", "mail"]
    assert posted[0]["problems"] == ["no night has been published yet", "the night of 2026-03-31 ended with failed"]
    assert posted[0]["run_id"] == "r7"
    assert "Subject: callqa, Demo: no night" in mailed[0]
    assert not any(word in json.dumps(posted) + mailed[0] for word in ("anna", "0171"))


def test_the_same_problem_is_told_once_a_day_another_at_once_and_a_good_night_ends_it(tmp_path, monkeypatch):
    with webhook() as (url, posted):
        monkeypatch.setenv("HOOK", url)
        own = config(tmp_path, webhook_env="HOOK")
        bad, good = found(night(), night("ok", None)), found(night("ok", None), night("ok", None), ())
        assert alerts.alert(own, bad, NOW)
        assert not alerts.alert(own, bad, NOW + timedelta(hours=23))
        assert alerts.alert(own, bad, NOW + timedelta(hours=25))
        silent = found(night("ok", None), night("ok", None), ["no good night since 2026-03-31: one was due"])
        assert alerts.alert(own, silent, NOW + timedelta(hours=25))
        assert not alerts.alert(own, good, NOW + timedelta(hours=26))
        assert alerts.alert(own, bad, NOW + timedelta(hours=27))
    assert [one["problems"][0] for one in posted].count("no good night since 2026-03-31") == 1
    assert len(posted) == 4


@pytest.mark.parametrize(("answer", "location"), [(500, None), (302, "http://127.0.0.1:1/elsewhere")])
def test_a_webhook_that_does_not_take_it_is_an_error_and_is_tried_again(tmp_path, monkeypatch, answer, location):
    with webhook(answer, location) as (url, posted):
        monkeypatch.setenv("HOOK", url)
        own = config(tmp_path, webhook_env="HOOK")
        for _ in range(2):
            with pytest.raises(CallqaError, match=f"webhook: OSError: answered {answer}"):
                alerts.alert(own, found(night()), NOW)
    assert len(posted) == 2


def test_addresses_of_another_kind_are_refused_and_secrets_are_not_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("HOOK", "file:///etc/passwd?token=s3cret")
    with pytest.raises(CallqaError, match="no http or https address") as caught:
        alerts.alert(config(tmp_path, webhook_env="HOOK"), found(night()), NOW)
    assert "s3cret" not in str(caught.value)


def test_a_password_is_not_sent_in_the_clear(tmp_path, monkeypatch):
    with mailbox() as (server, mailed):
        monkeypatch.setenv("SMTP", server.replace("smtp://", "smtp://me:s3cret@"))
        own = config(tmp_path, mail_to=("ops@example.org",), mail_server_env="SMTP")
        with pytest.raises(CallqaError, match="no encryption"):
            alerts.alert(own, found(night()), NOW)
    assert mailed == []


def test_nobody_named_is_nobody_told(tmp_path):
    assert alerts.alert(config(tmp_path), found(night()), NOW) == []
    with pytest.raises(ValueError, match="mail_server_env"):
        Alerts(mail_to=("a@example.org",))
