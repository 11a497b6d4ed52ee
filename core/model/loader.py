"""Loads a checkpoint with transformers: the decided precision, one device, progress, clear errors.

Knows: float16 never; safetensors only; no code of a checkpoint is run; nothing is fetched.
Does not know: questions (`local`). torch and transformers are imported when this module is.
"""

import gc
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    AutoProcessor,
    AutoTokenizer,
    BitsAndBytesConfig,
)
from transformers.utils import logging as transformers_logging

from core.model.checkpoint import Checkpoint
from core.model.local.packed import pack
from core.model.problems import TooLittleMemory, WrongCheckpoint
from core.model.spec import KEPT_MODULES, Decision, gib

LOG = logging.getLogger("auscult")
Progress = Callable[[int, int], None]  # tensors so far, of all
_Quantised: Any = BitsAndBytesConfig
_COMPUTE = {"bfloat16": torch.bfloat16, "float32": torch.float32}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready to answer; `processor` is None for a text model."""

    checkpoint: Checkpoint
    decision: Decision
    model: Any
    tokenizer: Any
    processor: Any


def load(checkpoint: Checkpoint, decision: Decision, progress: Progress) -> Loaded:
    """The model in memory; raises a `ModelProblem`."""
    pictures = checkpoint.kind == "image and text"
    kind = AutoModelForImageTextToText if pictures else AutoModelForCausalLM
    place = {"local_files_only": True, "trust_remote_code": False}
    try:
        with _told(progress):
            model = kind.from_pretrained(
                checkpoint.folder,
                dtype=torch.bfloat16,
                device_map={"": decision.place},
                attn_implementation="sdpa",
                use_safetensors=True,
                quantization_config=quantisation(checkpoint, decision),
                **place,
            )
        reader = AutoProcessor if pictures else AutoTokenizer
        processor = reader.from_pretrained(checkpoint.folder, **place)
        _quicken(model, decision, progress)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError, MemoryError) as why:
        if _is_short(why):
            raise _full(decision) from why
        LOG.exception("the checkpoint cannot be loaded")
        raise WrongCheckpoint("model.problem.not_loaded", type(why).__name__) from why
    model.eval()  # type: ignore[no-untyped-call]
    # Streamlit collects garbage after every run; what stays for good is not looked at again.
    gc.collect()
    gc.freeze()
    tokenizer = processor.tokenizer if pictures else processor
    return Loaded(checkpoint, decision, model, tokenizer, processor if pictures else None)


def _quicken(model: Any, decision: Decision, progress: Progress) -> None:
    """Threads and packed weights, which need memory of their own."""
    if decision.device == "cpu":
        # One core stays with the pages. Threads beyond the free cores wait for each other: beside
        # other work on two cores, two threads gave 2 tokens a second of a tiny model, one gave 100.
        cores = max(1, (os.cpu_count() or 2) - 1)
        torch.set_num_threads(min(torch.get_num_threads(), cores))
    if decision.precision == "bf16":
        pack(model, progress)


def quantisation(checkpoint: Checkpoint, decision: Decision) -> Any:
    """The library's default 4 bits are fp4 in float32, and a short skip list matches nothing."""
    kept = list(KEPT_MODULES[checkpoint.kind])
    if decision.precision == "int8":
        return _Quantised(load_in_8bit=True, llm_int8_skip_modules=kept)
    if decision.precision == "nf4":
        return _Quantised(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=_COMPUTE[decision.compute],
            bnb_4bit_quant_storage=torch.bfloat16,
            llm_int8_skip_modules=kept,
        )
    return None


def _is_short(why: Exception) -> bool:
    """Whether memory ran out, which on a CPU is no error of its own."""
    named = isinstance(why, torch.OutOfMemoryError | MemoryError)
    return named or "allocate memory" in str(why)


def _full(decision: Decision) -> TooLittleMemory:
    return TooLittleMemory(
        "model.problem.memory",
        precision=decision.precision,
        needed=gib(decision.estimate.total),
        free=gib(decision.free),
        fits="",
    )


@contextmanager
def _told(progress: Progress) -> Iterator[None]:
    """Hands each tensor that transformers has loaded on to `progress`."""

    def hook(factory: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return _Bar(args[0] if args else kwargs.get("iterable"), kwargs, progress)

    before = transformers_logging.set_tqdm_hook(hook)
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(before)


class _Bar:
    """As much of tqdm as transformers uses, without a terminal."""

    def __init__(self, items: Any, options: dict[str, Any], progress: Progress) -> None:
        self.items, self.progress = items, progress
        self.total = options.get("total") or (len(items) if hasattr(items, "__len__") else 0)
        self.n = 0

    def __iter__(self) -> Iterator[Any]:
        for item in self.items:
            yield item
            self.update()

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, n: int = 1) -> None:
        self.n += n
        self.progress(self.n, max(self.total, self.n))

    def __getattr__(self, _: str) -> Callable[..., None]:
        return lambda *args, **options: None
