"""A checkpoint in a local folder: what it is, and why one is not run.

Knows: `config.json`, the headers of safetensors files, the list of shards. A folder with Python
code, pickled weights alone, another architecture or float16 is refused before anything is loaded.
Does not know: torch; whether the numbers in the file are good ones.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.model.problems import NoCheckpoint, WrongCheckpoint
from core.model.shape import Shape, read_shape

Kind = Literal["image and text", "text"]
KINDS: Mapping[str, Kind] = {"gemma3": "image and text", "gemma3_text": "text"}
PICKLED = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
TOKENIZER = ("tokenizer.json", "tokenizer.model")
INDEX, SINGLE = "model.safetensors.index.json", "model.safetensors"
LONGEST_HEADER = 100 * 2**20  # bytes; the format's own limit
_HALF = ("F16", "float16", "torch.float16", "half")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A whole checkpoint that this version can run; `bytes` on disk, `revision` fixes its content.

    `revision`: of the hub when its cache says so, else a hash over configuration and headers.
    """

    folder: Path
    kind: Kind
    shape: Shape
    shards: tuple[Path, ...]
    bytes: int
    revision: str

    @property
    def name(self) -> str:
        """What pages call it: `owner/name` in the hub's cache, else the folder's name."""
        cached = [part for part in self.folder.parts if part.startswith("models--")]
        return "/".join(cached[-1].split("--")[1:]) if cached else self.folder.name


def read_checkpoint(folder: Path) -> Checkpoint:
    """Looks at a folder; raises `NoCheckpoint` or `WrongCheckpoint` with the reason."""
    if not folder.is_dir():
        raise NoCheckpoint("model.problem.folder", folder=str(folder))
    kind, config = read_kind(folder)
    shards = _shards(folder)
    if not any((folder / name).is_file() for name in TOKENIZER):
        raise NoCheckpoint("model.problem.incomplete", file=TOKENIZER[0])
    headers = [_header(shard) for shard in shards]
    _refuse_half(config, headers)
    return Checkpoint(
        folder=folder,
        kind=kind,
        shape=_shape(config),
        shards=shards,
        bytes=sum(shard.stat().st_size for shard in shards),
        revision=_revision(folder, config, headers),
    )


def read_kind(folder: Path) -> tuple[Kind, dict[str, Any]]:
    """What the configuration says, before any weights are there; raises as `read_checkpoint`."""
    config = _json(folder / "config.json", "model.problem.no_config")
    _refuse_code(folder, config)
    kind = KINDS.get(str(config.get("model_type")))
    if kind is None:
        raise WrongCheckpoint("model.problem.architecture", kind=str(config.get("model_type"))[:60])
    return kind, config


def _json(path: Path, missing: str) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as why:
        raise NoCheckpoint(missing, file=path.name) from why
    except (OSError, ValueError) as why:
        raise NoCheckpoint("model.problem.unreadable", file=path.name) from why
    if not isinstance(said, dict):
        raise NoCheckpoint("model.problem.unreadable", file=path.name)
    return said


def _refuse_code(folder: Path, config: Mapping[str, Any]) -> None:
    """Nothing of a checkpoint is ever run as a program."""
    code = next((path.name for path in sorted(folder.rglob("*.py"))), None)
    if code or "auto_map" in config:
        raise WrongCheckpoint("model.problem.code", file=code or "config.json")


def _shards(folder: Path) -> tuple[Path, ...]:
    if (folder / INDEX).is_file():
        named = _json(folder / INDEX, "model.problem.unreadable").get("weight_map")
        files = sorted(set(named.values())) if isinstance(named, dict) else []
        # A name with a folder in it could lead out of the checkpoint.
        if not files or any(Path(file).name != file for file in files):
            raise NoCheckpoint("model.problem.unreadable", file=INDEX)
    else:
        files = [SINGLE]
    for file in files:
        if not (folder / file).is_file():
            pickled = any(next(folder.glob(pattern), None) for pattern in PICKLED)
            if pickled:
                raise WrongCheckpoint("model.problem.pickled")
            raise NoCheckpoint("model.problem.incomplete", file=file)
    return tuple(folder / file for file in files)


def _header(shard: Path) -> dict[str, Any]:
    """The header of a safetensors file, which must be as long as its tensors say."""
    try:
        with shard.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > LONGEST_HEADER:
                raise ValueError(length)
            header = json.loads(file.read(length))
        ends = [tensor["data_offsets"][1] for name, tensor in _tensors(header)]
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as why:
        raise NoCheckpoint("model.problem.unreadable", file=shard.name) from why
    if not ends or shard.stat().st_size != 8 + length + max(ends):
        raise NoCheckpoint("model.problem.incomplete", file=shard.name)
    return dict(header)


def _tensors(header: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, tensor) for name, tensor in header.items() if name != "__metadata__"]


def _refuse_half(config: Mapping[str, Any], headers: list[dict[str, Any]]) -> None:
    """Activations of Gemma 3 pass the largest float16 (65 504) and the text comes out empty."""
    stored = {tensor.get("dtype") for header in headers for _, tensor in _tensors(header)}
    stated = {str(config.get(key)) for key in ("dtype", "torch_dtype")}
    if (stored | stated) & set(_HALF):
        raise WrongCheckpoint("model.problem.float16")


def _shape(config: Mapping[str, Any]) -> Shape:
    try:
        return read_shape(config)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as why:
        raise NoCheckpoint("model.problem.unreadable", file="config.json") from why


def _revision(folder: Path, config: Mapping[str, Any], headers: list[dict[str, Any]]) -> str:
    if folder.parent.name == "snapshots":  # the hub's cache names the folder after the commit
        return folder.name
    said = json.dumps([config, headers], sort_keys=True).encode()
    return "sha256:" + hashlib.sha256(said).hexdigest()
