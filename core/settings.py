"""Settings of one running server, read once from the environment and then fixed.

Knows: where data lie, which address and port are served, what each option means.
Does not know: Streamlit's own options, which stand in `.streamlit/config.toml`.
"""

import difflib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from core.errors import BadSetting

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
PREFIX = "AUSCULT_"
FOR_TESTS = "AUSCULT_TEST_"
HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def default_key_file(platform: str = sys.platform, env: Mapping[str, str] = os.environ) -> Path:
    """The master key in the user's configuration, apart from the data folder."""
    if platform == "win32":
        return Path(env.get("LOCALAPPDATA", str(Path.home()))) / "Auscult Keys" / "master.key"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Auscult Keys" / "master.key"
    config = Path(env.get("XDG_CONFIG_HOME", str(Path.home() / ".config")))
    return config / "auscult" / "master.key"


@dataclass(frozen=True, slots=True)
class Settings:
    """The options a person can set; the comment above each is the text of the documentation."""

    # AUSCULT_DATA: folder for records, drafts and incident snapshots; made with mode 0700.
    data: Path
    # AUSCULT_PORT: TCP port of the app, 1 to 65535.
    port: int = 6006
    # AUSCULT_ADDRESS: loopback address that the app listens on; the ward is AUSCULT_WARD.
    address: str = "127.0.0.1"
    # AUSCULT_ASSETS: folder with the knowledge tables, locales and samples.
    assets: Path = ASSETS
    # AUSCULT_DATABASE_URL: postgresql://… when several machines share records; empty for SQLite.
    database: str = ""
    # AUSCULT_KEY_FILE: the master key, outside the data folder; without it no record can be read.
    key_file: Path = field(default_factory=default_key_file)
    # AUSCULT_WARD: addresses and names by which tablets reach the app, with commas; set by
    # `start.py --lan`. Empty: this computer only.
    ward: tuple[str, ...] = ()
    # AUSCULT_CERTIFICATE: the certificate that the ward is served with; empty: plain http.
    certificate: Path | None = None
    # AUSCULT_HOSTS: further host names in a browser's address bar, by commas; a proxy's, say.
    hosts: tuple[str, ...] = ()
    # AUSCULT_MODEL: a folder with a MedGemma checkpoint, or its hub id when it is on this disk.
    model: str = ""
    # AUSCULT_PRECISION: auto, bf16, int8 or nf4.
    precision: str = "auto"
    # AUSCULT_SERVER: an OpenAI-compatible server instead, by its address up to /v1.
    server: str = ""
    # AUSCULT_SERVER_MODEL: which of its models; empty: the first one it offers.
    server_model: str = ""
    # AUSCULT_SERVER_KEY: a file whose first line is the server's key.
    server_key: Path | None = None
    # AUSCULT_PUBLIC_SERVER: the host of AUSCULT_SERVER once more, when it lies outside the house.
    public_server: str = ""

    @property
    def shared(self) -> bool:
        """Whether others than the person at this machine reach the app."""
        return bool(self.ward or self.hosts)

    @property
    def tls(self) -> bool:
        return bool(self.ward and self.certificate)


def default_data_folder(platform: str = sys.platform, env: Mapping[str, str] = os.environ) -> Path:
    """The per-user data folder of the operating system, outside the checkout."""
    if platform == "win32":
        return Path(env.get("LOCALAPPDATA", str(Path.home()))) / "Auscult"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Auscult"
    return Path(env.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))) / "auscult"


def read(env: Mapping[str, str]) -> Settings:
    """Settings from an environment; raises `BadSetting` on an unknown name or a bad value."""
    known = {"DATA", "PORT", "ADDRESS", "ASSETS", "DATABASE_URL", "KEY_FILE"}
    known |= {"WARD", "CERTIFICATE", "HOSTS"}
    known |= {"MODEL", "PRECISION", "SERVER", "SERVER_MODEL", "SERVER_KEY", "PUBLIC_SERVER"}
    ours = {k: v for k, v in env.items() if k.startswith(PREFIX) and not k.startswith(FOR_TESTS)}
    given = {k.removeprefix(PREFIX): v for k, v in ours.items()}
    for name in given.keys() - known:
        near = difflib.get_close_matches(name, known, n=1)
        likely = PREFIX + near[0] if near else "-"
        raise BadSetting("error.setting.unknown", name=PREFIX + name, near=likely)
    data = Path(given["DATA"]).expanduser() if given.get("DATA") else default_data_folder(env=env)
    return Settings(
        data=data,
        port=_port(given.get("PORT", "6006")),
        address=_loopback(given.get("ADDRESS", "127.0.0.1")),
        assets=Path(given["ASSETS"]) if given.get("ASSETS") else ASSETS,
        database=_database(given.get("DATABASE_URL", "")),
        key_file=_apart(given.get("KEY_FILE"), data, env),
        ward=_hosts("WARD", given),
        certificate=Path(given["CERTIFICATE"]) if given.get("CERTIFICATE") else None,
        hosts=_hosts("HOSTS", given),
        model=given.get("MODEL", ""),
        precision=given.get("PRECISION") or "auto",
        server=given.get("SERVER", ""),
        server_model=given.get("SERVER_MODEL", ""),
        server_key=Path(given["SERVER_KEY"]).expanduser() if given.get("SERVER_KEY") else None,
        public_server=given.get("PUBLIC_SERVER", ""),
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


def _hosts(setting: str, given: Mapping[str, str]) -> tuple[str, ...]:
    """Whole names by commas, without port or pattern."""
    names = (name.strip().lower() for name in given.get(setting, "").split(","))
    hosts = tuple(filter(None, names))
    for host in hosts:
        if not HOST_NAME.fullmatch(host):
            raise BadSetting("error.setting.hosts", name=PREFIX + setting, value=host)
    return hosts


def _database(url: str) -> str:
    """The address may hold a password, so a wrong one is not repeated."""
    if url and not url.startswith("postgresql://"):
        raise BadSetting("error.setting.database")
    return url


def _apart(typed: str | None, data: Path, env: Mapping[str, str]) -> Path:
    """A copy of the data folder must not hold the key to it."""
    file = Path(typed).expanduser() if typed else default_key_file(env=env)
    if file.resolve().is_relative_to(data.resolve()):
        raise BadSetting("error.setting.key_file", file=file)
    return file
