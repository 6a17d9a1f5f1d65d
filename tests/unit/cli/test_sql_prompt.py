"""What a newcomer types at `callqa sql`: dots, slips of the pen, Ctrl-C."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest
from published_kit import publish, workspace
from typer.testing import CliRunner

from flows.cli import app


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    path = workspace(tmp_path_factory.mktemp("prompt") / "w")
    publish(path)
    return path


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_tables_are_listed_by_a_word_and_described_also_without_the_prompt(centre):
    listed = call("sql", ".tables score", "-w", centre, "-f", "csv").stdout
    assert listed.splitlines()[0] == '"table","comment"'
    assert '"qa.score"' in listed
    assert "qa.answer" not in listed
    described = call("sql", "-c", ".describe qa.score", "-w", centre, "-f", "csv").stdout
    assert '"leg_id","VARCHAR"' in described


def test_a_table_that_is_not_there_is_answered_with_the_nearest(centre):
    result = call("sql", ".describe qa.scor", "-w", centre)
    assert result.exit_code == 2
    assert "Did you mean 'qa.score'?" in result.stderr
    assert ".tables lists them." in call("sql", ".describe", "-w", centre).stderr


def read_until(master, wanted, shown="", seconds=150):
    end = time.monotonic() + seconds
    while wanted not in shown and time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            shown += os.read(master, 65536).decode(errors="replace")
    assert wanted in shown, shown
    return shown


def interrupt_until(child, master, wanted):
    """Press Ctrl-C until it is seen: one that comes between a prompt's last byte and its wait waits for a key."""
    shown = ""
    for _ in range(30):
        child.send_signal(signal.SIGINT)
        end = time.monotonic() + 5
        while wanted not in shown and time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                shown += os.read(master, 65536).decode(errors="replace")
        if wanted in shown:
            return
    raise AssertionError(shown)


@pytest.mark.slow
def test_control_c_drops_a_line_and_stops_a_query_but_not_the_prompt(centre):
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import app; app()", "sql", "-w", str(centre)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=os.environ | {"TERM": "dumb", "COLUMNS": "100"},
    )
    os.close(slave)
    try:
        read_until(master, "callqa> ")
        os.write(master, b"SELECT 1 +\n")
        read_until(master, "...> ")
        time.sleep(0.5)
        interrupt_until(child, master, "callqa> ")
        os.write(master, b"SELECT count(*) AS many FROM range(1000000000000) AS t(i) WHERE i % 7 = 3;\n")
        read_until(master, "= 3;")
        time.sleep(1)
        interrupt_until(child, master, "Stopped.")
        os.write(master, b"SELECT 40 + 2 AS sum;\n")
        read_until(master, "42")
        os.write(master, b".quit\n")
        assert child.wait(timeout=30) == 0
    finally:
        child.kill()
        child.wait()
        os.close(master)
