"""Keep this Python on this machine: no connection but to loopback, no name looked up.

A test that reaches a network is slow where there is one, different where there is none, and with
real credentials near by it could ring somebody. So tests and notebook kernels run behind this
guard. It refuses in the words of a machine without a network, hence what is tested here behaves
the same on a train. It is an audit hook: it sees every thread and every library, and nothing can
take it off again.
"""

import errno
import ipaddress
import os
import socket
import sys


def is_here(host: object) -> bool:
    """Tell whether *host*, a name or an address as given to a socket call, is this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or not isinstance(name, str):
        return True
    name = name.lower().rstrip(".")
    if name in {"", "localhost", socket.gethostname().lower()} or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_loopback or address.is_unspecified


def is_address(host: object) -> bool:
    """Tell whether *host* is spelled in digits, so that reading it asks nobody."""
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def refuse(event: str, args: tuple) -> None:  # type: ignore[type-arg]
    """Raise OSError for socket events that would leave the machine. The audit hook."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        if isinstance(address, tuple) and not is_here(address[0]):
            raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
    elif (
        event in {"socket.getaddrinfo", "socket.gethostbyname"}
        and not is_here(args[0])
        and not is_address(args[0])
    ):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def install() -> None:
    """Put the guard up for the rest of this process."""
    sys.addaudithook(refuse)


if __name__ == "__main__":
    install()
