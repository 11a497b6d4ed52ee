"""A Gemma 3 of random numbers in the shape of the 4 B model, with a tokenizer and a processor.

    checkpoint("full") -> folder, 8.6 GB, made once in the user's cache folder, shard by shard
    checkpoint("small") -> six narrow layers with the same vocabulary, made in seconds

Speed and memory depend on the shape, not on the numbers; what such a model says means nothing.
Norms and projector are random too, so no part of the model vanishes.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import (
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    Gemma3ImageProcessor,
    Gemma3Processor,
    GemmaTokenizer,
)

ROOT = Path(__file__).resolve().parent.parent
Size = Literal["full", "small"]
SHARD = 2**31  # bytes; the most that is held in memory while a checkpoint is made
VOCABULARY, ROWS = 262145, 262208  # what the tokenizer knows, and what the embedding holds
BEGIN, END, SOFT = 255999, 256000, 262144
LEARNED = 6000  # pieces learned from the texts of the tables, so that prompts are not too long
TEMPLATE = (
    "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}"
    "{%- set first = messages[0]['content'][0]['text'] + '\n\n' -%}{%- set turns = messages[1:] -%}"
    "{%- else -%}{%- set first = '' -%}{%- set turns = messages -%}{%- endif -%}"
    "{%- for message in turns -%}"
    "{%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}"
    "{{ '<start_of_turn>' + role + '\n' + (first if loop.first else '') }}"
    "{%- for item in message['content'] -%}"
    "{%- if item['type'] == 'image' -%}{{ '<start_of_image>' }}"
    "{%- else -%}{{ item['text'] | trim }}{%- endif -%}{%- endfor -%}"
    "{{ '<end_of_turn>\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}"
)
TEXT: dict[Size, dict[str, Any]] = {
    "full": {
        "hidden_size": 2560,
        "intermediate_size": 10240,
        "num_hidden_layers": 34,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "sliding_window": 1024,
        "query_pre_attn_scalar": 256,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
    },
    "small": {
        "hidden_size": 64,
        "intermediate_size": 256,
        "num_hidden_layers": 6,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "sliding_window": 128,
        "query_pre_attn_scalar": 32,
    },
}
VISION: dict[Size, dict[str, Any]] = {
    "full": {
        "hidden_size": 1152,
        "intermediate_size": 4304,
        "num_hidden_layers": 27,
        "num_attention_heads": 16,
        "image_size": 896,
        "patch_size": 14,
        "vision_use_head": False,
    },
    "small": {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 56,
        "patch_size": 14,
        "vision_use_head": False,
    },
}
IMAGE_TOKENS: dict[Size, int] = {"full": 256, "small": 4}


def checkpoint(size: Size) -> Path:
    """The folder of the checkpoint; it is made when it is not there."""
    home = _cache() / f"random-gemma3-{size}"
    if (home / "config.json").is_file():
        return home
    home.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=home.parent))
    try:
        _processor(size).save_pretrained(fresh)
        _weights(fresh, _config(size))
        _config(size).save_pretrained(fresh)
        fresh.rename(home)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        if not (home / "config.json").is_file():  # else another process was faster
            raise
    return home


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "auscult" / "bench"


def _config(size: Size) -> Gemma3Config:
    return Gemma3Config(
        text_config={"model_type": "gemma3_text", "vocab_size": ROWS, **TEXT[size]},
        vision_config={"model_type": "siglip_vision_model", **VISION[size]},
        mm_tokens_per_image=IMAGE_TOKENS[size],
        boi_token_index=BEGIN,
        eoi_token_index=END,
        image_token_index=SOFT,
        architectures=["Gemma3ForConditionalGeneration"],
        dtype="bfloat16",
    )


def _weights(folder: Path, config: Gemma3Config) -> None:
    """Random tensors under the names that the real model has, a shard at a time."""
    with torch.device("meta"):
        empty = Gemma3ForConditionalGeneration(config)
    named = {
        name: tensor.shape
        for name, tensor in empty.state_dict().items()
        if name != "lm_head.weight"
    }
    chance = torch.Generator().manual_seed(5)
    shards = _shards(named)
    where = {}
    for number, names in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        held = {name: _random(name, named[name], chance) for name in names}
        save_file(held, folder / file, metadata={"format": "pt"})
        where.update(dict.fromkeys(names, file))
    total = 2 * sum(shape.numel() for shape in named.values())
    index = {"metadata": {"total_size": total}, "weight_map": where}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    ends = {"bos_token_id": 2, "eos_token_id": [1, 106], "pad_token_id": 0}
    sampling = {"do_sample": True, "top_k": 64, "top_p": 0.95}  # as the real one ships
    (folder / "generation_config.json").write_text(json.dumps(ends | sampling), encoding="utf-8")


def _shards(named: dict[str, torch.Size]) -> list[list[str]]:
    shards: list[list[str]] = [[]]
    held = 0
    for name, shape in named.items():
        if shards[-1] and held + 2 * shape.numel() > SHARD:
            shards.append([])
            held = 0
        shards[-1].append(name)
        held += 2 * shape.numel()
    return shards


def _random(name: str, shape: torch.Size, chance: torch.Generator) -> torch.Tensor:
    """Norms near one, everything else as wide as such models are initialised."""
    made = torch.empty(shape, dtype=torch.bfloat16).normal_(0, 0.02, generator=chance)
    return made.mul_(5).add_(1) if "norm" in name and name.endswith("weight") else made


def _processor(size: Size) -> Gemma3Processor:
    pieces, merges = _pieces()
    tokenizer = GemmaTokenizer(
        vocab=pieces,
        merges=merges,
        extra_special_tokens={
            "boi_token": "<start_of_image>",
            "eoi_token": "<end_of_image>",
            "image_token": "<image_soft_token>",
        },
    )
    turns = ["<start_of_turn>", "<end_of_turn>"]
    tokenizer.add_special_tokens({"additional_special_tokens": turns})
    side = VISION[size]["image_size"]
    return Gemma3Processor(
        image_processor=Gemma3ImageProcessor(size={"height": side, "width": side}),
        tokenizer=tokenizer,
        chat_template=TEMPLATE,
        image_seq_length=IMAGE_TOKENS[size],
    )


def _pieces() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Each token at the place it has in Gemma 3; what was not learned is filled up with names."""
    learner = Tokenizer(models.BPE())
    learner.normalizer = normalizers.Replace(" ", "▁")
    learner.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trainer = trainers.BpeTrainer(vocab_size=LEARNED, show_progress=False)
    learner.train_from_iterator(_texts(), trainer)
    learned = json.loads(learner.to_str())["model"]
    fixed = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "[multimodal]"]
    fixed += [f"<unused{n}>" for n in range(99)] + ["<start_of_turn>", "<end_of_turn>"]
    fixed += [f"<0x{n:02X}>" for n in range(256)]
    fixed += sorted(learned["vocab"], key=learned["vocab"].__getitem__)
    pieces = {piece: n for n, piece in enumerate(fixed)}
    pieces |= {f"▁w{n}": n for n in range(len(fixed), VOCABULARY)}
    for name, at in (("<start_of_image>", BEGIN), ("<end_of_image>", END)):
        del pieces[f"▁w{at}"]
        pieces[name] = at
    del pieces[f"▁w{SOFT}"]
    pieces["<image_soft_token>"] = SOFT
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in learned["merges"]]
    return pieces, merges


def _texts() -> Iterable[str]:
    for table in sorted((ROOT / "assets" / "pharmacy").rglob("*.csv")):
        yield from table.read_text(encoding="utf-8").replace(",", " ").splitlines()
