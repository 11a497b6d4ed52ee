"""What is refused before anything is loaded, and what a whole checkpoint says of itself."""

import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from core.model.checkpoint import Checkpoint, read_checkpoint
from core.model.problems import ModelProblem


@pytest.fixture
def copied(checkpoint: Checkpoint, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint.folder, tmp_path / "tiny"))


def edit(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def pipe(folder: Path) -> None:
    """Nobody ever writes into it."""
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")


def half(folder: Path) -> None:
    """The header says float16; sizes stay."""
    path = folder / "model.safetensors"
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    path.write_bytes(
        raw[:8] + raw[8 : 8 + length].replace(b'"BF16"', b'"F16" ') + raw[8 + length :]
    )


def cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def sharded(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    names = {f"t{n}": f"model-0000{n}-of-00002.safetensors" for n in (1, 2)}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))


def named(folder: Path, file: object) -> None:
    said = json.dumps({"weight_map": {"t": file, "u": "model.safetensors"}})
    (folder / "model.safetensors.index.json").write_text(said)


def headed(folder: Path, header: object) -> None:
    """The weights are one file of eight bytes under this header."""
    said = (header if isinstance(header, str) else json.dumps(header)).encode()
    raw = struct.pack("<Q", len(said)) + said + bytes(8)
    (folder / "model.safetensors").write_bytes(raw)


def tensor(**values: object) -> dict[str, object]:
    return {"t": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8], **values}}


def template(folder: Path, where: str = "", said: object = "{{ bos_token }}") -> None:
    """The chat template moves from its own file to a key of another."""
    (folder / "chat_template.jinja").unlink()
    if where:
        path = folder / where
        others = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**others, "chat_template": said}))


def deep(folder: Path) -> None:
    said = (folder / "config.json").read_text().rstrip().removesuffix("}")
    (folder / "config.json").write_text(f'{said}, "deep": {"[" * 5000}{"]" * 5000}}}')


