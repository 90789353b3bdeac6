"""Keys go to the address that was checked, nowhere else, and are shown to nobody."""

import base64
import contextlib
import socket
import threading
import time

import pytest

from odoo.addons.settlement_bridge.common import http
from odoo.addons.settlement_bridge.common.addresses import check_address, check_form, is_public
from odoo.addons.settlement_bridge.common.json_reading import load_json
from odoo.addons.settlement_bridge.common.messages import ProviderError


def serve_once(respond):
    """Run ``respond(connection)`` for one call; return the address."""
    server = socket.create_server(("127.0.0.1", 0))

    def run():
        connection, _address = server.accept()
        with server, connection, contextlib.suppress(OSError):
            respond(connection, connection.recv(65536))

    threading.Thread(target=run, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def connection(url, **values):
    return http.Connection("Vipps", url, load_json, sleep=lambda _seconds: None, **values)


@pytest.mark.parametrize(
    "url",
    [
        r"http://example.com\@localhost/",
        r"https://example.com\@localhost/",
        "http://example.com/",
        "ftp://localhost/",
        "https://user:S3cretPw@shop.example.com",
        "https://shop.example.com:port/",
        "https://shop.example.com/\n",
        "",
    ],
)
def test_address_that_is_refused(url):
    with pytest.raises(ProviderError) as caught:
        check_address(url)
    assert "S3cretPw" not in str(caught.value)


def test_this_machine_only_where_it_is_meant():
    check_address("http://localhost:8080/")
    with pytest.raises(ProviderError):
        check_address("http://localhost:8080/", may_be_local=False)
    with pytest.raises(ProviderError, match="allow_local_addresses"):
        connection("https://localhost:1", may_be_local=False).json("GET", "/x")
    with pytest.raises(ProviderError, match="allow_local_addresses"):
        connection("https://169.254.169.254", may_be_local=False).json("GET", "/x")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1",
        "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1",
    ],
)  # fmt: skip
def test_addresses_of_the_inside(address):
    assert not is_public(address)


def test_addresses_of_the_internet():
    assert is_public("93.184.215.14")
    assert is_public("64:ff9b::93.184.215.14")
    assert is_public("2606:2800:220:1::1")
    check_form("https://www.example.com/shop")


@pytest.mark.parametrize("is_in_headers", [True, False])
def test_server_that_sends_a_byte_now_and_then(monkeypatch, is_in_headers):
    """Given up in time, whether it drips its headers or its body."""
    monkeypatch.setattr(http, "TOTAL_TIMEOUT", 0.6)
    monkeypatch.setattr(http, "MAX_TRIES", 1)

    def drip(peer, _received):
        peer.sendall(b"HTTP/1.1 200 OK\r\n")
        if not is_in_headers:
            peer.sendall(b"Content-Length: 100000\r\n\r\n")
        for number in range(200):
            peer.sendall(b"X-%d: 1\r\n" % number if is_in_headers else b" ")
            time.sleep(0.05)

    started = time.monotonic()
    with pytest.raises(ProviderError, match="in time"):
        connection(serve_once(drip)).json("GET", "/slow")
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("written", ["plain", "base64", "header", "long"])
def test_keys_that_a_server_repeats(monkeypatch, written):
    """A refused answer shows neither the key nor base64 of it, alone or with its name."""
    key, secret = "ck_0123456789", "cs_hemmelig+0123"
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    echo = {"plain": secret, "base64": basic, "header": f"Basic {basic}", "long": "x" * 290 + secret}[written]

    def answer(peer, _received):
        body = b'{"message": "%s"}' % echo.encode()
        peer.sendall(b"HTTP/1.1 403 No\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with pytest.raises(ProviderError) as caught:
        connection(serve_once(answer), secrets=(secret,)).json("GET", "/x", auth=(key, secret))
    assert "***" in str(caught.value) or written == "long"
    for text in (secret, secret[:8], basic, basic[:-4]):
        assert text not in str(caught.value)
