from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import pytest
from model_kit import fill, match, plain

from schemas.errors import UsageError
from warehouse import build, definitions
from warehouse.connect import open_memory


@dataclass
class Select:
    sql: str
    params: dict = field(default_factory=dict)


EXAMPLES = [(name, one) for name in definitions.names() for one in definitions.contract(name).examples]
SYSTEMS = {"callqa", "connect", "genesys", "zendesk"}


@pytest.fixture
def con():
    with open_memory() as connection:
        build.macros(connection)
        yield connection


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{n}: {e.name}" for n, e in EXAMPLES])
def test_worked_example(con, name, example):
    sql = definitions.text(name)
    fill(con, Select(sql), example)
    result = con.execute(sql, {"site_timezone": "Europe/Berlin"} | example.params)
    names = [column[0] for column in result.description]
    found = [{n: plain(v) for n, v in zip(names, row, strict=True)} for row in result.fetchall()]
    found, expected = match(found, list(example.expect))
    assert found == expected


@pytest.mark.parametrize("name", definitions.names())
def test_every_comparison_says_what_each_system_means_and_where_it_says_so(name):
    about = definitions.contract(name)
    assert set(about.definitions) == SYSTEMS
    assert set(about.sources) == SYSTEMS - {"callqa"}
    assert next(iter(about.definitions)) == definitions.OURS
    said = set(re.findall(r"select\s+'(\w+)'", definitions.text(name)))
    assert said == {one for one, text in about.definitions.items() if not text.startswith("None.")}


def test_figures_and_the_rows_that_make_the_difference(con):
    name, example = EXAMPLES[[n for n, _ in EXAMPLES].index("handle_time")]
    fill(con, Select(definitions.text(name)), example)
    day = date(2026, 3, 2)
    figures = {one.definition: one for one in definitions.compare(con, name, day, "Europe/Berlin")}
    assert (figures["callqa"].n, figures["callqa"].value, figures["callqa"].differing) == (2, 135.0, 0)
    assert (figures["connect"].n, figures["connect"].value, figures["connect"].differing) == (4, 202.5, 2)
    assert (figures["zendesk"].n, figures["zendesk"].value) == (0, None)
    assert definitions.differing(con, name, "connect", day, "Europe/Berlin") == [
        ("midnight", None, 360.0),
        ("no_wrap", None, 180.0),
    ]
    assert definitions.differing(con, name, "genesys", day, "Europe/Berlin") == [
        ("no_wrap", None, 180.0),
        ("outbound", 70.0, 85.0),
    ]


def test_a_rate_is_the_sum_of_its_values_over_the_sum_of_its_bases(con):
    name, example = EXAMPLES[[n for n, _ in EXAMPLES].index("abandon_rate")]
    fill(con, Select(definitions.text(name)), example)
    day = date(2026, 3, 2)
    figures = {one.definition: one for one in definitions.compare(con, name, day, "Europe/Berlin")}
    assert (figures["callqa"].n, figures["callqa"].value) == (4, 0.5)
    assert (figures["connect"].n, figures["connect"].value, figures["connect"].differing) == (3, 2 / 3, 3)
    assert (figures["genesys"].n, figures["genesys"].value, figures["genesys"].differing) == (4, 0.5, 2)
    assert definitions.differing(con, name, "genesys", day, "Europe/Berlin") == [
        ("from_yesterday#1", None, 1.0),
        ("over_midnight#1", 1.0, 0.0),
    ]


def test_service_levels_of_the_worked_figures_are_those_of_the_formulas(con):
    """1000 answered, 860 of them in time, 60 abandoned, 20 of them in time: f4 82.7 %, f1 83.0 %, f3 81.1 %."""
    sql = definitions.text("service_level")
    fill(con, Select(sql), definitions.contract("service_level").examples[0])
    con.execute("DELETE FROM core.queue_visit")
    con.execute(
        "INSERT INTO core.queue_visit BY NAME SELECT i::VARCHAR AS interaction_id, 1 AS visit_no, 'q' AS queue, "
        "'inbound' AS direction, CASE WHEN i < 1000 THEN 'answered' ELSE 'abandoned' END AS outcome, "
        "TIMESTAMPTZ '2026-03-02 10:00:00+01' AS entered_at, "
        "CASE WHEN i < 860 OR i >= 1040 THEN 10 ELSE 30 END AS queue_s FROM range(1060) AS t(i)"
    )
    figures = definitions.compare(con, "service_level", date(2026, 3, 2), "Europe/Berlin")
    assert {f.definition: (f.n, round(100 * f.value, 1)) for f in figures if f.n} == {
        "callqa": (1040, 82.7),
        "connect": (1060, 83.0),
        "genesys": (1060, 81.1),
    }


def test_an_unknown_comparison_is_named():
    with pytest.raises(UsageError, match="handle_time"):
        definitions.contract("handle_tim")
