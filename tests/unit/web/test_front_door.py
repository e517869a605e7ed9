"""Who asks behind a front door: only a door that is named is believed."""

import pytest
from fastapi import Request

from shared.web.front_door import address_of, connection_of, networks


def request(peer: str, forwarded: str = "") -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "asks"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("172.16.0.1", "198.51.100.7", "198.51.100.7"),
        ("172.16.0.1", "10.1.1.1, 198.51.100.7, 172.16.0.2", "198.51.100.7"),
        ("172.16.0.1", "", "172.16.0.1"),
    ],
)
def test_the_last_that_is_no_door_of_ours_asks(peer: str, forwarded: str, asks: str) -> None:
    assert address_of(request(peer, forwarded), networks("172.16.0.0/12")) == asks


def test_a_network_of_ipv6_is_one_connection_and_what_is_no_network_is_refused() -> None:
    assert connection_of("2001:db8::1") == connection_of("2001:db8::ffff") == "2001:db8::/64"
    assert connection_of("203.0.113.9") == "203.0.113.9"
    assert connection_of("testclient") == "testclient"
    with pytest.raises(ValueError):
        networks("not a network")
