"""One exchange read through two of its logs would count every call twice: nothing is published."""

from __future__ import annotations

import pytest
from night_kit import run_night, small_workspace

from schemas.errors import ReconcileError

SOURCES = """
[[sources]]
name = "queue"
format = "queue_log"
files = "queue_log"
system = "pbx"
[[sources]]
name = "records"
format = "asterisk_cdr"
files = "Master.csv"
system = "{system}"
[sources.settings]
timezone = "UTC"
phones = '^PJSIP/(?P<extension>\\d+)-'
"""
QUEUE_LOG = b"""1772445600|1772445600.1|hotline|NONE|ENTERQUEUE||+4930555012|1
1772445610|1772445600.1|hotline|PJSIP/21|CONNECT|10|1772445605.2|5
1772445670|1772445600.1|hotline|PJSIP/21|COMPLETECALLER|10|60|1
"""
RECORDS = (
    b'"","+4930555012","600","in","","PJSIP/trunk-0a","PJSIP/21-0b","Queue","hotline","2026-03-02 10:00:00",'
    b'"2026-03-02 10:00:00","2026-03-02 10:01:10",70,70,"ANSWERED","DOCUMENTATION","1772445600.1",""\n'
)
FILES = {"queue_log": QUEUE_LOG, "Master.csv": RECORDS}


def test_the_same_ids_from_two_logs_stop_the_night_and_name_the_sources(tmp_path):
    workspace = small_workspace(tmp_path / "site", SOURCES.format(system="pbx"), FILES, {})
    with pytest.raises(ReconcileError, match=r"unique_ids \(interactions of queue and records\)"):
        run_night(workspace)


def test_two_systems_of_their_own_are_published(tmp_path):
    workspace = small_workspace(tmp_path / "site", SOURCES.format(system="cdr"), FILES, {})
    assert run_night(workspace).status == "ok"
