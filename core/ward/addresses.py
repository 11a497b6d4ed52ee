"""Under which addresses and names of this machine tablets may reach the app.

Knows: the IPv4 addresses of interfaces that are up, the host name. Asks no name server.
Does not know: which network is the ward's; a person chooses where there are several.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address

import psutil

from core.ward.problems import WardProblem

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"{LABEL}(\.{LABEL})*")
LONGEST = 253


def own() -> tuple[IPv4Address, ...]:
    """Every address of this machine that another one could use."""
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = (
        IPv4Address(address.address)
        for name, addresses in psutil.net_if_addrs().items()
        for address in addresses
        if name in up and address.family == socket.AF_INET
    )
    return tuple(a for a in dict.fromkeys(found) if not (a.is_loopback or a.is_link_local))


def served(
    asked: Sequence[str], here: Callable[[], tuple[IPv4Address, ...]] = own
) -> tuple[str, ...]:
    """The addresses asked for, or else all private ones; raises `WardProblem`."""
    mine = here()
    if not asked:
        private = tuple(str(address) for address in mine if address.is_private)
        if not private:
            raise WardProblem("ward.refused.no_address")
        return private
    known = ", ".join(map(str, mine)) or "–"
    for typed in asked:
        if typed not in map(str, mine):
            raise WardProblem("ward.refused.foreign_address", address=typed, own=known)
    return tuple(dict.fromkeys(asked))


def names(asked: Sequence[str], host: Callable[[], str] = socket.gethostname) -> tuple[str, ...]:
    """The host name as it is, in its short form and with `.local`, and the names asked for."""
    for typed in asked:
        if not is_name(typed.lower()):
            raise WardProblem("ward.refused.bad_name", name=typed)
    machine = host().lower()
    short = machine.partition(".")[0]
    found = (*(typed.lower() for typed in asked), machine, short, short + ".local")
    return tuple(
        n for n in dict.fromkeys(found) if is_name(n) and n.partition(".")[0] != "localhost"
    )


def is_name(text: str) -> bool:
    """A host name as browsers send it; not an address."""
    if len(text) > LONGEST or not NAME.fullmatch(text):
        return False
    return not text.rpartition(".")[2].isdecimal()


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
