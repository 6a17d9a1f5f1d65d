"""A dovecot of our own on loopback: its own folder, an unprivileged user, one password for every account."""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PASSWORD = "geheim-ü"
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
disable_plaintext_auth = no
ssl = {ssl}
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
mail_location = maildir:{home}/mail/%u
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""


def installed():
    """Return dovecot's path. None: it is not here, and cannot be installed.

    Debian's package is installed where we are root and systemd does not run, as in a container: elsewhere installing it
    would start a mail server on the machine's own ports.
    """
    path = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
    if path or os.geteuid() != 0 or not shutil.which("apt-get") or Path("/run/systemd/system").exists():
        return path
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "dovecot-imapd"]):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=200, check=False, env=environment)
    return shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")


def free_ports(count):
    """Return ports that are free now."""
    with contextlib.ExitStack() as stack:
        open_ = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in open_:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in open_]


class Dovecot:
    """A running server; `port` speaks plain IMAP with STARTTLS, `tls_port` TLS from the start."""

    def __init__(self, program):
        # Not below pytest's folder: that one belongs to its user alone, and dovecot runs as another when that is root.
        self.home = Path(tempfile.mkdtemp(prefix="callqa-dovecot-"))
        self.port, self.tls_port = free_ports(2)
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.has_tls = self._certificate()
        text = CONFIG.format(
            home=self.home,
            user=account.pw_name,
            group=subprocess.check_output(["id", "-gn", account.pw_name], text=True).strip(),
            uid=account.pw_uid,
            gid=account.pw_gid,
            port=self.port,
            tls_port=self.tls_port,
            password=PASSWORD,
            ssl="yes" if self.has_tls else "no",
        )
        if not self.has_tls:
            text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("ssl_"))
        (self.home / "dovecot.conf").write_text(text)
        (self.home / "mail").mkdir()
        if os.geteuid() == 0:
            for path in (self.home, *self.home.rglob("*")):
                os.chown(path, account.pw_uid, account.pw_gid)
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        command = [program, "-F", "-c", str(self.home / "dovecot.conf")]
        with (self.home / "out").open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, **who)

    def _certificate(self):
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        command += ["-keyout", str(self.home / "key.pem"), "-out", str(self.home / "cert.pem")]
        return (
            bool(shutil.which("openssl")) and subprocess.run(command, capture_output=True, check=False).returncode == 0
        )

    def wait(self):
        """Return None when it answers within ten seconds, else what it said."""
        until = time.monotonic() + 10
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                imaplib.IMAP4("127.0.0.1", self.port, timeout=2).logout()
                return None
            time.sleep(0.1)
        return (self.home / "out").read_text() + ((self.home / "log").read_text() if self._log() else "")

    def _log(self):
        return (self.home / "log").exists()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)

    @contextlib.contextmanager
    def client(self, user):
        """A logged-in client that may write, for filling mailboxes."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        yield client
        client.logout()

    def add(self, user, *messages, mailbox="INBOX", when='"02-Mar-2026 10:00:05 +0100"'):
        """Put messages into a mailbox, which is made when it is not there."""
        with self.client(user) as client:
            if mailbox != "INBOX":
                client.create(mailbox)
            for message in messages:
                status, told = client.append(mailbox, None, when, message)
                assert status == "OK", told
