"""A checkpoint in a local folder: what it is, and why one is not run.

Knows: `config.json`, the headers of safetensors files, the list of shards, where a chat template
may be. A folder with Python code, pickled or quantised weights, another architecture, float16 or no
template is refused before anything is loaded. No content of a file raises anything else.
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
LONGEST_NAME = 200  # of a file
_HALF = ("F16", "float16", "torch.float16", "half")
_QUANTISED = ("quantization_config", "compression_config")
_QUANTISED_STORED = {"I8", "U8", "F8_E4M3", "F8_E5M2"}
TEMPLATE = "chat_template.jinja"
# Where else transformers 5.23 finds one; a processor does not take that of its tokenizer.
TEMPLATE_TOO: Mapping[Kind, tuple[str, ...]] = {
    "image and text": ("chat_template.json", "processor_config.json"),
    "text": ("tokenizer_config.json",),
}


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
    _require_template(folder, kind)
    headers = [_header(shard) for shard in shards]
    _refuse_stored(config, headers)
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
    said = str(config.get("model_type"))
    kind = KINDS.get(said)
    if kind is None:
        shown = said[:60].encode("utf-8", "replace").decode()
        raise WrongCheckpoint("model.problem.architecture", kind=shown)
    _refuse_quantised(config)
    return kind, config


def _json(path: Path, missing: str) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():  # to read a pipe would wait for ever
            raise NoCheckpoint("model.problem.unreadable", file=path.name)
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as why:
        raise NoCheckpoint(missing, file=path.name) from why
    except (OSError, ValueError, RecursionError) as why:
        raise NoCheckpoint("model.problem.unreadable", file=path.name) from why
    if not isinstance(said, dict):
        raise NoCheckpoint("model.problem.unreadable", file=path.name)
    return said


def _refuse_code(folder: Path, config: Mapping[str, Any]) -> None:
    """Nothing of a checkpoint is ever run as a program."""
    code = next((path.name for path in sorted(folder.rglob("*.py"))), None)
    if code or "auto_map" in config:
        raise WrongCheckpoint("model.problem.code", file=code or "config.json")


def _refuse_quantised(config: Mapping[str, Any]) -> None:
    """Such weights would be loaded as they are and shown as the precision that was decided."""
    text = config.get("text_config")
    parts = (config, text) if isinstance(text, dict) else (config,)
    if any(part.get(key) for part in parts for key in _QUANTISED):
        raise WrongCheckpoint("model.problem.quantised")


def _require_template(folder: Path, kind: Kind) -> None:
    """Without one no question can be put into the words that the model was trained with."""
    own = folder / TEMPLATE
    if own.is_file() and own.stat().st_size:
        return
    others = (folder / name for name in TEMPLATE_TOO[kind])
    if not any(
        _json(other, "model.problem.unreadable").get("chat_template")
        for other in others
        if other.is_file()
    ):
        raise WrongCheckpoint("model.problem.no_template", file=TEMPLATE)


def _shards(folder: Path) -> tuple[Path, ...]:
    if (folder / INDEX).is_file():
        named = _json(folder / INDEX, "model.problem.unreadable").get("weight_map")
        if not isinstance(named, dict) or not named or not all(map(_is_shard, named.values())):
            raise NoCheckpoint("model.problem.unreadable", file=INDEX)
        files = sorted(set(named.values()))
    else:
        files = [SINGLE]
    for file in files:
        if not (folder / file).is_file():
            pickled = any(next(folder.glob(pattern), None) for pattern in PICKLED)
            if pickled:
                raise WrongCheckpoint("model.problem.pickled")
            raise NoCheckpoint("model.problem.incomplete", file=file)
    return tuple(folder / file for file in files)


def _is_shard(file: object) -> bool:
    """A name with a folder in it could lead out of the checkpoint."""
    return (
        isinstance(file, str)
        and Path(file).name == file
        and file.isascii()
        and file.isprintable()
        and file.endswith(".safetensors")
        and len(file) <= LONGEST_NAME
    )


def _header(shard: Path) -> dict[str, Any]:
    """The header of a safetensors file, which must be as long as its tensors say."""
    try:
        with shard.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > LONGEST_HEADER:
                raise ValueError(length)
            header = json.loads(file.read(length))
        ends = [_end(tensor) for _, tensor in _tensors(header)]
    except (OSError, ValueError, struct.error, RecursionError) as why:
        raise NoCheckpoint("model.problem.unreadable", file=shard.name) from why
    if not ends or shard.stat().st_size != 8 + length + max(ends):
        raise NoCheckpoint("model.problem.incomplete", file=shard.name)
    return dict(header)


def _tensors(header: Any) -> list[tuple[str, Any]]:
    if not isinstance(header, dict):
        raise ValueError("no list of tensors")
    return [(name, tensor) for name, tensor in header.items() if name != "__metadata__"]


def _end(tensor: Any) -> int:
    """Where the numbers of a tensor end; raises `ValueError`."""
    said = tensor if isinstance(tensor, dict) else {}
    match said.get("dtype"), said.get("data_offsets"):
        case str(), [int(), int(end)]:
            return int(end)
    raise ValueError("no tensor")


def _refuse_stored(config: Mapping[str, Any], headers: list[dict[str, Any]]) -> None:
    """Activations of Gemma 3 pass the largest float16 (65 504) and the text comes out empty."""
    stored = {tensor["dtype"] for header in headers for _, tensor in _tensors(header)}
    if stored & _QUANTISED_STORED:
        raise WrongCheckpoint("model.problem.quantised")
    stated = {str(config.get(key)) for key in ("dtype", "torch_dtype")}
    if (stored | stated) & set(_HALF):
        raise WrongCheckpoint("model.problem.float16")


def _shape(config: Mapping[str, Any]) -> Shape:
    try:
        return read_shape(config)
    except (TypeError, ValueError) as why:
        raise NoCheckpoint("model.problem.unreadable", file="config.json") from why


def _revision(folder: Path, config: Mapping[str, Any], headers: list[dict[str, Any]]) -> str:
    if folder.parent.name == "snapshots":  # the hub's cache names the folder after the commit
        return folder.name
    try:
        said = json.dumps([config, headers], sort_keys=True).encode()
    except RecursionError as why:
        raise NoCheckpoint("model.problem.unreadable", file="config.json") from why
    return "sha256:" + hashlib.sha256(said).hexdigest()
