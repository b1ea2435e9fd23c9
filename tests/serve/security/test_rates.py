"""How many requests a key may send."""

from __future__ import annotations

import time

import pytest

from gazecast.serve.problems import ProblemError
from gazecast.serve.security.guard import DEFAULT_RATE, policy
from gazecast.serve.security.keys import hash_key
from gazecast.serve.security.rates import Rates
from gazecast.serve.settings import Settings


@pytest.fixture
def limited(start):
    """Two requests a minute for each of the keys one and two."""
    keys = {"a": hash_key("one"), "b": hash_key("two")}
    return start(host="0.0.0.0", keys=keys, rate_limit="2/minute")


def _get(client, key, path="/v1/model"):
    return client.get(path, headers={"X-API-Key": key})


def test_more_than_the_rate_is_refused_with_when_to_go_on(limited, assert_problem):
    assert [_get(limited, "one").status_code for _ in range(2)] == [200, 200]
    refused = _get(limited, "one")
    assert_problem(refused, 429, "too-many-requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_each_key_has_its_own_rate(limited):
    for _ in range(3):
        _get(limited, "one")
    assert _get(limited, "two").status_code == 200


def test_probes_and_unknown_keys_spend_nothing(limited):
    for _ in range(3):
        _get(limited, "one", "/healthz")
        _get(limited, "another")
    assert _get(limited, "one").status_code == 200


def test_after_retry_after_there_is_room_again():
    rates = Rates("1/second")
    rates.spend("a")
    with pytest.raises(ProblemError) as refused:
        rates.spend("a")
    time.sleep(int(refused.value.headers["Retry-After"]))
    rates.spend("a")


@pytest.mark.parametrize(
    ("settings", "limited"),
    [
        ({}, False),
        ({"rate_limit": "5/second"}, True),
        ({"host": "0.0.0.0"}, True),
        ({"host": "0.0.0.0", "rate_limit": "off"}, False),
    ],
)
def test_loopback_has_no_rate_unless_set(settings, limited):
    assert (policy(Settings(keys={"a": "0" * 64}, **settings)).rates is not None) == limited


def test_the_default_rate_is_the_one_the_setting_tells():
    assert DEFAULT_RATE in Settings.model_fields["rate_limit"].description
