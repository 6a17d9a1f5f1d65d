"""Mappings: what is wrong with one is said before a byte is read, with its place and the nearest known name."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_kit import mapping_of, read_bytes

from flows.reading.check_mapping import read_mapping
from flows.reading.kinds import kind, kinds
from schemas.errors import InputRefused, MappingError

BASE = "columns: {id: id, channel: {value: voice}, started_at: at"
EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "docs" / "examples").glob("*.yaml"))


def error(text, *, delimited=True):
    with pytest.raises(MappingError) as found:
        read_mapping(*mapping_of(text), delimited=delimited)
    return str(found.value)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_right(path):
    assert read_mapping(*mapping_of(path.read_text(encoding="utf-8")), delimited="delimiter" in path.read_text())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("talk: x}", "call has no field 'talk'. Did you mean 'talk_s'?"),
        ("talk_s: {from: x, as: second}}", "unknown unit: found 'second'. Did you mean 'seconds'?"),
        ("talk_s: {fro: x}}", "unknown key. Did you mean 'from'?"),
        ("talk_s: {source: x}}", "unknown key. Known: as, date"),
        ("talk_s: {from: x, true: [Y], false: [N]}}", "`true` means nothing for talk_s"),
        ("resolved: {from: x, as: clock}}", "`as` means nothing for resolved"),
        ("resolved: {from: x, true: [Y]}}", "`true` and `false` go together"),
        ("resolved: {from: x, true: [Y], false: [Y, N]}}", "true and false at once: found 'Y'"),
        ("resolved: {from: x, true: [Y], false: [N], only_if: anwered}}", "unknown field: found 'anwered'"),
        ("direction: {value: incoming}}", "unknown value: found 'incoming'. Known: inbound, internal, outbound."),
        ("direction: {from: x, values: {I: inbond}}}", "unknown value: found 'inbond'. Did you mean 'inbound'?"),
        ("direction: {from: x, value: inbound}}", "needs either `from` or `value`"),
        ("direction: {null_if: x}}", "needs either `from` or `value`"),
        ("queue: {from: x, scale: [1, 5]}}", "`scale` means nothing for queue"),
        ("csat: {from: x, scale: [5, 1]}}", "a scale has a lowest and a highest value"),
        ("csat: {from: x, scale: [1]}}", "a scale has a lowest and a highest value"),
        ("answered_at: {from: x, date: '%d.%m'}}", "a date needs %Y (or %y), %m and %d"),
        ("answered_at: {from: x, date: '%d.%B.%Y'}}", "cannot read %B"),
        ("answered_at: {from: x, time: '%H:%M'}}", "a time of day needs a date"),
        ("answered_at: {from: [x, y], date: epoch_s}}", "is date and time in one column"),
        ("answered_at: {from: [x, y, z]}}", "a time comes from at most two columns"),
        ("answered_at: {from: x, timezone: Europe/Berln}}", "unknown time zone: found 'Europe/Berln'"),
        ("agent: x, agent_id: y}", "field stands twice: found 'agent_id is agent_id'"),
        ("talk_s: 5}", "must be a column name or a table: found 5"),
        ("talk_s: {from: [x, [y]]}}", "wrong type"),
        ("leg_id: x}", "call has no field 'leg_id'"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(more, words):
    text = error(f"{BASE}, {more}")
    assert words in text
    assert text.startswith("mapping.yaml:1:")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "columns: {id: id}",
            "call needs `channel`, `started_at`. Map it, or give a constant: `channel: {value: ...}`.",
        ),
        ("columns: {channel: {value: voice}, started_at: at}", "call needs `id`"),
        ("record: legs\ncolumns: {id: id}", "unknown record: found 'legs'. Did you mean 'leg'?"),
        ("record: survey\ncolumns: {id: id}", "survey needs `question`"),
        ("record: utterance\ncolumns: {id: id, speaker: a, text: b}", "utterance needs `seq`"),
        ("record: agent\ncolumns: {agent: a, valid_from: b}\nturns: {from: t, speaker: a, text: b}", "`turns` belong"),
        ("record: agent\ncolumns: {agent: a, valid_from: b}\nextra: keep", "agent has no place for extra fields"),
        ("columns: [id]", "missing or not a table"),
        (f"{BASE}}}\ndelimeter: ';'", "unknown key. Did you mean 'delimiter'?"),
        (f"{BASE}}}\ndelimiter: ';;'", "must be one ASCII character: found ';;'"),
        (f"{BASE}}}\ndelimiter: '\"'", "must differ from delimiter"),
        (f"{BASE}}}\ndecimal: ','\nthousands: ','", "must differ from decimal"),
        (f"{BASE}}}\nencoding: utf8x", "unknown encoding: found 'utf8x'"),
        (f"{BASE}}}\ntimezone: CEST/Berlin", "unknown time zone"),
        (f"{BASE}}}\ndate: 1.8.1999", "not a date: found '1.8.1999', expected YYYY-MM-DD"),
        (f"{BASE}}}\nheader: false", "no header and no `names`"),
        (f"{BASE}}}\nnames: [id]", "`names` are for files without a header"),
        (f"{BASE}}}\nheader: false\nnames: [id, id]", "a name stands twice: found 'id'"),
        (f"{BASE}}}\nskip_lines: -1", "cannot be negative"),
        (f"{BASE}}}\nignore: [x, at]", "mapped and ignored: found 'at'"),
        (f"{BASE}}}\nturns: {{from: t, speaker: a, text: b}}", "a delimited file has no lists of turns"),
        (f"{BASE}, queue: {{from: q, take: last}}}}", "`take` and `keep` are for lists"),
        (f"{BASE}}}\nturns: {{speaker: a, text: b}}", "must be a table with `from`"),
        (f"{BASE}}}\nturns: {{from: t, speaker: a}}", "turns need `text`"),
        (f"{BASE}}}\nturns: {{from: t, speaker: a, text: b, queue: c}}", "utterance has no field 'queue'"),
        (f"{BASE}}}\nturns: {{from: t, speaker: a, text: b, keep: [c]}}", "must be a table"),
        (
            "record: utterance\ncolumns: {id: id, speaker: a}\nturns: {from: t, speaker: a, text: b}",
            "belongs below `turns`: found 'speaker'",
        ),
    ],
)
def test_a_wrong_mapping_is_named_with_its_place(text, words):
    found = error(text)
    assert words in found
    assert found.startswith("mapping.yaml:")


def test_keys_about_delimiters_mean_nothing_in_json():
    assert "means nothing in this format. Remove delimiter." in error(f"{BASE}}}\ndelimiter: ';'", delimited=False)


def test_an_error_points_at_line_and_column():
    text = "columns:\n  id: id\n  channel: {value: voice}\n  started_at: at\n  talk_s: {from: t, as: sec}\n"
    assert error(text).startswith("mapping.yaml:5:21: columns.talk_s.as: unknown unit")


@pytest.mark.parametrize("name", kinds())
def test_every_kind_of_record_fills_a_table_and_names_what_it_needs(name):
    of = kind(name)
    assert set(of.required) <= set(of.columns)
    assert not set(of.names()) & {"interaction_id", "leg_id", "message_id", "survey_id"} or name in (
        "survey",
        "evaluation",
    )


def test_unknown_columns_are_refused_unless_ignored_or_kept(tmp_path):
    content = "id,at,skill,level\nc1,2026-03-02T09:00:00Z,tv,2\n"
    with pytest.raises(InputRefused, match="2 unknown columns: found 'skill, level'"):
        read_bytes(tmp_path, content, "csv", f"{BASE}}}")
    assert read_bytes(tmp_path, content, "csv", f"{BASE}}}\nignore: [skill, level]")["interaction"][0]["extra"] is None
    kept = read_bytes(tmp_path, content, "csv", f"{BASE}}}\nextra: keep\nignore: [level]")["interaction"]
    assert kept[0]["extra"] == '{"skill":"tv"}'


def test_a_column_that_may_be_absent_is_unknown_then(tmp_path):
    mapping = f"{BASE}, queue: {{from: q, optional: true}}}}"
    content = "id,at\nc1,2026-03-02T09:00:00Z\n"
    assert read_bytes(tmp_path, content, "csv", mapping)["interaction"][0]["queue"] is None
    with pytest.raises(InputRefused, match=r"no column 'q'.*optional: true"):
        read_bytes(tmp_path, content, "csv", f"{BASE}, queue: q}}")
