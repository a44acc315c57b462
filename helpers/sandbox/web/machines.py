"""Which machines may be asked: this one, and those that were allowed.

The address that was judged is the one that is connected to: names are resolved here, and the HTTP
client gets the addresses found, no others. Sandbox choice: other spellings of an address (127.1,
a decimal number, an IPv6 form of 127.0.0.1) only hide it, so they are refused.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

RESOLVE_TIMEOUT = 2.0  # seconds for a name; a site on this machine needs none of it

_LOOKUPS = threading.BoundedSemaphore(50)  # names that are looked up at a time

Failure = tuple[int, str]  # a code of Twilio's, and a sentence


class Machines(AbstractResolver):
    """Judges hosts, and answers the HTTP client with the addresses that were judged."""

    def __init__(self, allow_hosts: Sequence[str] = ()) -> None:
        self.allow_hosts = {host.lower() for host in allow_hosts}
        self.addresses: dict[str, list[str]] = {}

    async def judge(self, host: str) -> Failure | None:
        """None if *host* may be asked, else why not; remembers the addresses that were judged."""
        if host in self.allow_hosts:
            found = await _addresses(host)
            self._keep(host, found)
            if not found:
                return 11210, f"the host name {host} is not known"
            return None
        away = (
            11205,
            f"{host} was not asked: this sandbox stays on this machine. "
            f"Use an address on 127.0.0.1, or start the sandbox with --allow-host {host}",
        )
        try:
            good = host == str(ipaddress.ip_address(host)) and is_loopback(host)
            return None if good else away
        except ValueError:
            pass  # a name, to be resolved
        if re.fullmatch(r"[0-9.]+|0x[0-9a-f.x]+", host):
            return away  # 127.1, 2130706433 and the like: spellings that only hide an address
        found = await _addresses(host)
        if not found or not all(is_loopback(address) for address in found):
            return away
        self._keep(host, found)
        return None

    def _keep(self, host: str, addresses: list[str]) -> None:
        """Remember what was checked, the newest 1,000."""
        self.addresses.pop(host, None)
        self.addresses[host] = addresses
        if len(self.addresses) > 1_000:
            del self.addresses[next(iter(self.addresses))]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in self.addresses:
            raise OSError(f"{host} was not checked")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.addresses[host]
        ]

    async def close(self) -> None:
        """Nothing to close."""


def is_loopback(address: str) -> bool:
    """127.0.0.0/8 and ::1, nothing else."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return ip in ipaddress.ip_network("127.0.0.0/8") if ip.version == 4 else address == "::1"


async def _addresses(host: str) -> list[str]:
    """The addresses of a name, or none when it has none or takes too long.

    A thread of our own that may be left behind: a pool's would keep the process from ending. When
    too many were left behind, the name server is not asked any more until it has answered them.
    """
    if not _LOOKUPS.acquire(blocking=False):
        return []
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def give(addresses: list[str]) -> None:
        if not found.done():
            found.set_result(addresses)

    def look() -> None:
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(row[4][0]) for row in rows))
        except (OSError, UnicodeError):
            addresses = []
        finally:
            _LOOKUPS.release()
        with suppress(RuntimeError):  # the sandbox has ended meanwhile
            loop.call_soon_threadsafe(give, addresses)

    threading.Thread(target=look, daemon=True).start()
    try:
        return await asyncio.wait_for(found, RESOLVE_TIMEOUT)
    except TimeoutError:
        return []
