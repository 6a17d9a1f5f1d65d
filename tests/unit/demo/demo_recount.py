"""Counts the demo's files again with the standard library alone: no code of the generator, none of the readers."""

import csv
import json
import mailbox
from collections import Counter, defaultdict
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime
from io import StringIO
from pathlib import Path
from re import search
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
OUTCOMES = {"angenommen", "aufgelegt", "Überlauf"}


def rows(path):
    """Return a CSV file of the truth as dicts."""
    with Path(path).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def instant(day, clock):
    """Return a local date and time as an instant; None for nothing. Raises ValueError for a time that never was."""
    if not day:
        return None
    local = datetime.strptime(f"{day} {clock}", "%d.%m.%Y %H:%M:%S")
    aware = local.replace(tzinfo=BERLIN)
    if aware.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) != local:
        raise ValueError("in the gap")
    return aware


def calls(inbox):
    """Return (the newest usable version of every call by id, broken (file, record number))."""
    newest, broken = {}, set()
    for path in sorted(inbox.glob("acd_calls_????-??-??.csv")):
        header, *lines = path.read_bytes().split(b"\r\n")[:-1]
        names = header.decode("cp1252").split(";")
        for number, line in enumerate(lines, start=1):
            if line:
                row = usable_call(names, line)
                if row is None:
                    broken.add((path.name, number))
                elif row["id"] not in newest or row["changed"] >= newest[row["id"]]["changed"]:
                    newest[row["id"]] = row
    return newest, broken


def usable_call(names, line):
    """Return one row, read; None when anything in it is wrong."""
    try:
        fields = next(csv.reader(StringIO(line.decode("cp1252")), delimiter=";"))
        row = dict(zip(names, fields, strict=True))
        began, answered, ended, changed = (
            instant(row[f"{word}datum" if word else "Datum"], row[clock])
            for word, clock in (
                ("", "Beginn"),
                ("Annahme", "Annahme"),
                ("End", "Ende"),
                ("Änderungs", "Änderungszeit"),
            )
        )
    except (UnicodeDecodeError, ValueError):
        return None
    if row["Ergebnis"] not in OUTCOMES or ended < began or (answered and not began <= answered <= ended):
        return None
    resolved = {"Ja": True, "Nein": False, "": None}[row["Gelöst"]]
    return {
        "id": row["Vorgang"],
        "began": began,
        "answered": answered,
        "ended": ended,
        "changed": changed,
        "outcome": row["Ergebnis"],
        "resolved": resolved,
        "wait": row["Wartezeit"],
        "phone": row["Rufnummer"],
    }


def legs(inbox):
    """Return (usable legs by (call, number), broken (file, record number))."""
    good, broken = {}, set()
    for path in sorted(inbox.glob("acd_legs_*.jsonl")):
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            try:
                leg = json.loads(line)
                for name in ("offered", "answered", "ended", "completed"):
                    leg[name] = leg[name] and datetime.fromisoformat(leg[name])
                durations = [
                    leg[name] for name in ("ring_ms", "talk_ms", "hold_ms", "wrap_ms") if leg[name] is not None
                ]
                assert leg["agent"]
                assert all(value >= 0 for value in durations)
                assert leg["ended"] >= leg["offered"]
            except (ValueError, TypeError, AssertionError):
                broken.add((path.name, number))
                continue
            good[leg["call"], leg["leg"]] = leg
    return good, broken


def transcripts(inbox):
    """Return (usable transcripts by call, broken (file, record number))."""
    good, broken = {}, set()
    for path in sorted(inbox.glob("transcripts_*.jsonl")):
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            try:
                record = json.loads(line)
                assert all(turn["who"] in ("Agent", "Kunde", "Customer") for turn in record["turns"])
                assert all(turn["to"] >= turn["from"] for turn in record["turns"])
            except (ValueError, AssertionError):
                broken.add((path.name, number))
                continue
            good[record["call"]] = record["turns"]
    return good, broken


def mails(inbox):
    """Return (mails by Message-ID, broken (file, record number))."""
    good, broken = {}, set()
    for path in sorted(inbox.glob("mail_*.mbox")):
        with closing(mailbox.mbox(path, create=False)) as box:
            messages = list(box)
        for number, mail in enumerate(messages, start=1):
            sender = parseaddr(mail["From"] or "")[1]
            if not sender:
                broken.add((path.name, number))
                continue
            subject = str(make_header(decode_header(mail["Subject"])))
            ticket = search(r"\[#(D-\d+)\]", subject)
            good[mail["Message-ID"]] = {
                "sender": sender,
                "agent": (parseaddr(mail["Sender"] or "")[1] or sender).partition("@")[0],
                "ours": sender.endswith("@demo.example.org"),
                "machine": mail["Auto-Submitted"] is not None or mail.get_content_type() == "multipart/report",
                "sent": parsedate_to_datetime(mail["Date"]),
                "subject": subject,
                "ticket": ticket and ticket.group(1),
                "root": (mail["References"] or mail["Message-ID"]).split()[0],
            }
    return good, broken


