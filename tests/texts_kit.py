"""The texts people read, found where they are written; `python tests/texts_kit.py` puts new ones into the catalogues.

A new text has no translation until somebody writes it; one that is gone is taken out. tests/unit/flows/test_texts.py
says which are missing.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
OPTIONS = {
    "**.html": {
        "trimmed": "true",
        "silent": "false",
        "newstyle_gettext": "true",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
    }
}


def written() -> Catalog:
    """Every text of flows/ that is marked for translation."""
    made = Catalog(charset="utf-8")
    for path, _, message, _, context in extract_from_dir(
        ROOT / "flows", METHODS, OPTIONS, keywords={"_": None, "gettext": None}
    ):
        made.add(message, locations=[(f"flows/{path}", 1)], context=context)
    return made


def catalogues() -> list[Path]:
    return sorted((ROOT / "flows" / "texts").glob("*.po"))


def save(path: Path, catalog: Catalog) -> None:
    """Write a catalogue as it is kept: sorted, without dates and places, so that a change shows only what changed."""
    made = BytesIO()
    write_po(made, catalog, omit_header=True, sort_output=True, no_location=True, width=100)
    head = f'# {catalog.locale} texts of callqa, renewed by tests/texts_kit.py.\nmsgid ""\nmsgstr ""\n'
    head += f'"Language: {catalog.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    path.write_bytes(head.encode() + made.getvalue())


if __name__ == "__main__":
    for path in catalogues():
        catalog = read_po(BytesIO(path.read_bytes()), locale=path.stem)
        catalog.update(written(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        save(path, catalog)
