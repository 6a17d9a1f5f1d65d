"""What core.repeat_contact says of contacts, beside the same told by loops over all pairs of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from metric_kit import made

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
CONTACT = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(["k", "l", None]),
        "topic": st.sampled_from(["bill", "move", None]),
        "direction": st.sampled_from(["inbound", "inbound", "inbound", "outbound", None]),
        "outcome": st.sampled_from(["answered", "answered", "abandoned", None]),
        "begin": st.integers(0, 40 * 24),
        "hours": st.integers(0, 30),
    }
)
CONTACTS = ("core.channel_begin", "core.known_until", "core.contact_gap", "core.repeat_contact")
METRICS = ("metric.resolution_rate", "metric.reopen_rate", "metric.fcr_repeat_7", "metric.net_resolution_7")


def warehouse(contacts):
    rows = [
        {
            "interaction_id": f"{no:02}",
            "channel": "voice",
            "started_at": FIRST + timedelta(hours=one["begin"]),
            "ended_at": FIRST + timedelta(hours=one["begin"] + one["hours"]),
            **{name: one[name] for name in ("customer_id", "topic", "direction", "outcome")},
            "resolved": one.get("resolved"),
        }
        for no, one in enumerate(contacts)
    ]
    return made({"core.interaction": rows}, *CONTACTS, *METRICS)


def same_matter(one, other):
    topics = {one["topic"], other["topic"]}
    return (
        one["customer_id"] is not None
        and one["customer_id"] == other["customer_id"]
        and (None in topics or len(topics) == 1)
    )


def expected(contacts, no):
    """Hours to the next try, and since the last answered contact, on the matter; sure ones only."""
    here = (contacts[no]["begin"], no)
    others = [(one["begin"], at, one) for at, one in enumerate(contacts) if same_matter(contacts[no], one)]
    tries = [begin for begin, at, one in others if (begin, at) > here and one["direction"] == "inbound"]
    served = [
        begin + one["hours"]
        for begin, at, one in others
        if (begin, at) < here and one["direction"] == "inbound" and one["outcome"] == "answered"
    ]
    after = min(tries) - here[0] - contacts[no]["hours"] if tries else None
    return after, here[0] - max(served) if served else None


@settings(max_examples=80, deadline=None)
@given(st.lists(CONTACT, min_size=1, max_size=10))
def test_the_nearest_contacts_are_those_a_search_of_all_pairs_finds(contacts):
    con = warehouse(contacts)
    query = "SELECT next_after_s / 3600, previous_before_s / 3600 FROM core.repeat_contact ORDER BY interaction_id"
    assert con.execute(query).fetchall() == [expected(contacts, no) for no in range(len(contacts))]


@settings(max_examples=60, deadline=None)
@given(st.lists(CONTACT.map(lambda one: one | {"direction": "inbound"}), min_size=1, max_size=10))
def test_fcr_counts_first_contacts_only_and_a_repeat_undoes_them(contacts):
    con = warehouse(contacts)
    found = con.execute("SELECT value, state FROM metric.fcr_repeat_7 ORDER BY entity_id").fetchall()
    week, earliest = 7 * 24, min(one["begin"] for one in contacts)
    end_of_day = 31 * 24 - 2  # summer time began: the local day ends at 22:00 UTC
    for no, (one, answer) in enumerate(zip(contacts, found, strict=True)):
        after, before = expected(contacts, no)
        if one["outcome"] == "abandoned" or (before is not None and before <= week):
            assert answer == (None, "excluded")
        elif end_of_day - one["begin"] - one["hours"] <= week:
            assert answer == (None, "immature")
        elif one["customer_id"] is None or one["outcome"] is None or one["begin"] - earliest < week:
            assert answer == (None, "unknown")
        elif all(other["outcome"] for other in contacts):
            assert answer == (int(after is None or after > week), "counted")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(CONTACT, st.sampled_from([True, False, None])), min_size=1, max_size=10))
def test_net_resolution_is_never_above_resolution_and_every_interaction_has_a_state(contacts):
    con = warehouse([one | {"resolved": resolved} for one, resolved in contacts])
    query = "SELECT n.value, n.state, r.value, r.state FROM metric.net_resolution_7 AS n"
    rows = con.execute(f"{query} JOIN metric.resolution_rate AS r USING (entity_id)").fetchall()
    assert len(rows) == len(contacts)
    for net, net_state, claimed, state in rows:
        assert (net_state == "excluded") == (state == "excluded")
        assert (net is not None) == (net_state == "counted")
        assert net is None or net <= claimed


def test_the_hour_the_clocks_skip_does_not_shorten_a_window():
    """Seven days are 168 hours, though the local week with the begin of summer time has 167."""
    begin = 24 * 24  # 25 March; clocks go forward on 29 March
    base = {"customer_id": "k", "topic": "bill", "direction": "inbound", "outcome": "answered", "hours": 0}
    old = {**base, "customer_id": "l", "begin": 0}
    con = warehouse([old, {**base, "begin": begin - 48}, {**base, "begin": begin - 48 + 168}])
    assert con.execute("SELECT value FROM metric.fcr_repeat_7 WHERE entity_id = '01'").fetchall() == [(0,)]
