"""Every writer gives back what it got, and nothing in its files runs."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from unittest import mock
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from flows.cells import TRIGGER, guard, restore
from flows.write import Sheet, formats, writer
from schemas.errors import CallqaError, UsageError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED = "xl/sharedStrings.xml"
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org","x")',
    " =1",
    "\u200b=1",
    "\ufeff=1",
    "'=1",
    "'",
    '";=1',
    "https://example.org/",
    "mailto:a@example.org",
    "internal:Rows!A1",
    "{=1}",
    "_x000D_",
    "\x07bell",
]
# The one column a format is for.
ONLY = {"vcon": "vcon"}
TEXTS = [*FORMULAS, "", "plain", 'quote " and, comma', "two\nlines", "ü ß 漢 🙂", "a|b", "<b>", "1e5", "0123", " edge "]


def written(name, table, **sheet):
    sink = io.BytesIO()
    writer(name).write(table.to_reader(), sink, Sheet(**sheet))
    return sink.getvalue()


def texts(values=TEXTS):
    return pa.table({"text": pa.array(values, pa.string())})


def xlsx_column(content, sheet="Rows"):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [row[0] for row in book[sheet].iter_rows(min_row=2)]


def test_every_file_in_the_folder_is_a_writer_with_its_contract():
    assert {"csv", "xlsx", "parquet", "json", "jsonl", "md", "html", "pdf", "table"} <= set(formats())
    for name in formats():
        assert isinstance(writer(name).BINARY, bool)
        assert isinstance(writer(name).CARRIES_ABOUT, bool)


def test_an_unknown_format_names_the_nearest():
    with pytest.raises(UsageError, match="Did you mean 'xlsx'"):
        writer("xslx")


@pytest.mark.parametrize("name", formats())
def test_no_rows_are_written_as_such(name):
    rows = texts([]).rename_columns([ONLY.get(name, "text")])
    assert isinstance(written(name, rows), bytes)


def test_raw_csv_reads_back_equal():
    rows = list(csv.reader(io.StringIO(written("csv", texts(), raw=True).decode(), newline="")))
    assert [row[0] for row in rows[1:]] == TEXTS


def test_guarded_csv_has_no_text_a_spreadsheet_runs_and_restores_exactly():
    rows = list(csv.reader(io.StringIO(written("csv", texts()).decode(), newline="")))
    cells = [row[0] for row in rows[1:]]
    assert not [cell for cell in cells if re.match(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]", cell)]
    assert [restore(cell) for cell in cells] == TEXTS


def test_the_header_of_a_csv_is_guarded_too():
    assert written("csv", pa.table({"=1+1": [1]})).startswith(b'"\'=1+1"')


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
@settings(deadline=None)
def test_guarding_can_always_be_undone_and_leaves_no_trigger(values):
    values = [value.encode("utf-8", "ignore").decode() for value in values]
    safe = guard(pa.array(values, pa.string()))
    assert [restore(text) for text in safe.to_pylist()] == values
    hits = pc.match_substring_regex(safe, TRIGGER.replace("'", "")).to_pylist()
    assert not any(hits)


def test_null_and_empty_text_differ_in_csv_and_null_stays_null_elsewhere():
    table = pa.table({"text": pa.array([None, ""], pa.string()), "n": pa.array([None, 0], pa.int64())})
    assert written("csv", table).decode().splitlines()[1:] == [",", '"",0']
    assert json.loads(written("json", table)) == [{"text": None, "n": None}, {"text": "", "n": 0}]
    assert pq.read_table(io.BytesIO(written("parquet", table))).to_pylist() == table.to_pylist()
    assert "–" in written("table", table).decode()
    assert "| – | – |" in written("md", table).decode()


def test_numbers_stay_numbers_in_csv_even_when_negative():
    table = pa.table({"a": [-1.5], "b": pa.array([Decimal("-0.100")], pa.decimal128(12, 3)), "c": [-3]})
    assert written("csv", table).decode().splitlines()[1] == "-1.5,-0.100,-3"


def test_times_in_csv_carry_their_offset():
    table = pa.table({"at": pa.array([datetime(2026, 3, 1, 8, 0, 0, 500000, UTC)], pa.timestamp("us", "UTC"))})
    assert written("csv", table).decode().splitlines()[1] == '"2026-03-01T08:00:00.500000Z"'


def xlsx_texts(content):
    """The texts of column A as the format means them; openpyxl mixes up its escapes with the text's own."""
    with ZipFile(io.BytesIO(content)) as parts:
        shared = ElementTree.fromstring(parts.read("xl/sharedStrings.xml")) if SHARED in parts.namelist() else []
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    known = ["".join(item.itertext()) for item in shared]
    cells = [row[0] for row in sheet.iter(f"{{{MAIN}}}row")][1:]
    found = ["".join(cell.itertext()) for cell in cells]
    return [unescape(known[int(t)] if c.get("t") == "s" else t) for c, t in zip(cells, found, strict=True)]


