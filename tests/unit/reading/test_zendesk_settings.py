"""Settings of the Zendesk and Genesys formats: a wrong one is named before a night begins."""

from __future__ import annotations

import pytest

from flows.sources import genesys, zendesk_audits, zendesk_tickets, zendesk_users
from schemas.errors import ConfigError, Where


def where(key):
    return Where("callqa.toml", field=key)


@pytest.mark.parametrize(
    ("module", "raw", "told"),
    [
        (zendesk_tickets, {"agents": {"ana": "a07"}}, "'ana' is no user id"),
        (zendesk_tickets, {"group": {}}, "groups"),
        (zendesk_audits, {"agents": {"x1": "a07"}}, "'x1' is no user id"),
        (zendesk_users, {"agents": {}}, "unknown key"),
        (genesys, {"wrapup_codes": {}}, "wrap_up_codes"),
    ],
)
def test_a_wrong_setting_is_named(module, raw, told):
    with pytest.raises(ConfigError, match=told):
        module.settings(raw, where)
