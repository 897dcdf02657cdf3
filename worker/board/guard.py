"""May this address be posted to? Only what the whole internet can reach, unless a setting allows more."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

NAT64: Final = IPv6Network("64:ff9b::/96")


class Refused(OSError):
    """The address is of a private network, this machine, or nobody."""


def is_public(text: str) -> bool:
    """Tell whether an address is reachable for everybody; an IPv4 address inside an IPv6 one decides.

    >>> is_public("198.41.0.4"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner: IPv4Address | None = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


def check_literal(host: str) -> None:
    """Raise Refused for a host spelt as an address that is not public; names are checked as resolved."""
    try:
        public = is_public(host)
    except ValueError:
        return
    if not public:
        raise Refused("its address is not public")


class PublicResolver(AbstractResolver):
    """Resolves names to what is public; the connection then uses these addresses and asks no more.

    A name with one address that is not public is refused whole.
    """

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve a name. Raises Refused, or OSError when it has no address."""
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise Refused("its name leads to an address that is not public")
        return found

    async def close(self) -> None:
        """Release the resolver."""
        await self._resolver.close()
