from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazecast.serve.negotiation import negotiate

OFFERED = ("application/json", "image/png", "application/x-npy")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("image/png", "image/png"),
        ("IMAGE/PNG", "image/png"),
        ("image/*", "image/png"),
        ("application/*", "application/json"),
        ("application/x-npy, application/json;q=0.9", "application/x-npy"),
        ("application/json;q=0.5, image/png;q=0.8", "image/png"),
        ("image/png, application/json", "application/json"),  # equal: the server's order
        ("application/json; charset=utf-8", "application/json"),
        ("*/*;q=0.1, image/png", "image/png"),
        ("application/json;q=0, */*", "image/png"),  # the more specific range decides
        ("text/html, */*;q=0.8", "application/json"),
        ("image/png;q=2, application/json;q=0.1", "application/json"),  # 2 is no quality
        ("text/html", None),
        ("application/json;q=0", None),
        ("*/*;q=0.000", None),
    ],
)
def test_what_is_chosen(accept, chosen):
    assert negotiate(accept, OFFERED) == chosen


@given(st.text(alphabet="aimgepn/jsoq=01.;,* x-y"))
def test_any_header_gets_an_offered_type_or_none(accept):
    assert negotiate(accept, OFFERED) in {*OFFERED, None}
