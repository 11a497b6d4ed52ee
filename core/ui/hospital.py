"""The hospital's own sign-in (OpenID Connect), as the administrator set it up in secrets.toml.

Knows: what `[auth]` must hold and which host it names; that a browser's way back is the page it
came from. Without `[auth]` there is no such sign-in and nothing of it is loaded.
Does not know: what the provider answers (`hospital_route`).
"""

import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.secrets import AttrDict

from core.records.roles import Page
from core.safety import egress
from core.settings import LOOPBACK
from core.ui.owner import browser

NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
PORTS = {"http": 80, "https": 443}
CALLBACK = "/oauth2callback"  # where Streamlit takes the provider's answer
DONE = "hospital"  # what the address says when the provider let somebody in
MOST = 200  # browsers on their way, and refused accounts, that are remembered


@dataclass(frozen=True, slots=True)
class Configured:
    """`host` and `port` are the provider's, `here` is the address the provider sends people to."""

    state: Literal["absent", "ready", "wrong"]
    problem: str = ""
    values: dict[str, str] = field(default_factory=dict)
    host: str = ""
    port: int = 0
    here: str = ""

    @property
    def beyond(self) -> tuple[egress.Named, ...]:
        """The host that this process must reach; none when it is this machine."""
        outside = self.state == "ready" and self.host not in LOOPBACK
        return (egress.Named("sign_in", self.host, self.port),) if outside else ()


_asked: dict[str, Page] = {}  # by browser
_refused: dict[str, str] = {}  # accounts by the random id in the address


@cache
def configured() -> Configured:
    """What this process found in secrets.toml; a later change needs a restart."""
    if not st.secrets.load_if_toml_exists() or "auth" not in st.secrets:
        return Configured("absent")
    section = st.secrets["auth"]
    return judged(section.to_dict() if isinstance(section, AttrDict) else {})


def judged(auth: dict[str, Any]) -> Configured:
    """Whether `[auth]` can be used, and why not."""
    missing = [name for name in NEEDED if not (auth.get(name) and isinstance(auth[name], str))]
    if missing:
        return Configured("wrong", "door.hospital.incomplete", {"names": ", ".join(missing)})
    # Otherwise a provider that still knows the last person lets the next one in without asking.
    extra = auth.get("client_kwargs")
    if not isinstance(extra, dict) or extra.get("prompt") != "login":
        return Configured("wrong", "door.hospital.prompt")
    provider, here = _site(auth["server_metadata_url"]), _site(auth["redirect_uri"])
    if provider is None or (provider.scheme == "http" and provider.host not in LOOPBACK):
        return Configured("wrong", "door.hospital.https")
    if here is None or here.path != CALLBACK:
        return Configured("wrong", "door.hospital.redirect", {"path": CALLBACK})
    return Configured("ready", host=provider.host, port=provider.port, here=here.origin)


@dataclass(frozen=True, slots=True)
class _Site:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """As a browser spells it: small letters, and no port that goes without saying."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == PORTS[self.scheme]
        return f"{self.scheme}://{name}" if usual else f"{self.scheme}://{name}:{self.port}"


def _site(url: str) -> _Site | None:
    """The parts of an http or https address; None for anything else."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not host or port == 0:
        return None
    return _Site(parts.scheme, host, port or PORTS[parts.scheme], parts.path)


def begin(page: Page) -> None:
    """Sends this browser to the provider; it comes back to Home, and from there to `page`."""
    who = browser()
    if who and (page != "home" or who not in _asked):  # a refused one comes back to Home
        _keep(_asked, who, page)
    st.login()


def page_asked() -> Page | None:
    """The page from which this browser went to the provider, told once when it comes back."""
    if st.query_params.get("sign_in") != DONE:
        return None
    del st.query_params["sign_in"]
    return _asked.pop(browser() or "", None)


def refuse(account: str) -> str:
    """Remembers an account that is nobody's; the id under which the sign-in screen names it."""
    name = secrets.token_hex(8)
    _keep(_refused, name, account)
    return name


def refused(name: str) -> str:
    return _refused.get(name, "–")


def _keep(kept: dict[str, Any], name: str, value: str) -> None:
    kept.pop(name, None)
    kept[name] = value
    while len(kept) > MOST:
        del kept[next(iter(kept))]
