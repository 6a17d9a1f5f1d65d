"""Talk sheets of the demo centre: the planted agents are found, the unlucky one is not, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from datetime import date
from html.parser import HTMLParser

import openpyxl
import pytest
from night_kit import query, run_night
from typer.testing import CliRunner

from flows.cli import app
from flows.demo import make_demo
from flows.write.pdf import renderer
from schemas.errors import CallqaError

DAY = date(2026, 3, 31)


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def sheet(path, *words, form="csv"):
    made = call("export", "coaching", "-w", path, "-o", "-", "--format", form, *words)
    assert made.exit_code == 0, made.stderr
    return made.stdout


def rows(path, *words):
    return list(csv.DictReader(io.StringIO(sheet(path, *words, "--raw"))))


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """Four weeks of the demo centre after their night."""
    path = tmp_path_factory.mktemp("month") / "centre"
    make_demo(path, days=28)
    run_night(path, DAY)
    return path


@pytest.mark.slow
def test_what_was_planted_is_found_and_nobody_else_is_accused(month):
    truth = io.StringIO((month / "truth" / "planted.csv").read_text(encoding="utf-8"))
    planted = {row["agent_id"]: row for row in csv.DictReader(truth)}
    signals = {row[0]: row for row in query(month, "SELECT agent_id, signal, behind, long FROM mart.agent_signal")}
    for agent, (_, signal, behind, long) in signals.items():
        expected = planted.get(agent, {"expected": "", "questions": ""})
        questions = {subject.partition(".")[2] for subject in behind} - {""}
        if expected["expected"] == "coach":
            assert signal == "coach"
            assert set(expected["questions"].split()) <= questions, agent
        elif expected["expected"] == "long handle time":
            assert long == ["handle_s"]
        elif expected["expected"] == "praise":
            assert signal == "praise"
        else:
            assert (signal, behind) != ("coach", []), agent
            assert not questions, agent
    assert signals["a08"][1] == "no_signal"
    found = dict(query(month, "SELECT subject, finding FROM mart.coaching_effect WHERE agent_id = 'a11'"))
    assert found["voice_de.recap"] == "above"


@pytest.mark.slow
def test_the_unlucky_agents_sheet_says_so_in_words(month):
    text = sheet(month, "--agent", "a08", form="html")
    assert "No signal: what differs from colleagues is chance" in text
    assert "Kein Signal" in sheet(month, "--agent", "a08", "--lang", "de", form="html")


@pytest.mark.slow
def test_a_sheet_fits_on_a_page_of_paper(month):
    try:
        render = renderer()
    except CallqaError:
        pytest.skip("no Pango")
    document = render(string=sheet(month, "--all", form="html")).render()
    assert len(document.pages) == len(rows_of_agents(month))


def rows_of_agents(path):
    return query(path, "SELECT DISTINCT agent_id FROM mart.agent_signal")


def test_the_weak_agent_is_told_the_right_questions_with_two_quotes_each(demo_night):
    found = rows(demo_night[0], "--agent", "a07")
    assert {row["agent_id"] for row in found} == {"a07"}
    assert found[0]["finding"] == "coach"
    behind = {row["subject"] for row in found if row["finding"] == "behind"}
    assert {"voice_de.identity_check", "voice_de.recap"} <= behind
    lost = [row for row in found if row["section"] == "lost"]
    quotes = [row for row in found if row["section"] == "quote"]
    assert [row["rank"] for row in lost] == ["1", "2", "3"]
    assert sorted(row["rank"] for row in quotes) == ["1", "1", "2", "2", "3", "3"]
    assert all(row["leg_id"] and row["text"] for row in quotes)
    answers = "SELECT outcome FROM qa.answer WHERE leg_id = ? AND policy_id = ? AND question_id = ?"
    for row in quotes:
        assert query(demo_night[0], answers, row["leg_id"], row["policy_id"], row["question_id"]) == [("fail",)]
    (praise,) = [row for row in found if row["section"] == "praise"]
    assert float(praise["value"]) == max(
        row[0]
        for row in query(demo_night[0], "SELECT final FROM qa.score WHERE agent_id = 'a07' AND final IS NOT NULL")
    )


def test_html_and_markdown_say_the_same_and_nothing_runs(demo_night):
    page, plain = (sheet(demo_night[0], "--agent", "a07", form=form) for form in ("html", "md"))
    tags = []

    class Parts(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.append((tag, dict(attrs)))

    Parts().feed(page)
    assert not {"script", "link", "img", "iframe", "form"} & {tag for tag, _ in tags}
    assert not [found for _, found in tags if any(name.startswith("on") for name in found)]
    for text in (page, plain):
        for wanted in ("There is something to coach", "Agreed today", "Purpose: Demonstration", "To be deleted by"):
            assert wanted in text
    assert plain.count("\n> ") == 6


def test_a_hostile_text_stays_text_in_every_document(demo_night, tmp_path, monkeypatch):
    import pyarrow as pa

    from flows.documents import html, markdown
    from flows.export import HOME
    from flows.write import Sheet

    path = tmp_path / "rows.csv"
    names = list(rows(demo_night[0], "--agent", "a07")[0])
    evil = "<script>alert(1)</script>[x](javascript:1)\u202e\x1b[2J|`*"
    base = dict.fromkeys(names) | {"agent_id": evil, "team": evil, "section": "coaching", "rank": 1, "subject": evil}
    row = base | {"text": evil, "note": evil, "on_date": DAY, "finding": evil}
    made = Sheet(
        "t",
        tuple((name, evil) for name in ("Site", "Purpose", "Agreement", "Delete by", "Known as of")),
        template=HOME / "coaching.html",
        since=DAY,
        until=DAY,
    )
    table = pa.Table.from_pylist([row])
    assert not path.exists()
    for text in (html(table.to_reader(), made)[0], markdown(table.to_reader(), made, HOME / "coaching.md")[0]):
        assert "<script>alert" not in text
        assert not re.search("[\x1b\u202e]", text)
        assert "[x](javascript" not in text or text.startswith("<!doctype")


def test_xlsx_has_types_a_filter_and_a_chart(demo_night, tmp_path):
    made = call("export", "coaching", "-w", demo_night[0], "--agent", "a07", "-f", "xlsx", "-o", tmp_path / "a.xlsx")
    assert made.exit_code == 0, made.stderr
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Rows", "Chart", "About"]
    assert (book["Rows"].freeze_panes, len(book["Chart"]._charts)) == ("A2", 1)
    assert book["Rows"].auto_filter.ref
    header = [cell.value for cell in book["Rows"][1]]
    values = {type(row[header.index("value")].value) for row in book["Rows"].iter_rows(min_row=2)}
    assert values <= {float, int, type(None)}


def test_pdf_is_a_pdf(demo_night, tmp_path):
    try:
        renderer()
    except CallqaError:
        pytest.skip("no Pango")
    made = call("export", "coaching", "-w", demo_night[0], "--agent", "a07", "-f", "pdf", "-o", tmp_path / "a.pdf")
    assert made.exit_code == 0, made.stderr
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_without_pango_the_error_says_what_to_install(monkeypatch):
    import builtins

    kept = builtins.__import__

    def refuse(name, *words, **more):
        if name == "weasyprint":
            raise OSError("cannot load library")
        return kept(name, *words, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(CallqaError, match=r"Pango, which is not there.*libpango"):
        renderer()


def test_a_team_all_agents_and_a_week_can_be_asked_for(demo_night):
    team = {row["agent_id"] for row in rows(demo_night[0], "--team", "Nord")}
    everybody = {row["agent_id"] for row in rows(demo_night[0], "--all")}
    assert team < everybody
    weeks = {row["on_date"] for row in rows(demo_night[0], "--all", "--week", "2026-W14") if row["section"] == "change"}
    assert weeks == {"2026-03-30"}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "whose coaching.*--agent, --team and --all"),
        (["--agent", "a07", "--all"], "whose coaching"),
        (["--agent", "a77"], "no such agent: found 'a77'.*Did you mean 'a07'"),
        (["--team", "Sud"], "no such team: found 'Sud'.*Did you mean 'Süd'"),
        (["--agent", "a07", "--lang", "xx"], "no such language"),
        (["--agent", "a07", "--week", "2026-14"], "YYYY-Www"),
        (["--agent", "a07", "--week", "2026-W14", "--since", "2026-03-01"], "--week names the days"),
    ],
)
def test_a_mistake_says_what_was_meant(demo_night, words, problem):
    made = call("export", "coaching", "-w", demo_night[0], *words)
    assert made.exit_code == 2
    assert re.search(problem, made.stderr), made.stderr


def test_other_exports_know_no_single_agents(demo_night):
    made = call("export", "scores", "-w", demo_night[0], "--agent", "a07")
    assert made.exit_code == 2
    assert "not made for single people" in made.stderr


def test_where_only_teams_are_shown_there_are_no_sheets_and_no_log(demo_night, tmp_path):
    path = tmp_path / "centre"
    shutil.copytree(demo_night[0], path)
    text = (path / "callqa.toml").read_text()
    (path / "callqa.toml").write_text(text.replace('mode = "agent"', 'mode = "team"'))
    for words in (["export", "coaching", "--all"], ["coaching", "list"], ["coaching", "effect"]):
        made = call(*words, "-w", path)
        assert made.exit_code == 1
        assert "teams only" in made.stderr


def test_a_coaching_is_entered_done_and_followed(demo_night, tmp_path):
    path = tmp_path / "centre"
    shutil.copytree(demo_night[0], path)
    add = ["coaching", "add", "--agent", "a07", "--by", "lead1", "-w", path]
    about = ["--question", "recap", "--on", "2026-03-29", "--action", "Sum up"]
    assert call(*add, *about, "--id", "K-1", "--due", "2026-04-12").stdout == "K-1\n"
    for words, problem in (
        ([*about, "--id", "K-1"], "the id is taken"),
        ([*about, "--agent", "a99"], "no such agent"),
        (["--on", "2026-03-29", "--action", "x", "--question", "recup"], "no such question.*'recap'"),
        ([*about, "--metric", "handle_s"], "about a metric or about a policy"),
        ([*about, "--due", "2026-03-01"], "before the talk"),
        (["--on", "29.3.", "--action", "x"], "YYYY-MM-DD"),
    ):
        made = call(*add, *words)
        assert made.exit_code == 2
        assert re.search(problem, made.stderr), made.stderr
    waiting = json.loads(call("coaching", "list", "--agent", "a07", "-w", path, "--json").stdout)
    assert [(row["coaching_id"], row["is_waiting"]) for row in waiting] == [("K-1", True)]
    assert (
        call("coaching", "done", "K-1", "--by", "lead1", "--note", "twice", "--on", "2026-03-31", "-w", path).exit_code
        == 0
    )
    run_night(path, DAY)
    assert query(path, "SELECT done_by, note FROM core.coaching WHERE coaching_id = 'K-1'") == [("lead1", "twice")]
    effects = query(path, "SELECT subject, finding FROM mart.coaching_effect WHERE coaching_id = 'K-1'")
    assert ("voice_de.recap", "too_few") in effects
    assert "K-1" not in call("coaching", "list", "--open", "-w", path).stdout
    assert "voice_de.recap" in call("coaching", "effect", "-w", path).stdout
    agreed = [row for row in rows(path, "--agent", "a07") if row["section"] == "coaching"]
    assert {(row["text"], row["note"]) for row in agreed} == {("Sum up", "due 2026-04-12, done 2026-03-31, twice")}