def threads(found):
    """Return mails by thread: joined by the first reference, then by ticket."""
    by_root = defaultdict(list)
    for message_id, mail in found.items():
        by_root[mail["root"]].append(mail | {"id": message_id})
    by_ticket = defaultdict(list)
    for root, group in by_root.items():
        ticket = next((mail["ticket"] for mail in group if mail["ticket"]), None)
        by_ticket[ticket or root] += group
    return [sorted(group, key=lambda mail: mail["sent"]) for group in by_ticket.values()]


def agent_days(inbox):
    """Return {(agent, day): counts} under the names of truth/agent_day.csv."""
    found = defaultdict(Counter)
    good_legs, known_calls = legs(inbox)[0], calls(inbox)[0]
    for leg in good_legs.values():
        if leg["result"] != "HANDLED":
            found[leg["agent"], leg["offered"].astimezone(BERLIN).date()]["missed_legs"] += 1
            continue
        day = found[leg["agent"], (leg["completed"] or leg["ended"]).astimezone(BERLIN).date()]
        day["handled_legs"] += 1
        if None not in (leg["talk_ms"], leg["hold_ms"], leg["wrap_ms"]):
            day["legs_with_handle_time"] += 1
            day["handle_ms"] += leg["talk_ms"] + leg["hold_ms"] + leg["wrap_ms"]
    handled = sorted(key for key, leg in good_legs.items() if leg["result"] == "HANDLED")
    last = {call: good_legs[call, number]["agent"] for call, number in handled}
    for call in known_calls.values():
        if call["outcome"] == "angenommen" and call["id"] in last:
            what = {True: "resolved", False: "unresolved", None: "unknown"}[call["resolved"]]
            found[last[call["id"]], call["ended"].date()][what] += 1
    count_threads(threads(mails(inbox)[0]), found)
    return found


def count_threads(groups, found):
    """Add what the threads say to the agents' days."""
    for group in groups:
        asked = group[0]
        answers = [mail for mail in group if mail["ours"] and not mail["machine"]]
        agents = list(dict.fromkeys(mail["agent"] for mail in answers))
        for agent in agents:
            sent = max(mail["sent"] for mail in answers if mail["agent"] == agent)
            found[agent, sent.astimezone(BERLIN).date()]["mail_legs"] += 1
        if answers:
            first = found[answers[0]["agent"], asked["sent"].astimezone(BERLIN).date()]
            first["first_responses"] += 1
            first["first_response_s"] += int((answers[0]["sent"] - asked["sent"]) / timedelta(seconds=1))
            found[agents[-1], group[-1]["sent"].astimezone(BERLIN).date()]["mail_threads"] += 1


def broken_states(inbox):
    """Return (file, record number) of the agents' intervals that are unusable."""
    broken = set()
    for path in sorted(inbox.glob("acd_states_*.jsonl")):
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            try:
                state = json.loads(line)
                assert state["state"] in {"LOGIN", "AVAILABLE", "ON_CONTACT", "WRAP_UP", "PAUSE"}
                assert datetime.fromisoformat(state["to"]) >= datetime.fromisoformat(state["from"])
            except (ValueError, AssertionError):
                broken.add((path.name, number))
    return broken


def broken_rows(inbox):
    """Return (file, record number) of the rows of rota and surveys that are unusable."""
    broken = set()
    for path in sorted([*inbox.glob("rota_*.csv"), *inbox.glob("survey_*.csv")]):
        header, *lines = path.read_text(encoding="cp1252").splitlines()
        for number, line in enumerate(lines, start=1):
            fields = next(csv.reader([line], delimiter=";"))
            try:
                assert len(fields) == len(header.split(";"))
                if path.name.startswith("rota"):
                    for text in fields[1:3]:
                        datetime.strptime(text, "%d.%m.%Y %H:%M")
                    assert fields[3] in {"Dienst", "Pause", "Besprechung"}
                else:
                    assert not fields[3] or datetime.strptime(fields[3], "%d.%m.%Y %H:%M:%S")
                    assert all(text.isdigit() for text in fields[4:6] if text)
            except (ValueError, AssertionError):
                broken.add((path.name, number))
    return broken
