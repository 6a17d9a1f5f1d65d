from __future__ import annotations

import pytest

from schemas.config import load_config
from schemas.errors import ConfigError

SITE = '[site]\nname = "Centre"\ntimezone = "Europe/Berlin"\n'
SITE += '[[sources]]\nname = "calls"\nformat = "csv"\nfiles = "*.csv"\n'


def load(tmp_path, text):
    (tmp_path / "callqa.toml").write_text(SITE + text, encoding="utf-8")
    return load_config(tmp_path)


def test_a_queue_takes_from_the_defaults_what_it_leaves_out(tmp_path):
    text = '[queue_defaults]\nshort_abandon_s = 3\ncalendar = "berlin"\n'
    text += '[[queues]]\nname = "a"\nservice_level_s = 30\n[[queues]]\nname = "b"\ncalendar = ""\n'
    config = load(tmp_path, text)
    a, b = (queue.filled(config.queue_defaults) for queue in config.queues)
    assert (a.service_level_s, a.short_abandon_s, a.respond_within_h, a.calendar) == (30, 3, 24, "berlin")
    assert (b.service_level_s, b.calendar) == (20, "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[queues]]\nname = "a"\nservice_level = 3\n', "callqa.toml:10: queues.0.service_level: unknown key"),
        ('[[queues]]\nname = "a"\nservice_level_s = -1\n', "service_level_s must be between 0 and 1000000, found -1"),
        ('[[queues]]\nname = "a"\n[[queues]]\nname = "a"\n', "two queues are called 'a'"),
        ('[[queues]]\nname = ""\n', "a queue needs its name"),
        ('[[queues]]\nname = "*"\n', "stands in [queue_defaults]"),
        ('[queue_defaults]\nrespond_within_h = "24"\n', "wrong type"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, message):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert message in str(caught.value)
