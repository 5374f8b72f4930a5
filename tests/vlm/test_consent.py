from __future__ import annotations

import pytest

from videoemo.errors import InputError
from videoemo.vlm.consent import find_address


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1/chat/completions"),
        ("http://127.0.0.1:1/v1/", "http://127.0.0.1:1/v1/chat/completions"),
        ("http://[::1]:80/api", "http://[::1]:80/api/chat/completions"),
        ("http://LOCALHOST/v1/chat/completions", "http://LOCALHOST/v1/chat/completions"),
    ],
)
def test_a_server_on_this_machine_needs_no_consent(url: str, posted: str) -> None:
    address = find_address(url)
    assert (address.url, address.loopback) == (posted, True)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1",
        "http://0.0.0.0/v1",
        "http://127.1/v1",
        "http://127.0.0.1.nip.io/v1",
        "http://localhost./v1",
        "http://192.168.0.7:8000",
    ],
)
def test_any_other_host_has_to_be_named(url: str) -> None:
    with pytest.raises(InputError, match=r"pictures of faces would go to .*--send-pictures-to"):
        find_address(url)
    with pytest.raises(InputError, match="not to 'localhost'"):
        find_address(url, "localhost")
    host = url.split("/")[2].split(":")[0]
    assert not find_address(url, host.upper()).loopback


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example\\@localhost/",
        "http://localhost@evil.example/",
        "http://user:password@localhost/v1",
        "http://localhost/v1?key=1",
        "http://localhost/v1#x",
        "http://localhost:99999999/v1",
        "file:///etc/passwd",
        "localhost:8080",
        "http://",
        "http://localhost/v1\nX: y",
        "http://[::1/v1",
        "",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="no address of a server"):
        find_address(url, "evil.example")