FP8 = {"quant_method": "fp8"}


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (shutil.rmtree, "model.problem.folder"),
    "no config": (lambda f: (f / "config.json").unlink(), "model.problem.no_config"),
    "broken config": (lambda f: (f / "config.json").write_text("{"), "model.problem.unreadable"),
    "a list": (lambda f: (f / "config.json").write_text("[]"), "model.problem.unreadable"),
    "bad sizes": (lambda f: edit(f, text_config={"head_dim": "x"}), "model.problem.unreadable"),
    "another model": (lambda f: edit(f, model_type="llama"), "model.problem.architecture"),
    "code": (lambda f: (f / "modeling_x.py").write_text("1"), "model.problem.code"),
    "code by name": (lambda f: edit(f, auto_map={"AutoModel": "x.Y"}), "model.problem.code"),
    "float16 said": (lambda f: edit(f, dtype="float16"), "model.problem.float16"),
    "a pipe": (pipe, "model.problem.unreadable"),
    "float16 stored": (half, "model.problem.float16"),
    "half a file": (cut, "model.problem.incomplete"),
    "a shard missing": (sharded, "model.problem.incomplete"),
    "a shard outside": (lambda f: named(f, "../s.safetensors"), "model.problem.unreadable"),
    "a shard by number": (lambda f: named(f, 7), "model.problem.unreadable"),
    "a list of shards": (lambda f: named(f, ["a"]), "model.problem.unreadable"),
    "an endless name": (lambda f: named(f, "s" * 9000), "model.problem.unreadable"),
    "no offsets": (lambda f: headed(f, tensor(data_offsets=None)), "model.problem.unreadable"),
    "offsets of text": (
        lambda f: headed(f, tensor(data_offsets=["0", "8"])),
        "model.problem.unreadable",
    ),
    "an offset of none": (
        lambda f: headed(f, tensor(data_offsets=[0, None])),
        "model.problem.unreadable",
    ),
    "a list of types": (lambda f: headed(f, tensor(dtype=["BF16"])), "model.problem.unreadable"),
    "a deep header": (lambda f: headed(f, "[" * 5000), "model.problem.unreadable"),
    "a header of a list": (lambda f: headed(f, []), "model.problem.unreadable"),
    "a deep config": (deep, "model.problem.unreadable"),
    "no end of layers": (
        lambda f: edit(f, text_config={"num_hidden_layers": float("inf")}),
        "model.problem.unreadable",
    ),
    "far too wide": (
        lambda f: edit(f, text_config={"hidden_size": 10**400}),
        "model.problem.unreadable",
    ),
    "quantised": (lambda f: edit(f, quantization_config=FP8), "model.problem.quantised"),
    "quantised text": (
        lambda f: edit(f, text_config={"quantization_config": FP8}),
        "model.problem.quantised",
    ),
    "stored in 8 bits": (lambda f: headed(f, tensor(dtype="F8_E4M3")), "model.problem.quantised"),
    "no template": (template, "model.problem.no_template"),
    "an empty template": (
        lambda f: (f / "chat_template.jinja").write_text(""),
        "model.problem.no_template",
    ),
    "the tokenizer's template": (
        lambda f: template(f, "tokenizer_config.json"),
        "model.problem.no_template",
    ),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "model.problem.incomplete"),
    "pickled": (
        lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"),
        "model.problem.pickled",
    ),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "model.problem.incomplete"),
    "not safetensors": (
        lambda f: (f / "model.safetensors").write_bytes(b"\xff" * 64),
        "model.problem.unreadable",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_checkpoint_is_refused_with_its_reason(copied: Path, name: str) -> None:
    spoil, key = SPOILT[name]
    spoil(copied)
    with pytest.raises(ModelProblem) as refused:
        read_checkpoint(copied)
    assert refused.value.key == key


def test_a_whole_checkpoint_tells_its_kind_size_and_revision(copied: Path) -> None:
    found = read_checkpoint(copied)
    assert found.kind == "image and text"
    assert found.bytes == (copied / "model.safetensors").stat().st_size
    again = read_checkpoint(copied)
    assert found.revision == again.revision and found.revision.startswith("sha256:")
    edit(copied, transformers_version="0")
    assert read_checkpoint(copied).revision != found.revision


def test_the_revision_of_the_hub_is_kept(copied: Path, tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    home = tmp_path / "hub" / "models--google--medgemma-1.5-4b-it" / "snapshots" / commit
    home.parent.mkdir(parents=True)
    copied.rename(home)
    found = read_checkpoint(home)
    assert (found.name, found.revision) == ("google/medgemma-1.5-4b-it", commit)


def test_the_shape_counts_what_transformers_builds(checkpoint: Checkpoint, built: object) -> None:
    assert checkpoint.shape.parameters == sum(p.numel() for p in built.parameters())
    tower = built.model.vision_tower.parameters()
    projector = built.model.multi_modal_projector.parameters()
    assert checkpoint.shape.vision == sum(p.numel() for p in (*tower, *projector))
    linear = [
        module.weight.numel()
        for name, module in built.named_modules()
        if type(module).__name__ == "Linear" and name.startswith("model.language_model")
    ]
    assert checkpoint.shape.linear == sum(linear)


@pytest.mark.parametrize("where", ["chat_template.json", "processor_config.json"])
def test_a_template_may_stand_where_transformers_finds_it(copied: Path, where: str) -> None:
    from transformers import AutoProcessor

    template(copied, where)
    read_checkpoint(copied)
    found = AutoProcessor.from_pretrained(copied, local_files_only=True)
    assert found.chat_template == "{{ bos_token }}"


def test_a_text_model_takes_the_template_of_its_tokenizer(copied: Path) -> None:
    from transformers import AutoTokenizer

    edit(copied, model_type="gemma3_text")
    template(copied, "tokenizer_config.json")
    assert read_checkpoint(copied).kind == "text"
    found = AutoTokenizer.from_pretrained(copied, local_files_only=True)
    assert found.chat_template == "{{ bos_token }}"
