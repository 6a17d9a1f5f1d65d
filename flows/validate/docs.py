"""Data Docs that need no network and no scripts.

Pages as Great Expectations builds them fetch scripts, styles and pictures from other people's servers, and without
those the first page stays empty. So its pages are stripped to their content, get a style and a policy that forbids the
browser to fetch anything, and the first page is ours.
"""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.landing import private

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.config import Config

SITE = "validation"
INDEX = "index.html"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_ACTIVE = re.compile(
    r"<script\b.*?</script>|<style\b.*?</style>|<link\b[^>]*>|<img\b[^>]*>|<footer\b.*?</footer>|\son\w+=\"[^\"]*\"",
    re.DOTALL | re.IGNORECASE,
)
_STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8881; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem 2rem; }
h1 { font-size: 1.4rem; } h4, h5, h6 { margin: .6rem 0; font-size: 1rem; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
tr.broken td { background: #d332; }
.alert, .card-header { background: var(--soft); padding: .2rem .8rem; border-radius: .3rem; }
.ge-section { margin-top: 1.5rem; }
.breadcrumb, .nav { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; }
.text-danger { color: #d33; } .text-success { color: #2a8; }
.fa-check-circle::before { content: "\\2713"; } .fa-times::before { content: "\\2717"; }
.fa-exclamation-triangle::before { content: "!"; }
.collapse:not(:target), .btn, .card.mb-3 { display: none; }
"""


def site(config: Config) -> dict[str, Any]:
    """Return the settings of the site: it is built in the night's scratch folder."""
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(config.tmp / SITE)},
    }


def build(context: Any, config: Config, rows: Iterable[tuple[str, str, str, int, int]], run_id: str) -> Path:
    """Build all pages aside and let them take the place of the last ones. Returns the first page."""
    built = config.tmp / SITE
    shutil.rmtree(built, ignore_errors=True)
    private(built)
    context.build_data_docs(site_names=[SITE], build_index=False)
    shutil.rmtree(built / "static", ignore_errors=True)
    pages = {path.stem.removeprefix("stage-"): path for path in sorted(built.glob("validations/**/*.html"))}
    for path in built.rglob("*.html"):
        path.write_text(sealed(path.read_text(encoding="utf-8")), encoding="utf-8")
    links = {name: path.relative_to(built).as_posix() for name, path in pages.items()}
    (built / INDEX).write_text(_index(list(rows), links, run_id), encoding="utf-8")
    for path in (built, *built.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    private(config.validation_docs.parent)
    shutil.rmtree(config.validation_docs, ignore_errors=True)
    built.rename(config.validation_docs)
    return config.validation_docs / INDEX


def sealed(page: str) -> str:
    """Return a page without anything that runs or is fetched, and with a policy that forbids both."""
    return _ACTIVE.sub("", page).replace("<head>", f"<head>{_head()}", 1)


def _head() -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>{_STYLE}</style>'


def _index(rows: list[tuple[str, str, str, int, int]], links: dict[str, str], run_id: str) -> str:
    """Return the first page: every table with its rows, then every broken rule."""
    names = list(dict.fromkeys(name for name, *_ in rows))
    tables = "".join(_table_line(name, [row for row in rows if row[0] == name], links.get(name)) for name in names)
    broken = "".join(
        f"<tr class=broken><td>{_link(name, links.get(name))}<td>{html.escape(rule)}<td>{severity}"
        f"<td class=n>{count:,}<td class=n>{count / checked:.2%}"
        for name, rule, severity, checked, count in rows
        if count
    )
    return (
        f"<!DOCTYPE html><html lang=en><head>{_head()}<meta charset=utf-8><title>Validation {html.escape(run_id)}"
        f"</title></head><body><h1>Validation of run {html.escape(run_id)}</h1>"
        "<p>What Great Expectations counted before anything was set aside. "
        "Which records broke a rule stands in <code>ops.quarantine</code>.</p>"
        f"<table><tr><th>table<th class=n>rows<th class=n>rules<th class=n>broken rules</tr>{tables}</table>"
        f"<h4>Broken rules</h4><table><tr><th>table<th>rule<th>severity<th class=n>rows<th class=n>share</tr>"
        f"{broken or '<tr><td colspan=5>none'}</table></body></html>\n"
    )


def _table_line(name: str, rows: list[tuple[str, str, str, int, int]], link: str | None) -> str:
    bad = sum(1 for row in rows if row[4])
    return f"<tr><td>{_link(name, link)}<td class=n>{rows[0][3]:,}<td class=n>{len(rows)}<td class=n>{bad}"


def _link(name: str, link: str | None) -> str:
    return f'<a href="{html.escape(link)}">{html.escape(name)}</a>' if link else html.escape(name)
