"""Which channels are agents' phones: never a trunk."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telephony_kit import checked

from flows.reading.phones import Phones
from schemas.errors import ConfigError

CHANNELS = {
    "SIP/21-0000000a": "21",
    "PJSIP/21-0000000b": "21",
    "Local/21@agents-00000001;1": "21",
    "Agent/21": "21",
    "user/21": "21",
    "sofia/internal/21@198.51.100.20:5060": "21",
    "PJSIP/trunk-0000000a": "trunk",
    "PJSIP/anna-k-0000000a": "anna-k",
    "SIP/198.51.100.9:5060-00000001": None,
    "": None,
    None: None,
}


def test_with_a_list_exactly_its_extensions_are_phones():
    found = Phones(agents={"21": "a21", "anna-k": "a07"}).agent(pa.array(list(CHANNELS), pa.string())).to_pylist()
    assert found == [{"21": "a21", "anna-k": "a07"}.get(extension) for extension in CHANNELS.values()]


def test_with_a_pattern_the_list_only_renames():
    phones = Phones(phones="^PJSIP/(?P<extension>[0-9]{2})-", agents={"21": "a21"})
    channels = ["PJSIP/21-01", "PJSIP/22-01", "SIP/21-01", "PJSIP/4930-01", None]
    assert phones.agent(pa.array(channels)).to_pylist() == ["a21", "22", None, None, None]


@given(st.text(max_size=30))
def test_any_name_of_a_channel_ends_in_an_agent_or_none(name):
    assert Phones(agents={"21": "a21"}).agent(pa.array([name])).to_pylist()[0] in ("a21", None)


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("asterisk_cdr", {}, "set phones or agents"),
        ("asterisk_cel", {}, "set phones or agents"),
        ("asterisk_cdr", {"phones": "^SIP/([0-9]+)-"}, "one group"),
        ("asterisk_cdr", {"phones": "^SIP/(?P<extension>[0-9]+"}, "RE2"),
        ("asterisk_cdr", {"phones": "^(SIP|PJSIP)/(?P<extension>[0-9]+)-"}, "RE2"),
        ("asterisk_cdr", {"agents": {"21": "a"}, "timezone": "Berlin"}, "unknown time zone"),
        ("asterisk_cdr", {"agents": {"21": "a"}, "encoding": "utf-16"}, "encoding"),
        ("asterisk_cdr", {"agents": {"21": "a"}, "delimiter": "::"}, "delimiter"),
        ("asterisk_cdr", {"agents": {"21": "a"}, "columns": ["start"]}, "no column 'channel'"),
        ("asterisk_cel", {"agents": {"21": "a"}, "date": "%d.%m."}, "needs %Y"),
        ("freeswitch_csv", {"columns": ["start_stamp"]}, "no column 'uuid'"),
        ("freeswitch_csv", {"columns": ["uuid", "uuid"]}, "two columns"),
        ("freeswitch_csv", {"columns": ["uuid"]}, "no column start_stamp"),
        ("freeswitch_xml", {"timezone": "Berlin"}, "unknown time zone"),
        ("freeswitch_json", {"url_encode": True}, "url_encoded"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_with_the_reason(name, raw, said):
    with pytest.raises(ConfigError) as refused:
        checked(name, raw)
    assert said in str(refused.value)
