"""Addresses that keys may be sent to, and connections to nowhere else.

A name is resolved once, what it resolves to is looked at, and the connection goes to that very address, so that a name
cannot mean one server when it is checked and another when it is called. The certificate is still that of the name.
"""

import contextlib
import ipaddress
import re
import socket
import threading
import urllib.parse
import weakref

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError
from urllib3.poolmanager import PoolManager

from .messages import ProviderError

LOCAL_NAMES = ("127.0.0.1", "localhost")


def check_address(url: str, example: str = "https://www.example.com", may_be_local: bool = True) -> None:
    """Raise a :class:`~.messages.ProviderError` unless keys can be sent to this address, by https.

    :param may_be_local: whether it may be a server of this machine, without https.
    """
    check_form(url)
    try:
        address = urllib.parse.urlsplit(url)
        host, is_secure = address.hostname, address.scheme == "https"
        address.port  # noqa: B018 - raises when it is none
    except ValueError:
        host, is_secure = None, False
    if not host or not (is_secure or (may_be_local and address.scheme == "http" and host in LOCAL_NAMES)):
        raise ProviderError(
            "address_not_https",
            is_permanent=True,
            url=url or "-",
            example=example,
        )


def check_form(url: str) -> None:
    """Raise a :class:`~.messages.ProviderError` for an address that holds a password, or that two readers understand
    differently. It is not repeated in the sentence."""
    netloc = re.sub(r"^[^/]*//", "", url or "").partition("/")[0]
    if "@" in netloc:
        raise ProviderError(
            "address_with_password",
            is_permanent=True,
        )
    if re.search(r"[\\\s\x00-\x1f\x7f]", url or ""):
        raise ProviderError(
            "address_with_unfit_characters",
            is_permanent=True,
        )


#: Addresses of version 6 that lead to the one of version 4 in their last 32 bits: of translators, and the old forms.
_HOLDING_IPV4 = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, not of this machine or the network it stands in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    if ip.version == 6 and any(ip in network for network in _HOLDING_IPV4):
        ip = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and not ip.is_multicast and not getattr(ip, "is_site_local", False)


class Deadline:
    """Ends what a server keeps us waiting for, whatever it sends now and then."""

    def __init__(self, adapter, seconds: float):
        self._adapter = adapter
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self.is_over = False

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, *_error):
        self._timer.cancel()

    def _end(self):
        self.is_over = True
        for sock in list(self._adapter.sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _CheckedConnection:
    """A connection to the address that its adapter has checked."""

    adapter = None

    def _new_conn(self):
        name = self._dns_host
        self._dns_host = self.adapter.resolve(name, self.port, self)
        try:
            return super()._new_conn()
        finally:
            self._dns_host = name

    def connect(self):
        """Connect, and say so to the deadline."""
        result = super().connect()
        self.adapter.sockets.add(self.sock)
        return result


class _HTTPConnection(_CheckedConnection, HTTPConnection):
    pass


class _HTTPSConnection(_CheckedConnection, HTTPSConnection):
    pass


class _CheckedPool:
    adapter = None

    def _new_conn(self):
        connection = super()._new_conn()
        connection.adapter = self.adapter
        return connection


class _HTTPPool(_CheckedPool, HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(_CheckedPool, HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _CheckedPoolManager(PoolManager):
    adapter = None

    def _new_pool(self, scheme, host, port, request_context=None):
        pool = super()._new_pool(scheme, host, port, request_context)
        pool.adapter = self.adapter
        return pool


class CheckedAdapter(HTTPAdapter):
    """Connects to public addresses only (unless ``may_be_local``), and to the very address that was checked.

    :ivar sockets: those that are open, for :class:`Deadline`. Where a proxy is set up, the proxy connects.
    """

    def __init__(self, service: str, may_be_local: bool):
        self.sockets = weakref.WeakSet()
        self._service = service
        self._may_be_local = may_be_local
        super().__init__()

    def init_poolmanager(self, connections, maxsize, block=False, **pool_kwargs):
        """Let the pools make our connections."""
        self.poolmanager = _CheckedPoolManager(num_pools=connections, maxsize=maxsize, block=block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        # no circle: connections are closed as soon as nobody has the session any more
        self.poolmanager.adapter = weakref.proxy(self)

    def resolve(self, name: str, port: int, connection) -> str:
        """Return the address to connect to.

        :raises ProviderError: when the name means a server of this machine or of the network it stands in.
        """
        try:
            found = [entry[4][0] for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(name, connection, socket.gaierror(str(error))) from None
        if not self._may_be_local and not all(map(is_public, found)):
            raise ProviderError(
                "address_in_own_network",
                is_permanent=True,
                service=self._service,
                name=name,
            )
        # IPv4 first: a server without IPv6 would only find out by waiting
        return min(found, key=lambda address: ":" in address)
