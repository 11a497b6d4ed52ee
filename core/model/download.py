"""A checkpoint is fetched from a model hub into the hub's cache on this disk, when a person asks.

Knows: which files are taken, the layout of that cache, how a broken download goes on, the sums of
large files. `refs/main` is written last, so that half a checkpoint is never found. It runs in a
process of its own: `online` must come before anything else imports huggingface_hub.
Does not know: terms, terminals. Plain HTTP only; hf_xet opens sockets and caches of its own.
"""

import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from core.model.checkpoint import read_checkpoint, read_kind
from core.model.download_problems import explained
from core.model.problems import ModelProblem
from core.model.spec import gib

# Nothing that could be run: no Python, no pickles. Sub-folders hold other formats.
TAKEN = ("*.safetensors", "*.json", "*.jinja", "*.txt", "tokenizer.model", "LICENSE", "NOTICE")
WEIGHTS = ".safetensors"
SETTINGS = {
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "0",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",  # else the hub is asked for a list of programs
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}
PART = ".auscult"  # the library's own unfinished files are thrown away, not continued
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ANSWER_S = 30.0


@dataclass(frozen=True, slots=True)
class Step:
    """`done` of `whole` files are here, `bytes_done` of `bytes_whole`; `file` is being fetched."""

    file: str
    done: int
    whole: int
    bytes_done: int
    bytes_whole: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole checkpoint; `revision` is the commit that it was fetched at."""

    folder: Path
    revision: str


@dataclass(frozen=True, slots=True)
class _File:
    """`sha256` only of large files."""

    name: str
    size: int
    sha256: str


Told = Callable[[Step], None]


def online() -> None:
    """Lets this process, and nobody else, ask a hub."""
    os.environ.update(SETTINGS)
    from huggingface_hub.utils import logging as hub_logging

    hub_logging.set_verbosity(logging.CRITICAL)  # every failure has a sentence of ours


def taken(name: str) -> bool:
    """Whether a file of a repository is fetched."""
    return "/" not in name and "\\" not in name and any(fnmatchcase(name, p) for p in TAKEN)


def fetch(model: str, told: Told) -> Fetched:
    """Fetches what is missing of `owner/name`; raises a `ModelProblem` with the reason."""
    from filelock import FileLock, Timeout
    from huggingface_hub import constants

    if model.count("/") != 1:
        raise ModelProblem("model.download.id", name=model[:100])
    home = Path(constants.HF_HUB_CACHE) / f"models--{model.replace('/', '--')}"
    with explained(model, home):
        revision, files = _listed(model)
        (home / "blobs").mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(home / f"lock{PART}", timeout=0):
                return _Fetching(model, home, revision, files, told).run()
        except Timeout as why:
            raise ModelProblem("model.download.running") from why


def _listed(model: str) -> tuple[str, tuple[_File, ...]]:
    """The commit that `main` is now, and its files, the small ones first."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError

    try:
        info = HfApi().model_info(model, files_metadata=True, timeout=_ANSWER_S)
    except HFValidationError as why:
        raise ModelProblem("model.download.id", name=model[:100]) from why
    except (AttributeError, KeyError, TypeError, ValueError) as why:  # no answer of a hub
        raise ModelProblem("model.download.hub", status="200") from why
    files = [
        _File(one.rfilename, one.size or 0, one.lfs.sha256 if one.lfs else "")
        for one in info.siblings or ()
        if taken(one.rfilename)
    ]
    if not info.sha or any(file.sha256 and not _SHA256.fullmatch(file.sha256) for file in files):
        raise ModelProblem("model.download.hub", status="200")
    if not any(file.name.endswith(WEIGHTS) for file in files):
        raise ModelProblem("model.download.no_weights", name=model)
    by_size = sorted(files, key=lambda file: (file.name.endswith(WEIGHTS), file.size, file.name))
    return info.sha, tuple(by_size)


class _Fetching:
    """One run over the files of one commit."""

    def __init__(
        self, model: str, home: Path, revision: str, files: tuple[_File, ...], told: Told
    ) -> None:
        self._model, self._home, self._revision = model, home, revision
        self._files, self._told = files, told
        self._folder = home / "snapshots" / revision
        self._whole = sum(file.size for file in files)
        self._behind = 0  # bytes of the files that are here

    def run(self) -> Fetched:
        self._require_space()
        judged = False
        for done, file in enumerate(self._files):
            if file.name.endswith(WEIGHTS) and not judged:
                read_kind(self._folder)  # before gigabytes of what cannot be run
                judged = True
            self._say(file, done, 0)
            self._one(file, done)
            self._behind += file.size
            self._say(file, done + 1, 0)
        read_checkpoint(self._folder)
        self._found_from_now_on()
        return Fetched(self._folder, self._revision)

    def _one(self, file: _File, done: int) -> None:
        from huggingface_hub import hf_hub_download

        if (self._folder / file.name).exists():
            return
        if file.sha256:
            self._large(file, done)
        # Links a blob that is there under its sum; fetches a small file.
        hf_hub_download(self._model, file.name, revision=self._revision)

    def _large(self, file: _File, done: int) -> None:
        """Into a part that the next run goes on with, and under its sum once that is right."""
        from huggingface_hub import get_token, hf_hub_url
        from huggingface_hub.file_download import http_get

        blob, part = self._home / "blobs" / file.sha256, self._part(file)
        if blob.exists():
            return
        token = get_token()
        with part.open("ab") as out:
            if out.tell() > file.size:
                out.truncate(0)
            http_get(
                hf_hub_url(self._model, file.name, revision=self._revision),
                out,
                resume_size=out.tell(),
                headers={"authorization": f"Bearer {token}"} if token else {},
                expected_size=file.size,
                tqdm_class=_Counter(lambda here: self._say(file, done, here)),  # type: ignore[arg-type]  # one that is called like a class
            )
        if _sum(part) != file.sha256:
            part.unlink()
            raise ModelProblem("model.download.damaged", file=file.name)
        part.replace(blob)

    def _part(self, file: _File) -> Path:
        return self._home / "blobs" / f"{file.sha256}{PART}"

    def _say(self, file: _File, done: int, here: int) -> None:
        self._told(Step(file.name, done, len(self._files), self._behind + here, self._whole))

    def _require_space(self) -> None:
        """The files that are still missing must fit."""
        missing = [file for file in self._files if not (self._folder / file.name).exists()]
        parts = [self._part(file) for file in missing if file.sha256]
        needed = sum(file.size for file in missing)
        needed -= sum(part.stat().st_size for part in parts if part.exists())
        if needed > (free := shutil.disk_usage(self._home).free):
            said = {"folder": str(self._home), "needed": gib(needed), "free": gib(free)}
            raise ModelProblem("model.download.full", **said)

    def _found_from_now_on(self) -> None:
        (self._home / "refs").mkdir(exist_ok=True)
        fresh = self._home / "refs" / f"main{PART}"
        fresh.write_text(self._revision, encoding="utf-8")
        fresh.replace(self._home / "refs" / "main")
        for part in (self._home / "blobs").glob(f"*{PART}"):  # of commits that are no longer asked
            part.unlink()


class _Counter:
    """What `http_get` takes for a progress bar: made by a call, then told of each piece."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self._told, self._here = told, 0

    def __call__(self, *, initial: int = 0, **_: object) -> "_Counter":
        self._here = initial
        return self

    def __enter__(self) -> "_Counter":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, n: int) -> None:
        self._here += n
        self._told(self._here)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
