"""Where a provider may be on the network, and connecting to nothing else.

What an address says and where the connection goes must not differ. So an address is allowed only in
a form that every parser reads in the same way, and a name is looked up once: the very addresses
that were checked are connected to.
"""

import ipaddress
import re
import socket
from collections.abc import Iterator

from . import errors
from .tls import SILENCE_SECONDS

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
_HOST = re.compile(_NAME, re.IGNORECASE | re.ASCII)
# No user, query or fragment; no backslash, space or control character
_URL = re.compile(
    rf"(https?)://({_NAME}|\[[0-9a-f:.]+\])(?::(\d{{1,5}}))?((?:/[a-z0-9._~!$&'()*+,;=:%-]*)*)",
    re.IGNORECASE | re.ASCII,
)
# Servers of hosting companies that hand out credentials; the others are link-local (RFC 3927)
_METADATA = frozenset(
    map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"))
)
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked_base_url(url: str, private: bool = False) -> str:
    """Return `url` without a trailing slash.

    :param private: whether the provider may be in a private network
    :raise NeedsAdministrator: no plain web address; not https, unless it is this machine
    :raise AddressNotAllowed: the IP address in it is not allowed
    """
    match = _URL.fullmatch((url or "").strip())
    if not match or int(match[3] or 1) not in range(1, 65536):
        raise errors.NeedsAdministrator(
            "The provider's address is missing or isn't a web address.",
        )
    scheme, host = match[1].lower(), match[2].strip("[]").lower()
    if scheme != "https" and host not in LOOPBACK:
        raise errors.NeedsAdministrator(
            "The provider's address must start with https://.",
        )
    check_host(host, private)
    return match[0].rstrip("/")


def check_host(host: str, private: bool = False) -> None:
    """Say what is wrong with the name of a server, as far as that shows without looking it up.

    :raise NeedsAdministrator: no name and no IP address
    :raise AddressNotAllowed: an IP address that is not allowed
    """
    try:
        _check(ipaddress.ip_address(host), private)
    except ValueError:
        if not _HOST.fullmatch(host):
            raise errors.NeedsAdministrator(
                "The name of the provider's server isn't a host name."
            ) from None
        if host.lower() in LOOPBACK and not private:
            raise errors.AddressNotAllowed() from None


def connect(
    host: str, port: int, timeout: float = SILENCE_SECONDS, *, private: bool = False
) -> socket.socket:
    """Connect by TCP to `host`, at an address that is allowed.

    :param timeout: in seconds, for each address and between two bytes
    :raise AddressNotAllowed: one of its addresses is not; nothing was connected
    :raise OSError: as `socket.create_connection`
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_family, place in found:
        _check(ipaddress.ip_address(place[0].partition("%")[0]), private)
    problem = OSError("The name has no address.")
    for *_family, place in found:
        try:
            connection = socket.create_connection(place[:2], timeout)
        except OSError as error:
            problem = error
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise problem


def is_private(host: str) -> bool:
    """Whether `host` is certainly in a private network, or this machine; looks nothing up."""
    try:
        check_host(host)
    except errors.AddressNotAllowed:
        return True
    except errors.NeedsAdministrator:
        return False
    return False


def _check(address: IPAddress, private: bool) -> None:
    for each in _meant(address):
        if (
            each in _METADATA
            or each.is_link_local
            or each.is_multicast
            or each.is_unspecified
            or (each.version == 4 and (each in _THIS_NETWORK or each.is_reserved))
        ):
            raise errors.AddressNeverAllowed()
        if not private and not each.is_global:
            raise errors.AddressNotAllowed()


def _meant(address: IPAddress) -> Iterator[IPAddress]:
    """The address, or where a gateway takes it to: IPv4 can be written as IPv6 in several ways."""
    if address.version == 4:
        yield address
        return
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    low = int(address) & 0xFFFFFFFF
    if address in _NAT64 or (int(address) == low and low > 1):
        inner.append(ipaddress.IPv4Address(low))
    meant = [each for each in inner if each]
    yield from meant or [address]
