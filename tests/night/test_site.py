"""The site of the demo centre: whole, private, the same figures as the published file, and fit for every reader."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from flows.site import build
from flows.site.centre import slug
from schemas.config import load_config
from schemas.errors import UsageError
from warehouse.connect import open_published

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def sites(demo_night, tmp_path_factory):
    """The site in both languages."""
    config = load_config(demo_night[0])
    folder = tmp_path_factory.mktemp("site")
    return {language: build(config, folder / language, language).folder for language in ("en", "de")}


class Parts(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids |= {found["id"]} if "id" in found else set()
        self.links += [found["href"]] if tag == "a" else []


def pages(folder):
    return sorted(folder.rglob("*.html"))


def test_every_link_leads_somewhere_and_every_page_can_be_reached(sites):
    folder = sites["en"]
    reached, todo = set(), [folder / "index.html"]
    while todo:
        page = todo.pop()
        if page in reached:
            continue
        reached.add(page)
        parts = Parts(page.read_text(encoding="utf-8"))
        for link in parts.links:
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), f"{page}: {link}"
            assert not anchor or anchor in parts.ids
            todo.append(target)
    assert sorted(reached) == pages(folder)
    assert len(reached) > 40


def test_pages_run_nothing_and_fetch_nothing(sites):
    for page in pages(sites["de"]):
        text = page.read_text(encoding="utf-8")
        tags = Parts(text).tags
        assert "default-src 'none'" in text.partition("<style>")[0], page
        assert not {"script", "iframe", "img", "link", "form", "object", "base"} & {tag for tag, _ in tags}, page
        assert not [found for _, found in tags if any(name.startswith("on") for name in found)], page
        fetched = [
            value for _, found in tags for name, value in found.items() if "//" in (value or "") and name != "xmlns"
        ]
        assert [value for value in fetched if value != "http://www.w3.org/1999/xlink"] == [], page


def test_only_the_owner_may_read_the_pages(sites):
    for path in sites["en"].rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_pages_speak_the_language_asked_for(sites):
    english = (sites["en"] / "index.html").read_text(encoding="utf-8")
    german = (sites["de"] / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in english
    assert "Can these figures be trusted?" in english
    assert '<html lang="de">' in german
    assert "Kann man diesen Zahlen trauen?" in german
    assert "Can these figures" not in german
    assert re.search(r"<b>\d\.\d{3}</b>Datensätze gelesen", german)
    assert re.search(r"<b>\d,\d{3}</b>records read", english)


def test_an_agents_page_has_the_figures_of_the_published_file(sites, demo_night):
    with open_published(load_config(demo_night[0]).published) as connection:
        agents = connection.execute(
            "SELECT agent_id, sum(legs), sum(handle_n) FROM mart.agent_period WHERE period = 'day' GROUP BY ALL"
        ).fetchall()
        lost = connection.execute(
            "SELECT arg_max(question_id, n) FROM (SELECT question_id, count(*) AS n FROM mart.lost_point "
            "WHERE agent_id = 'a06' AND weight > 0 GROUP BY ALL)"
        ).fetchone()
    assert len(agents) == 12
    for agent, legs, handled in agents:
        text = (sites["en"] / "agents" / f"{slug(agent)}.html").read_text(encoding="utf-8")
        assert f"<li><b>{legs:,}</b>contacts handled</li>" in text
        assert f"mean handle time, minutes (n = {handled})" in text
    assert lost[0]


def test_a_figure_of_few_contacts_is_left_out(sites):
    text = (sites["en"] / "agents" / "a08.html").read_text(encoding="utf-8")
    assert "<li><b>–</b>mean handle time" in text


def test_a_workspace_that_shows_teams_only_names_nobody(demo_night, tmp_path):
    copy = tmp_path / "centre"
    shutil.copytree(demo_night[0], copy, ignore=shutil.ignore_patterns("landing", "inbox", "snapshots"))
    toml = (copy / "callqa.toml").read_text(encoding="utf-8")
    (copy / "callqa.toml").write_text(re.sub(r'mode = "agent"', 'mode = "team"', toml), encoding="utf-8")
    config = load_config(copy)
    made = build(config, tmp_path / "site", "en")
    assert not {"agents", "contacts"} & set(made.pages)
    with open_published(config.published) as connection:
        agents = [row[0] for row in connection.execute("SELECT DISTINCT agent_id FROM core.leg_context").fetchall()]
    for page in pages(tmp_path / "site"):
        text = re.sub(r"<(style|svg).*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not [agent for agent in agents if re.search(rf"\b{agent}\b", text)], page


def test_the_next_site_replaces_the_old_one_and_nothing_else_is_touched(demo_night, tmp_path):
    config = load_config(demo_night[0])
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old.txt").write_text("mine")
    with pytest.raises(UsageError, match="not a site of callqa"):
        build(config, tmp_path / "site", "en")
    assert (tmp_path / "site" / "old.txt").read_text() == "mine"
    made = build(config, tmp_path / "other", "en").folder
    (made / "left.html").write_text("of an earlier night")
    build(config, made, "en")
    assert not (made / "left.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "site"]


LOOKED_AT = ("index", "teams/index", "teams/*", "agents/index", "agents/*", "queues/index", "queues/*",
             "policies/index", "policies/*", "runs/index", "quarantine/index", "contacts/*")  # fmt: skip
PROBE = """<script>{axe}</script><script>
axe.run(document, {{resultTypes: ["violations"]}}).then(found => {{
  const said = {{wide: document.documentElement.scrollWidth, inner: window.innerWidth,
    broken: found.violations.map(one => one.id + ": " + one.nodes.slice(0, 3).map(node => node.html.slice(0, 90)))}};
  parent.postMessage(JSON.stringify(said), "*");
}});
</script></body>"""
# A browser's window has a least width, a frame has none.
FRAME = """<iframe src="probe.html" style="width:{width}px;height:900px;border:0"></iframe><pre></pre><script>
addEventListener("message", said => {{ document.querySelector("pre").textContent = said.data; }});</script>"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.parametrize("width", [390, 1440])
def test_pages_are_accessible_fit_the_screen_and_say_nothing_to_the_console(sites, tmp_path, width):
    import axe_core_python

    axe = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    for pattern in LOOKED_AT:
        page = next(
            path for path in sorted(sites["de"].glob(f"{pattern}.html")) if "*" not in pattern or path.stem != "index"
        )
        text = page.read_text(encoding="utf-8")
        quiet = seen(page, width)
        assert "CONSOLE" not in quiet.stderr, (page, quiet.stderr)
        probe = tmp_path / "probe.html"
        without = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
        probe.write_text(without.replace("</body>", PROBE.format(axe=axe)), encoding="utf-8")
        (tmp_path / "frame.html").write_text(FRAME.format(width=width))
        shown = seen(tmp_path / "frame.html", 1600).stdout
        said = json.loads(unescape(re.search(r"<pre>(.*?)</pre>", shown, re.DOTALL).group(1)))
        assert said["broken"] == [], (page, said["broken"])
        assert said["inner"] == width
        assert said["wide"] <= width, (page, said["wide"])


def seen(page, width):
    words = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--window-size={width},900",
        "--virtual-time-budget=8000",
    ]
    words += ["--enable-logging=stderr", "--dump-dom", page.as_uri()]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)


def test_contacts_made_in_several_processes_are_the_same(demo_night, sites, tmp_path, monkeypatch):
    monkeypatch.setattr("flows.site.pages.contacts.ALONE", 3)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    folder = build(load_config(demo_night[0]), tmp_path / "site", "en").folder
    found, known = (
        {page.name: page.read_bytes() for page in (where / "contacts").iterdir()} for where in (folder, sites["en"])
    )
    assert found == known
    assert len(found) > 40
