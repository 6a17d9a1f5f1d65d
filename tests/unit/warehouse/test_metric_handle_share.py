from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from metric_kit import made

from warehouse import reconcile

LEG = st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(0, 20), st.booleans())
IDENTITY = (Path(reconcile.HOME) / "handle_share_per_agent.sql").read_text(encoding="utf-8")


def shared(legs):
    """Run the metric on (agent, begin ms, length ms, complete?) and return (connection, {leg: (value, state)})."""
    rows = [
        {"leg_id": f"{no:02}", "agent_id": agent, "from_ms": begin, "until_ms": begin + length, "is_complete": complete}
        for no, (agent, begin, length, complete) in enumerate(legs)
    ]
    handled = [{"entity_id": row["leg_id"], "value": 1.0, "state": "counted"} for row in rows]
    con = made({"core.leg_interval": rows, "metric.handle_s": handled}, "metric.handle_share_s")
    found = con.execute("SELECT entity_id, value, state FROM metric.handle_share_s ORDER BY entity_id").fetchall()
    return con, {leg: (value, state) for leg, value, state in found}


@settings(max_examples=60, deadline=None)
@given(st.lists(LEG.map(lambda leg: (*leg[:3], True)), min_size=1, max_size=14))
def test_shares_of_overlapping_legs_add_up_to_the_union_of_their_intervals(legs):
    con, found = shared(legs)
    for agent in "ab":
        busy = {ms for who, begin, length, _ in legs if who == agent for ms in range(begin, begin + length)}
        total = sum(found[f"{no:02}"][0] for no, leg in enumerate(legs) if leg[0] == agent)
        assert total == Decimal(len(busy)) / 1000
    assert all(left == right and cause is None for _, left, right, cause in con.execute(IDENTITY).fetchall())


@settings(max_examples=60, deadline=None)
@given(st.lists(LEG, min_size=1, max_size=14))
def test_every_moment_is_divided_by_the_legs_open_in_it(legs):
    con, found = shared(legs)
    depth = Counter((who, ms) for who, begin, length, _ in legs for ms in range(begin, begin + length))
    for no, (who, begin, length, complete) in enumerate(legs):
        even = sum(Fraction(1, depth[who, ms]) for ms in range(begin, begin + length))
        value, state = found[f"{no:02}"]
        assert state == ("counted" if complete else "unknown")
        assert value is None if not complete else abs(Fraction(value) * 1000 - even) <= 1
    assert all(left == right or cause for _, left, right, cause in con.execute(IDENTITY).fetchall())


def test_more_than_sixteen_legs_at_once_still_share_to_the_millisecond():
    _, found = shared([("a", 0, 1000, True)] * 17)
    assert sum(value for value, _ in found.values()) == 1
    assert {value for value, _ in found.values()} == {Decimal("0.059"), Decimal("0.058")}
