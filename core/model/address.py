"""Where the address of a model server leads, judged by its words: here, inside the house, outside.

Knows: the networks that nobody routes on the internet, and the endings of names that belong to no
public registry. A name without such an ending counts as public, wherever it leads.
Does not know: what a name resolves to; the guard of the process (`core.safety.egress`) refuses
connections of an inside name to an outside address. Standard library only: `start.py` asks here.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from core.model.problems import ModelProblem
from core.settings import HOST_NAME

Place = Literal["this machine", "private", "public"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PORTS = {"http": 80, "https": 443}
# RFC 1918 and RFC 4193. What Python calls private holds far more, documentation and link-local.
PRIVATE: tuple[Network, ...] = (
    ipaddress.IPv4Network("10.0.0.0/8"),
    ipaddress.IPv4Network("172.16.0.0/12"),
    ipaddress.IPv4Network("192.168.0.0/16"),
    ipaddress.IPv6Network("fc00::/7"),
)
# RFC 6762 (`local` and its appendix G), RFC 8375 (`home.arpa`), ICANN 2024 (`internal`).
INSIDE = (".local", ".internal", ".intranet", ".private", ".corp", ".home", ".lan", ".home.arpa")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a server's address that decide; `host` in small letters."""

    scheme: str
    host: str
    port: int
    place: Place

    @property
    def readable_by_others(self) -> bool:
        """Whether questions cross a network in clear."""
        return self.scheme == "http" and self.place != "this machine"


def read_address(url: str) -> Address:
    """Raises a `ModelProblem` for what is no plain http or https address."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as why:
        raise ModelProblem("model.server.url") from why
    # A key in the address would end up in logs; a query would be lost on the way.
    unclear = "@" in parts.netloc or parts.query or parts.fragment or port == 0
    if parts.scheme not in PORTS or unclear:
        raise ModelProblem("model.server.url")
    return Address(parts.scheme, host, port or PORTS[parts.scheme], _place(host))


def place(url: str) -> Place:
    """Where an address leads by its words alone."""
    return read_address(url).place


def allowed(url: str, confirmed: str = "") -> Address:
    """An address that may be asked; one outside needs TLS and `confirmed`, its very host."""
    address = read_address(url)
    if address.place == "public":
        if address.scheme != "https":
            raise ModelProblem("model.server.plain", host=address.host)
        if confirmed.lower() != address.host:
            raise ModelProblem("model.server.public", host=address.host)
    return address


def _place(host: str) -> Place:
    if host == "localhost":
        return "this machine"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _place_of_name(host)
    if address.is_loopback:
        return "this machine"
    return "private" if any(address in network for network in PRIVATE) else "public"


def _place_of_name(host: str) -> Place:
    """A name without a dot is looked up within the house's own domain."""
    last = host.rpartition(".")[2]
    # 127.1, 0x7f.1 and 2130706433 are addresses to a resolver, and none to a reader.
    if not HOST_NAME.fullmatch(host) or _NUMBER.fullmatch(last):
        raise ModelProblem("model.server.url")
    return "private" if "." not in host or host.endswith(INSIDE) else "public"
