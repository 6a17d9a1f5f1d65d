"""Serve the nightly flow: every night in time, on the server there is, or on one of our own for as long as we stay."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from flows.prefect_settings import prepare
from schemas.errors import CallqaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemas.config import Config

START_SECONDS = 180


def serve(config: Config, say: Callable[[str], None]) -> None:
    """Register the schedule and stay until told to stop (SIGTERM or Ctrl-C)."""
    prepare(config.data, "INFO")
    configured = "PREFECT_API_URL" in os.environ or "PREFECT_PROFILE" in os.environ
    with _as_configured() if configured else _own_server(config, say):
        from prefect.schedules import Cron
        from prefect.types.entrypoint import EntrypointType

        from flows.nightly import nightly

        when = f"{config.nightly.cron} in {config.site.timezone}"
        say(f"Serving the nights of {config.site.name}: cron {when}. Stop with Ctrl-C.")
        # Prefect's own handler of SIGTERM raises SystemExit.
        with suppress(KeyboardInterrupt, SystemExit):
            nightly.serve(
                name="nightly",
                schedule=Cron(config.nightly.cron, timezone=config.site.timezone, slug="nightly"),
                parameters={"workspace": str(config.root)},
                limit=1,
                global_limit=1,
                print_starting_message=False,
                entrypoint_type=EntrypointType.MODULE_PATH,
            )
    if not configured:
        # Threads of Prefect would wait for the server that has just been stopped; nothing is left for them to do.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


@contextmanager
def _as_configured() -> Iterator[None]:
    yield


@contextmanager
def _own_server(config: Config, say: Callable[[str], None]) -> Iterator[None]:
    """Run a Prefect server on a free port of this machine only, until the context ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    log = config.data / "prefect" / "server.log"
    with log.open("ab") as output:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    signal.signal(signal.SIGTERM, _stop)
    try:
        say(f"Starting a Prefect server on 127.0.0.1:{port} (log: {log}) …")
        _wait(f"http://127.0.0.1:{port}/api/health", server)
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - our own server, an address made above
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise CallqaError("the Prefect server did not start", fix="See its log in data/prefect/server.log.")


def _stop(*_: object) -> None:
    raise KeyboardInterrupt
