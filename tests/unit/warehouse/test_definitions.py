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
    said = set(re.findall(r"select '(\w+)'", definitions.text(name)))
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


def test_an_unknown_comparison_is_named():
    with pytest.raises(UsageError, match="handle_time"):
        definitions.contract("handle_tim")
