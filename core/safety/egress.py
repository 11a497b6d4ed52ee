"""The guard that keeps this process on its machine: connections and name look-ups end at loopback.

Knows: CPython's audit events for sockets, and the few exceptions: hosts and ports that an
administrator named, each for one purpose. Counts what it refuses and keeps the host only.
Does not cover: libraries that open sockets in C (uvloop, gRPC), `ctypes`, programs that this one
starts (each must arm its own), sockets connected before `arm`. It is no sandbox.
"""

import ipaddress
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock, local
from typing import Any, Literal

Record = Callable[[str], None]

_KEPT = 20
_ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})  # connect_ex: connect
_LOOKED_UP = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_INTERNET = frozenset({socket.AF_INET, socket.AF_INET6})
_INSIDE = frozenset(
    getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK", "AF_ALG") if hasattr(socket, name)
)
_NO_HOST = frozenset({"", "localhost", "ip6-localhost"})


Purpose = Literal["sign_in", "model"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Refused(PermissionError):
    """The guard refused an address beyond loopback."""


@dataclass(frozen=True, slots=True)
class Named:
    """A host that may be reached at one port by TCP, and what for; `host` in small letters.

    With `within` a name that leads outside these networks is as closed as any other.
    """

    purpose: Purpose
    host: str
    port: int
    within: tuple[Network, ...] = ()

    def takes(self, address: str) -> bool:
        """Whether an address that the host's name was resolved to may be connected to."""
        if not self.within:
            return True
        found = ipaddress.ip_address(address)
        return any(found in network for network in self.within)


@dataclass(frozen=True, slots=True)
class Egress:
    """What the guard did: `targets` are the last 20 refused hosts, without ports or content."""

    armed: bool
    refused: int
    targets: tuple[str, ...]
    exceptions: tuple[Named, ...] = ()


@dataclass(slots=True)
class Beyond:
    """One exception at work; `addresses` are those that may be connected to."""

    named: Named
    addresses: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if _is_numeric(self.named.host):
            self.learn((self.named.host,))

    def is_named(self, host: object) -> bool:
        name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else host
        return isinstance(name, str) and name.lower() == self.named.host

    def learn(self, found: Iterable[str]) -> None:
        """Keeps those addresses of the host's name that may be reached."""
        self.addresses.update(filter(self.named.takes, found))

    def may_connect(self, connecting: socket.socket, address: object) -> bool:
        """Only a TCP connection, only to its port, and to an address: a name may lead elsewhere."""
        return (
            connecting.type == socket.SOCK_STREAM
            and isinstance(address, tuple)
            and address[1] == self.named.port
            and address[0] in self.addresses
        )


@dataclass(slots=True)
class Guard:
    """Refuses and counts; one per process, made by `arm`."""

    armed: bool = False
    beyond: tuple[Beyond, ...] = ()
    record: Record | None = None
    refused: int = 0
    targets: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def hook(self, event: str, args: tuple[object, ...]) -> None:
        """The audit hook: raises `Refused` for a target beyond loopback."""
        if self.lets(event, args):
            return
        if event in _ADDRESSED:
            host = _outside_address(args)
        elif event in _LOOKED_UP:
            host = _outside_name(args)
        else:
            return
        if host is not None:
            self.refuse(host)

    def lets(self, event: str, args: tuple[Any, ...]) -> bool:
        """Whether this is a look-up of a host that may be reached, or a connection to it."""
        if event == "socket.getaddrinfo":
            return any(one.is_named(args[0]) for one in self.beyond)
        if event != "socket.connect":
            return False
        return any(one.may_connect(args[0], args[1]) for one in self.beyond)

    def refuse(self, host: str) -> None:
        """Counts a host and raises `Refused`; the program's own test is not counted."""
        if not getattr(_probe, "running", False):
            with _lock:
                self.refused += 1
                self.targets.append(host)
            if self.record is not None:
                self.record(host)
        raise Refused(f"no connection beyond this machine: {host}")


_lock = Lock()
_probe = local()
_guard = Guard()


def arm(record: Record | None = None, beyond: Iterable[Named] = ()) -> Guard:
    """Installs the guard once for the life of the process; `record` is told each refused host.

    `beyond` are the exceptions, given when the guard is first armed and never later.
    """
    with _lock:
        if record is not None:
            _guard.record = record
        if not _guard.armed:
            _guard.beyond = tuple(map(Beyond, beyond))
            _remember_addresses(_guard.beyond)
            sys.addaudithook(_guard.hook)
            for method in ("connect", "connect_ex", "sendto", "sendmsg", "bind"):
                _check_before_look_up(method)
            _guard.armed = True
    return _guard


def _check_before_look_up(method: str) -> None:
    """Refuses a host name before the socket method resolves it.

    CPython 3.11 resolves the name of `connect(("host", 80))` before it raises the audit event, so
    the hook alone would let the question to the name server out.
    """
    original = getattr(socket.socket, method)

    @wraps(original)
    def checked(self: socket.socket, *args: object) -> object:
        address = args[-1] if args else None
        if self.family in _INTERNET and isinstance(address, tuple) and address:
            host = _outside(address[0]) if isinstance(address[0], str) else None
            if method.startswith("connect") and _guard.lets("socket.connect", (self, address)):
                host = None
            if host is not None and not (method == "bind" and _is_numeric(host)):
                _guard.refuse(host)
        return original(self, *args)

    setattr(socket.socket, method, checked)


def _remember_addresses(beyond: tuple[Beyond, ...]) -> None:
    """Keeps what the names of the exceptions are resolved to: connections name addresses only."""
    original = socket.getaddrinfo

    @wraps(original)
    def resolved(host: Any, *args: Any, **options: Any) -> Any:
        found = original(host, *args, **options)
        for one in beyond:
            if one.is_named(host):
                one.learn(str(address[0]) for *_, address in found)
        return found

    socket.getaddrinfo = resolved


def state() -> Egress:
    """Whether the guard is armed and what it refused so far; its own tests are not counted."""
    with _lock:
        named = tuple(one.named for one in _guard.beyond)
        return Egress(_guard.armed, _guard.refused, tuple(_guard.targets), named)


def self_test() -> bool:
    """True when the guard itself refuses a name look-up and a connection; False when not armed.

    Nothing is tried without the guard, so the test never sends anything. 192.0.2.1 is reserved for
    documentation (RFC 5737) and `.invalid` never resolves (RFC 6761).
    """
    if not _guard.armed:
        return False
    _probe.running = True
    try:
        return _refuses(_look_up) and _refuses(_connect)
    finally:
        _probe.running = False


def _look_up() -> None:
    socket.getaddrinfo("auscult.invalid", 80)


def _connect() -> None:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        probe.connect(("192.0.2.1", 9))


def _refuses(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError as problem:
        return isinstance(problem, Refused)
    return False


def _outside_address(args: tuple[object, ...]) -> str | None:
    """The host of a socket's target, or None when it stays here."""
    family, address = getattr(args[0], "family", None), args[1]
    if family in _INSIDE or address is None:  # None: sendmsg on a socket that connect let through
        return None
    if family not in _INTERNET or not isinstance(address, tuple):
        return str(family)
    return _outside(address[0])


def _outside_name(args: tuple[object, ...]) -> str | None:
    host = args[0]
    return _outside(host[0] if isinstance(host, tuple) else host)


def _outside(host: object) -> str | None:
    """The host as text, or None for loopback, the unspecified address and no host at all."""
    if host is None:
        return None
    name = (
        bytes(host).decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    )
    if name.lower() in _NO_HOST:
        return None
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name
    mapped = getattr(address, "ipv4_mapped", None) or address
    # A listening socket is bound through 0.0.0.0 or ::, and a connection to them stays here.
    return None if mapped.is_loopback or mapped.is_unspecified else name


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