@pytest.mark.parametrize("through_files", [False, True])
def test_xlsx_reads_back_equal_and_holds_no_formula_and_no_link(tmp_path, through_files):
    content = written("xlsx", texts(), scratch=tmp_path if through_files else None)
    assert xlsx_texts(content) == TEXTS
    assert {cell.data_type for cell in xlsx_column(content)} <= {"s", "inlineStr"}
    with ZipFile(io.BytesIO(content)) as parts:
        xml = "".join(parts.read(name).decode() for name in parts.namelist())
    assert not re.search(r"<f[ >]|<hyperlink|TargetMode=\"External\"", xml)


def test_xlsx_keeps_types_and_makes_texts_of_what_excel_would_change():
    table = pa.table(
        {
            "day": pa.array([date(2026, 3, 1), date(1850, 1, 1)]),
            "at": pa.array([datetime(2026, 3, 1, 8, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
            "exact": pa.array([Decimal("12.345"), Decimal("-0.001")], pa.decimal128(12, 3)),
            "long": pa.array([12345678901234567, 5], pa.int64()),
            "share": [0.25, float("nan")],
            "yes": [True, False],
        }
    )
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", table)))
    rows = [[cell.value for cell in row] for row in book["Rows"].iter_rows(min_row=2)]
    assert rows[0] == [datetime(2026, 3, 1), datetime(2026, 3, 1, 8), 12.345, "12345678901234567", 0.25, True]
    assert rows[1] == ["1850-01-01", None, -0.001, 5, "nan", False]
    assert book["Rows"].freeze_panes == "A2"
    assert book["Rows"].auto_filter.ref == "A1:F3"


def test_xlsx_says_what_the_rows_are_on_its_own_sheet(tmp_path):
    content = written(
        "xlsx", texts(["x"]), title="T", about=(("Purpose", "=1+1"),), columns={"text": "Words."}, scratch=tmp_path
    )
    about = openpyxl.load_workbook(io.BytesIO(content))["About"]
    assert [[cell.value for cell in row] for row in about.iter_rows()] == [
        ["Title", "T"],
        ["Purpose", "=1+1"],
        ["Columns", mock.ANY],
        ["text", "Words."],
    ]
    assert about["B2"].data_type == "s"
    assert not list(tmp_path.iterdir())


def test_a_text_too_long_for_a_cell_is_an_error_and_not_cut():
    with pytest.raises(CallqaError, match="row 1, column text has 32,768"):
        written("xlsx", texts(["x" * 32_768]))
    assert len(xlsx_column(written("xlsx", texts(["x" * 32_767])))[0].value) == 32_767


def test_more_rows_than_a_sheet_holds_are_an_error(monkeypatch):
    monkeypatch.setattr("flows.write.xlsx.MAX_ROWS", 3)
    assert len(xlsx_column(written("xlsx", texts(["a", "b"])))) == 2
    with pytest.raises(CallqaError, match="a sheet holds 2 rows"):
        written("xlsx", texts(["a", "b", "c"]))


def test_parquet_keeps_types_and_describes_its_columns():
    table = pa.table({"s": pa.array([Decimal("1.500")], pa.decimal128(12, 3)), "d": [date(2026, 1, 1)]})
    back = pq.read_table(io.BytesIO(written("parquet", table, columns={"s": "Seconds."}, about=(("Purpose", "x"),))))
    assert back.to_pylist() == table.to_pylist()
    assert back.schema.types == table.schema.types
    assert back.schema.field("s").metadata[b"description"] == b"Seconds."
    assert back.schema.metadata[b"Purpose"] == b"x"


def test_json_keeps_exact_numbers_and_whole_ones_beyond_64_bits():
    table = pa.table(
        {
            "s": pa.array([Decimal("0.100")], pa.decimal128(12, 3)),
            "n": pa.array([Decimal(5)], pa.decimal128(38, 0)),
            "h": pa.array([Decimal(2**80)], pa.decimal128(38, 0)),
            "at": pa.array([datetime(2026, 3, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        }
    )
    assert json.loads(written("jsonl", table)) == {"s": 0.1, "n": 5, "h": str(2**80), "at": "2026-03-01T00:00:00Z"}


def test_a_table_shows_control_characters_instead_of_obeying_them():
    shown = written("table", texts(["\x1b[31mred", "a\u202eb", "x\ny"])).decode()
    assert "\\x1b[31mred" in shown
    assert "a\\u202eb" in shown
    assert "x\\ny" in shown
    assert "\x1b" not in shown


def test_a_table_in_a_pipe_cuts_nothing_and_puts_numbers_to_the_right():
    shown = written("table", pa.table({"text": ["x" * 500], "n": [1]})).decode()
    assert "x" * 500 in shown
    small = written("table", pa.table({"wide_number": [7]})).decode().splitlines()
    assert any(line.rstrip().endswith("7") and line.startswith(" ") for line in small)


def test_a_table_keeps_small_shares_visible():
    shown = written("table", pa.table({"share": [0.0004, 12.5, 1000000.0]})).decode().split()
    assert {"0.0004", "12.5", "1000000"} <= set(shown)


def test_markdown_escapes_what_markdown_and_html_understand():
    shown = written("md", texts(["a|b<script>", "![x](y)"])).decode()
    assert "a&#124;b&lt;script&gt;" in shown
    assert "&#33;&#91;x&#93;(y)" in shown
