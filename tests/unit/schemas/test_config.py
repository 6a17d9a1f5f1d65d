from __future__ import annotations

import pytest

from schemas.config import load_config
from schemas.errors import ConfigError

GOOD = """
[site]
name = "Centre"
timezone = "Europe/Berlin"

[[sources]]
name = "calls"
format = "csv"
files = "*.csv"

[[sources]]
name = "mail"
format = "mbox"
files = "*.mbox"
system = "post"
[sources.settings]
agent_domains = ["example.org"]
"""


def load(tmp_path, text):
    (tmp_path / "callqa.toml").write_text(text, encoding="utf-8")
    return load_config(tmp_path)


def refused(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    return str(caught.value).replace(str(tmp_path), "W")


def test_a_good_file_is_read_with_its_defaults(tmp_path):
    config = load(tmp_path, GOOD)
    assert [source.system for source in config.sources] == ["calls", "post"]
    assert config.sources[1].settings == {"agent_domains": ["example.org"]}
    assert (config.privacy.mode, config.publish.keep) == ("team", 7)
    assert config.published == tmp_path / "data" / "published" / "callqa.duckdb"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('timezone = "Europe/Berlin"', 'timezone = "Europe/Berln"', "W/callqa.toml:2: site: unknown time zone"),
        (
            'timezone = "Europe/Berlin"',
            "",
            "W/callqa.toml:2: site.timezone: missing key: expected a text. Add timezone.",
        ),
        ('name = "Centre"', "name = 3", "W/callqa.toml:3: site.name: wrong type: found 3, expected a text"),
        (
            'format = "mbox"',
            'fromat = "mbox"',
            "W/callqa.toml:13: sources.1.fromat: unknown key. Did you mean 'format'?",
        ),
        ('name = "mail"', 'name = "calls"', "two sources are called 'calls'"),
        ('name = "mail"', 'name = "Mail; DROP"', "must be small letters"),
        ("[site]", "[privacy]\nmode = 'agent'\n[site]", "needs purpose, agreement_ref and retention_days"),
        ("[site]", "[privacy]\nmode = 'agnet'\n[site]", "W/callqa.toml:3: privacy.mode: unknown value"),
        ("[site]", "[limits]\nmemory_mb = true\n[site]", "expected a whole number"),
        ("[site]", "[site", "not valid TOML"),
        ("[site]", "root = '/'\n[site]", "W/callqa.toml:2: root: unknown key"),
    ],
)
def test_an_error_names_file_line_and_key(tmp_path, old, new, message):
    assert message in refused(tmp_path, GOOD.replace(old, new, 1))


def test_a_missing_file_says_what_to_type(tmp_path):
    with pytest.raises(ConfigError, match="callqa init"):
        load_config(tmp_path)


def test_bytes_that_are_not_utf8_are_named(tmp_path):
    (tmp_path / "callqa.toml").write_bytes(b"[site]\nname = '\xe4'\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(tmp_path)
