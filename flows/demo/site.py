"""The demo's workspace: its sources and mappings, and the privacy settings that let agents be shown."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.demo.centre import QUEUES, TIMEZONE, Agent
from flows.demo.mail import DOMAIN, MAILBOXES
from flows.workspace import SAMPLE_MAPPINGS, make_folders, write_config
from schemas.config import Privacy, Queue, Site, Source

PRIVACY = Privacy(
    mode="agent", purpose="Demonstration with synthetic data", agreement_ref="demo", retention_days=30, min_team=5
)
_SYSTEM = "acd"
CALENDAR = Path(__file__).parent / "calendars" / "berlin.yaml"


def make_workspace(path: Path, people: list[Agent]) -> None:
    """Make the folders, copy policies and mappings, write callqa.toml. Raises UsageError for a folder in use."""
    make_folders(path)
    for mapping in sorted(SAMPLE_MAPPINGS.glob("*.yaml")):
        shutil.copyfile(mapping, path / "mappings" / mapping.name)
    (path / "calendars").mkdir()
    shutil.copyfile(CALENDAR, path / "calendars" / CALENDAR.name)
    write_config(path, Site("Demo centre", TIMEZONE), sources(people), PRIVACY, queues())


def queues() -> tuple[Queue, ...]:
    """Return what is promised in each queue: calls within some seconds, mails within opening hours."""
    calls = tuple(Queue(queue.name, service_level_s=queue.answer_within_s) for queue in QUEUES)
    return (*calls, *(Queue(f"mail_{name}", calendar=CALENDAR.stem) for name in MAILBOXES))


def sources(people: list[Agent]) -> tuple[Source, ...]:
    """Return the demo's sources. Calls, legs and transcripts share a system, so that their ids join."""
    return (
        Source("agents", "csv", "agents.csv", mapping="mappings/agents.yaml"),
        Source("calls", "csv", "acd_calls_*.csv", system=_SYSTEM, mapping="mappings/calls.yaml"),
        Source("legs", "jsonl", "acd_legs_*.jsonl", system=_SYSTEM, mapping="mappings/legs.yaml"),
        Source("transcripts", "jsonl", "transcripts_*.jsonl", system=_SYSTEM, mapping="mappings/transcripts.yaml"),
        Source("states", "jsonl", "acd_states_*.jsonl", system=_SYSTEM, mapping="mappings/states.yaml"),
        Source("rota", "csv", "rota_*.csv", mapping="mappings/rota.yaml"),
        Source("survey_calls", "csv", "survey_calls_*.csv", system=_SYSTEM, mapping="mappings/survey_calls.yaml"),
        Source("survey_mails", "csv", "survey_mails_*.csv", system="mail", mapping="mappings/survey_mails.yaml"),
        Source("mail", "mbox", "mail_*.mbox", settings=_mail_settings(people)),
    )


def _mail_settings(people: list[Agent]) -> dict[str, object]:
    return {
        "agent_domains": [DOMAIN],
        "ticket_pattern": r"\[#(D-[0-9]+)\]",
        "queues": {address: f"mail_{name}" for name, address in MAILBOXES.items()},
        "agents": {f"{agent.id}@{DOMAIN}": agent.id for agent in people},
    }
