from __future__ import annotations

import pytest
from test_merge import call
from warehouse_kit import at, deliver, work

from schemas.errors import UsageError
from warehouse import build, models


@pytest.fixture
def con(tmp_path):
    with work(tmp_path) as connection:
        yield connection


def test_what_a_run_published_stays_readable_after_a_correction(con):
    deliver(con, 1, {"f1": {"interaction": [call(updated_at=at(9))]}})
    deliver(con, 2, {"f2": {"interaction": [call(updated_at=at(10), resolved=False)]}})
    build.current_views(con, taken=set())
    build.as_published(con)
    for run, expected in ((0, []), (1, [(True,)]), (2, [(False,)]), (9, [(False,)])):
        query = f"SELECT resolved FROM core.interaction_as_published({run})"
        assert con.execute(query).fetchall() == expected
    assert con.execute("SELECT resolved FROM core.interaction").fetchall() == [(False,)]


def test_a_model_comes_after_those_it_reads(con):
    names = [model.full_name for model in models.ordered(con, models.all_models())]
    assert names.index("mart.metric_agent_period") < names.index("mart.agent_period") < names.index("main.agent_day")
    assert names.index("core.turn") < names.index("core.leg_context")


def test_models_that_read_each_other_are_an_error(con):
    contract = models.TableContract("a", "x")
    circle = {f"core.{a}": models.Model("core", a, f"SELECT * FROM core.{b}", contract) for a, b in ("ab", "ba")}
    with pytest.raises(UsageError, match="circle"):
        models.ordered(con, circle)


def test_an_unknown_metric_names_the_nearest_one():
    with pytest.raises(UsageError, match="Did you mean 'handle_s'"):
        models.metric("handel_s")


def test_views_and_tables_carry_comments(con):
    build.current_views(con, taken=set())
    query = "SELECT comment FROM duckdb_columns() WHERE schema_name = 'core' AND table_name = 'leg'"
    query += " AND column_name = 'talk_s'"
    assert con.execute(query).fetchone() == ("Talk without hold. Unit: s.",)
