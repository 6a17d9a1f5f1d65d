"""Read bytes as mbox or eml, as the sandbox would, and keep the books."""

from __future__ import annotations

from flows.reading.contract import SourceFile
from flows.sources import eml, mbox
from schemas.errors import Where

BASE = {"agent_domains": ["firma.example"], "queues": {"help@firma.example": "support"}}
HEAD = (
    b"From: k@example.org\nTo: help@firma.example\nDate: Mon, 2 Mar 2026 10:00:00 +0100\nMessage-ID: <a@example.org>\n"
)
FROM = b"From k@example.org Mon Mar  2 10:00:00 2026\n"


def where(key):
    return Where("callqa.toml", field=key)


def read(folder, content, module=eml, **settings):
    """Return (rows, rejects) of a file with this content; every record must be one or the other."""
    path = folder / "input"
    path.write_bytes(content)
    file = SourceFile(path, "mail.mbox", "file1", "mail", "m", "Europe/Berlin")
    rows, refused, read_ = [], [], 0
    for chunk in module.read(file, module.settings(BASE | settings, where)):
        read_ += chunk.read
        assert chunk.ignored == 0
        rows += [row for batch in chunk.tables.get("message", []) for row in batch.to_pylist()]
        refused += chunk.rejects.to_pylist() if chunk.rejects else []
    numbers = [row["record_no"] for row in rows + refused]
    assert sorted(numbers) == list(range(1, read_ + 1))
    return rows, refused


def one(folder, content, **settings):
    """Return the row of one message."""
    rows, refused = read(folder, content, **settings)
    assert refused == []
    return rows[0]


def reject(folder, content, module=eml, **settings):
    """Return (rule, field) of the only reject."""
    rows, refused = read(folder, content, module, **settings)
    assert rows == []
    return [(row["rule"], row["field"]) for row in refused]


def mbox_rows(folder, content, **settings):
    return read(folder, content, mbox, **settings)
