"""Shuts the network of a Python process under test and writes down every try to leave.

Python imports this module by itself when its folder is on PYTHONPATH; `tests/conftest.py` puts
it there for all children and installs it in its own process.
It is independent of the product's guard (`core.safety.egress`). It does not see other programs,
or the look-up that `connect` makes of a host name before its event (3.11): the name itself
is refused and written down then, so the run fails all the same.
"""

import ipaddress
import os
import socket
import sys
from pathlib import Path

LOG = "AUSCULT_TEST_OUTBOUND_LOG"
ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
LOOKED_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
REVERSED = frozenset({"socket.gethostbyaddr", "socket.getnameinfo"})
INTERNET = (socket.AF_INET, socket.AF_INET6)
NO_NETWORK = tuple(
    getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK", "AF_ALG") if hasattr(socket, name)
)
HERE = ("", "localhost")
# What `egress.self_test` tries on purpose, to show that the product's guard refuses it.
SELF_TEST = ("auscult.invalid", "192.0.2.1")
# The machine of the ward in network namespaces that a test made; reached from inside them only.
WARD = "10.77.0.1"
OUTER = "AUSCULT_TEST_OUTER_NETWORK"  # the namespace that the tests themselves run in
EGRESS = str(Path("core", "safety", "egress.py"))


class Outbound(PermissionError):
    """A process under test tried to look up a name or to reach an address beyond loopback."""


def install() -> None:
    sys.addaudithook(watch)


def watch(event: str, args: tuple[object, ...]) -> None:
    host = outside(event, args)
    if host is None or (host in SELF_TEST and _in_self_test()):
        return
    if host == WARD and _in_made_network():
        return
    test = os.environ.get("PYTEST_CURRENT_TEST", "outside a test")
    if os.environ.get(LOG):
        with open(os.environ[LOG], "a", encoding="utf-8") as log:  # noqa: PTH123  # pathlib may not be ready
            log.write(f"{event} {host} [{test}]\n")
    raise Outbound(f"a test may not reach {host} ({event})")


def outside(event: str, args: tuple[object, ...]) -> str | None:
    """The host that an event is about when it lies beyond loopback."""
    if event in ADDRESSED:
        family, address = getattr(args[0], "family", None), args[1]
        if address is None or family in NO_NETWORK:
            return None
        if family not in INTERNET or not isinstance(address, tuple):
            return str(family)
        return _beyond(address[0])
    if event in LOOKED_UP or event in REVERSED:
        host = args[0][0] if isinstance(args[0], tuple) else args[0]
        # A numeric address needs no look-up; to reach it needs `connect`, which is watched.
        return None if event in LOOKED_UP and _numeric(host) else _beyond(host)
    return None


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)


def _numeric(host: object) -> bool:
    try:
        ipaddress.ip_address(_text(host))
    except ValueError:
        return False
    return True


def _beyond(host: object) -> str | None:
    if host is None or _text(host).lower() in HERE:
        return None
    if not _numeric(host):
        return _text(host)
    address = ipaddress.ip_address(_text(host))
    address = getattr(address, "ipv4_mapped", None) or address
    return None if address.is_loopback or address.is_unspecified else _text(host)


def _in_made_network() -> bool:
    outer = os.environ.get(OUTER)
    return bool(outer) and os.readlink("/proc/self/ns/net") != outer  # noqa: PTH115


def _in_self_test() -> bool:
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "self_test" and frame.f_code.co_filename.endswith(EGRESS):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


if os.environ.get(LOG) and __name__ == "sitecustomize":
    install()
