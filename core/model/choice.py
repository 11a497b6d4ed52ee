"""Which model an administrator chose: one small file in the data folder, read at the next start.

Knows: its fields and their bounds; a file that does not hold to them counts as none and is named.
What the environment names wins over it. A key is named by its file, never kept here.
Does not know: whether the model is there (`looking`), who chose it (the audit).
"""

import json
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import NotStored
from core.model.problems import ModelProblem
from core.model.spec import PRECISIONS
from core.model.starting import Asked
from core.settings import ROOT, Settings

FILE = "model.json"
NAMES = ("model", "precision", "server", "server_model", "key_file")
LONGEST, LONGEST_KEY, LARGEST = 1000, 512, 16_384  # characters of a field, of a key; bytes
# No name=value, no host:port:user:password, no address: what secrets of other programs are kept in.
# Keys of servers end with `=` at most, as base64 does.
_KEY = re.compile(r"[!-9;<>-~]+={0,2}")
LOG = logging.getLogger("auscult")
Source = Literal["none", "environment", "choice"]


@dataclass(frozen=True, slots=True)
class Start:
    """What a start begins with, and who says so."""

    asked: Asked
    source: Source


def at_start(settings: Settings) -> Start:
    """What the environment names, else what was chosen on the page."""
    given = settings
    if given.model or given.server:
        asked = Asked(
            given.model,
            given.precision,
            given.server,
            given.server_model,
            given.server_key,
            given.public_server,
        )
        return Start(asked, "environment")
    chosen = read(given.data)
    return Start(chosen, "choice") if chosen else Start(Asked(), "none")


def read(folder: Path) -> Asked:
    """The choice; empty when there is none, or none that can be read."""
    path = folder / FILE
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too long")
        return _read(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Asked()
    except (OSError, ValueError, RecursionError) as why:
        LOG.error("%s is left out: %s", path, why)
        return Asked()


def content(asked: Asked) -> bytes:
    """What the file says; raises a `ModelProblem` for what could not be read again."""
    said = {name: str(getattr(asked, name) or "") for name in NAMES}
    try:
        _read(said)
    except ValueError as why:
        raise ModelProblem("model.choice.unkept", str(why)) from why
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def forget(folder: Path) -> None:
    """The next start begins without a model; raises `NotStored`."""
    try:
        (folder / FILE).unlink(missing_ok=True)
    except OSError as why:
        raise NotStored("error.not_stored", type(why).__name__) from why


def key_file(typed: str, settings: Settings) -> Path | None:
    """A key file that may be read and sent: one short line, and none that is known as a secret.

    Refused are folders of the program's own secrets, the hub's tokens, files and folders that begin
    with a dot, and lines such as passwords are kept in. A secret of another program that lies
    elsewhere as one word cannot be told from a key.
    """
    if not typed.strip():
        return None
    try:
        path = Path(typed.strip()).expanduser()
        real = path.resolve()
        if any(real.is_relative_to(own) for own in _own(settings)):
            raise ModelProblem("model.key.own", file=str(path))
        if any(_is_private(named) for named in (path.absolute(), real)):
            raise ModelProblem("model.key.private", file=str(path))
        with real.open(encoding="ascii") as file:
            key = file.readline(LONGEST_KEY + 2).strip()
    except (OSError, ValueError, RuntimeError) as why:
        raise ModelProblem("model.server.key_file", file=typed.strip()[:LONGEST]) from why
    if not 8 <= len(key) <= LONGEST_KEY or not _KEY.fullmatch(key):
        raise ModelProblem("model.key.none", file=str(path))
    return path


def _is_private(path: Path) -> bool:
    """Whether it is a hub's token, or lies under a name that begins with a dot."""
    hidden = any(part.startswith(".") and part != ".." for part in path.parts)
    return hidden or any(path.is_relative_to(hub) for hub in _hubs())


def _hubs() -> list[Path]:
    """Where the hub's library keeps its tokens, as its documentation names the places."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    named = [os.environ.get("HF_HOME"), cache / "huggingface"]
    files = [os.environ.get("HF_TOKEN_PATH"), os.environ.get("HF_STORED_TOKENS_PATH")]
    places = [Path(place).expanduser() for place in (*named, *files) if place]
    return [*places, *(place.resolve() for place in places)]


def _own(settings: Settings) -> list[Path]:
    """Folders with secrets of the program: records, master key, the ward's key, its own files."""
    certificate = [settings.certificate.parent] if settings.certificate else []
    folders = [settings.data, settings.key_file.parent, ROOT, *certificate]
    return [folder.resolve() for folder in folders]


def _read(said: Any) -> Asked:
    """Raises `ValueError` with what is wrong."""
    if not isinstance(said, dict) or set(said) != set(NAMES):
        raise ValueError(f"the fields are {', '.join(NAMES)}")
    for name in NAMES:
        value = said[name]
        if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
            raise ValueError(f"{name} is no line of text")
    if said["precision"] not in ("auto", *PRECISIONS):
        raise ValueError("no such precision")
    if bool(said["model"]) == bool(said["server"]):
        raise ValueError("one of model and server")
    key = Path(said["key_file"]) if said["key_file"] else None
    return Asked(said["model"], said["precision"], said["server"], said["server_model"], key)
