"""By which names and addresses browsers reach this process, and whether by TLS.

Knows: loopback always, the ward's when `start.py --lan` named them, a proxy's that is set. What
follows from it for Host headers, the policy for WebSockets, the names and attributes of cookies.
Does not know: who may do what.
"""

import re

from starlette.datastructures import Headers
from starlette.types import Scope

from core import VERSION
from core.settings import LOOPBACK, current

_PORT = r"(:[0-9]{1,5})?"
CONNECT = "connect-src 'self'"


def version() -> str:
    """The X-Auscult header; `start.py` reads from it whether the ward is served."""
    return f"{VERSION} ward" if current().ward else VERSION


def host_allowed(headers: Headers) -> bool:
    """Exactly one Host header, and it names this machine: stops DNS rebinding."""
    hosts = headers.getlist("host")
    served = (*LOOPBACK, *current().ward, *current().hosts)
    names = "|".join(re.escape(f"[{host}]" if ":" in host else host) for host in served)
    return len(hosts) == 1 and bool(re.fullmatch(f"({names}){_PORT}", hosts[0], re.IGNORECASE))


def arrived_where_served(scope: Scope) -> bool:
    """Whether a connection came to an address that was chosen: the port is open on all of them."""
    server = scope.get("server")
    return server is None or server[0] in (*LOOPBACK, *current().ward)


def policy(csp: str, headers: Headers) -> str:
    """The policy with this page's WebSocket by name, since older Safari reads none in 'self'."""
    if not current().ward:
        return csp
    scheme = "wss" if current().tls else "ws"
    return csp.replace(CONNECT, f"{CONNECT} {scheme}://{headers['host']}")


def cookie(name: str) -> str:
    """A cookie's name. By TLS it is bound to this host and to TLS by its name already.

    With one name for both, a browser that once had the `Secure` one would refuse the plain one.
    """
    return f"__Host-{name}" if current().tls else name


def secure(scheme: str) -> bool:
    """Whether a cookie is kept to TLS: ours, or that of a proxy which speaks https to browsers."""
    return current().tls or scheme == "https"
