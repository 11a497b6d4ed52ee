"""Settings of one running server, read once from the environment and then fixed.

Knows: where data lie, which address and port are served, what each option means.
Does not know: Streamlit's own options, which stand in `.streamlit/config.toml`.
"""

import difflib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import BadSetting

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
PREFIX = "AUSCULT_"
FOR_TESTS = "AUSCULT_TEST_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """The options a person can set; the comment above each is the text of the documentation."""

    # AUSCULT_DATA: folder for drafts and incident snapshots; made with mode 0700.
    data: Path
    # AUSCULT_PORT: TCP port of the app, 1 to 65535.
    port: int = 6006
    # AUSCULT_ADDRESS: address the app listens on; this version serves loopback only.
    address: str = "127.0.0.1"
    # AUSCULT_ASSETS: folder with the knowledge tables, locales and samples.
    assets: Path = ASSETS


def default_data_folder(platform: str = sys.platform, env: Mapping[str, str] = os.environ) -> Path:
    """The per-user data folder of the operating system, outside the checkout."""
    if platform == "win32":
        return Path(env.get("LOCALAPPDATA", str(Path.home()))) / "Auscult"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Auscult"
    return Path(env.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))) / "auscult"


def read(env: Mapping[str, str]) -> Settings:
    """Settings from an environment; raises `BadSetting` on an unknown name or a bad value."""
    known = {"DATA", "PORT", "ADDRESS", "ASSETS"}
    ours = {k: v for k, v in env.items() if k.startswith(PREFIX) and not k.startswith(FOR_TESTS)}
    given = {k.removeprefix(PREFIX): v for k, v in ours.items()}
    for name in given.keys() - known:
        near = difflib.get_close_matches(name, known, n=1)
        likely = PREFIX + near[0] if near else "-"
        raise BadSetting("error.setting.unknown", name=PREFIX + name, near=likely)
    return Settings(
        data=Path(given["DATA"]).expanduser()
        if given.get("DATA")
        else default_data_folder(env=env),
        port=_port(given.get("PORT", "6006")),
        address=_loopback(given.get("ADDRESS", "127.0.0.1")),
        assets=Path(given["ASSETS"]) if given.get("ASSETS") else ASSETS,
    )


@cache
def current() -> Settings:
    """The settings of this process; a later change of the environment has no effect."""
    return read(os.environ)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise BadSetting("error.setting.port", value=text)
    return int(text)


def _loopback(address: str) -> str:
    if address not in LOOPBACK:
        raise BadSetting("error.setting.address", value=address)
    return address
