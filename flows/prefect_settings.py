"""Prefect's settings, made before prefect is imported: quiet, private, and patient with slow machines."""

from __future__ import annotations

import os
from pathlib import Path

DEFAULTS = {
    # The temporary server takes 11 to 17 s to come up on a busy machine; the default patience is shorter.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def prepare(data: Path, logging_level: str) -> None:
    """Set what the user has not set. Without a server of their own, Prefect's files lie in the workspace."""
    for name, value in (DEFAULTS | {"PREFECT_LOGGING_LEVEL": logging_level}).items():
        os.environ.setdefault(name, value)
    if "PREFECT_API_URL" not in os.environ and "PREFECT_PROFILE" not in os.environ:
        home = data / "prefect"
        for folder in (data, home):
            folder.mkdir(exist_ok=True, mode=0o700)
        os.environ.setdefault("PREFECT_HOME", str(home))
