"""Which checkpoint, in which precision, on which device, and why: decided before it is loaded.

Knows: memory of weights, of the cache of several conversations, of images being encoded. What was
decided is a value with its reason, which pages show.
Does not know: torch. The estimate leaves out what the driver keeps for itself beyond `OVERHEAD`;
int8 and nf4 of MedGemma have not been evaluated by its authors.
"""

from dataclasses import dataclass, replace
from typing import Literal

from core.model.problems import TooLittleMemory, WrongCheckpoint
from core.model.shape import Shape

Precision = Literal["bf16", "int8", "nf4"]
Device = Literal["cuda", "cpu"]
Reason = Literal[
    "asked",
    "fits",
    "next_does_not_fit",
    "old_gpu",
    "no_gpu",
    "gpu_too_small",
]
PRECISIONS: tuple[Precision, ...] = ("bf16", "int8", "nf4")
# Full module names: shorter ones match nothing in transformers 5.23 and even quantise the head.
KEPT_MODULES = {
    "image and text": ("model.vision_tower", "model.multi_modal_projector", "lm_head"),
    "text": ("lm_head",),
}
MIB = 2**20
OVERHEAD = 700 * MIB  # context of the driver, work space, fragments
BF16_CAPABILITY = (8, 0)  # older GPUs imitate bf16, some wrongly
_BLOCK, _SECOND = 64, 256  # nf4 with double quantisation: one byte a block, one float per 256


@dataclass(frozen=True, slots=True)
class Memory:
    """What is free, in bytes; `gpu` is None where there is no GPU, `index` as torch counts it."""

    cpu: int
    gpu: int | None = None
    gpu_name: str = ""
    capability: tuple[int, int] = (0, 0)
    index: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of the model at once; tokens include the image tokens."""

    jobs: int = 4
    tokens: int = 8192
    images: int = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes of each part."""

    weights: int
    cache: int
    images: int
    overhead: int = OVERHEAD

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.images + self.overhead


@dataclass(frozen=True, slots=True)
class Decision:
    """`compute`: the type in which quantised layers are multiplied, `bfloat16` or `float32`."""

    precision: Precision
    device: Device
    reason: Reason
    estimate: Estimate
    free: int
    compute: Literal["bfloat16", "float32"] = "bfloat16"
    index: int = 0  # of the GPU

    @property
    def place(self) -> str:
        """The device by the name that torch takes."""
        return "cpu" if self.device == "cpu" else f"cuda:{self.index}"


def with_given_back(memory: Memory, loaded: Decision | None) -> Memory:
    """The memory once the loaded model's weights are gone, if they lie where it is."""
    if loaded is None or (loaded.device == "cuda" and loaded.index != memory.index):
        return memory
    weights = loaded.estimate.weights
    if loaded.device == "cpu":
        return replace(memory, cpu=memory.cpu + weights)
    return replace(memory, gpu=(memory.gpu or 0) + weights)


def estimate(shape: Shape, precision: Precision, load: Load) -> Estimate:
    """Memory in bytes of a checkpoint at a precision under a load."""
    return Estimate(
        weight_bytes(shape, precision), cache_bytes(shape, load), image_bytes(shape, load)
    )


def weight_bytes(shape: Shape, precision: Precision) -> int:
    kept = 2 * shape.kept
    if precision == "int8":
        return kept + shape.linear + 4 * shape.rows
    if precision == "nf4":
        blocks = shape.linear // _BLOCK
        return kept + shape.linear // 2 + blocks + 4 * (blocks // _SECOND)
    return kept + 2 * shape.linear


def cache_bytes(shape: Shape, load: Load) -> int:
    """Keys and values in bf16; a local layer keeps its window only."""
    kept = shape.global_layers * load.tokens + shape.local_layers * min(load.tokens, shape.window)
    return load.jobs * 2 * shape.values_per_token * kept


def image_bytes(shape: Shape, load: Load) -> int:
    """The widest tensor of the vision tower, twice, for the images encoded together."""
    return 2 * 2 * load.images * shape.patches * shape.vision_width


def decide(shape: Shape, asked: str, memory: Memory, load: Load) -> Decision:
    """The precision and device for `asked` (`auto` or a precision); raises with the reason."""
    if asked in ("float16", "fp16", "half"):
        raise WrongCheckpoint("model.problem.float16_asked")
    if asked != "auto" and asked not in PRECISIONS:
        raise WrongCheckpoint("model.problem.precision", asked=asked[:40])
    wanted = [p for p in PRECISIONS if asked in ("auto", p)]
    if memory.gpu is None:
        return _on_cpu(shape, asked, memory, load, "no_gpu")
    old = memory.capability < BF16_CAPABILITY
    if old and asked == "auto":
        wanted = ["nf4"]
    for precision in wanted:
        needed = estimate(shape, precision, load)
        if needed.total <= memory.gpu:
            reason = _reason(asked, old, precision)
            compute: Literal["bfloat16", "float32"] = "float32" if old else "bfloat16"
            return Decision(precision, "cuda", reason, needed, memory.gpu, compute, memory.index)
    if asked == "auto":
        return _on_cpu(shape, asked, memory, load, "gpu_too_small")
    raise _too_little(shape, wanted[0], memory.gpu, load)


def _reason(asked: str, old: bool, precision: Precision) -> Reason:
    if asked != "auto":
        return "asked"
    if old:
        return "old_gpu"
    return "fits" if precision == PRECISIONS[0] else "next_does_not_fit"


def _on_cpu(shape: Shape, asked: str, memory: Memory, load: Load, reason: Reason) -> Decision:
    precision: Precision = next((p for p in PRECISIONS if p == asked), "bf16")
    needed = estimate(shape, precision, load)
    if needed.total > memory.cpu:
        raise _too_little(shape, precision, memory.cpu, load)
    said: Reason = "asked" if asked != "auto" and reason != "no_gpu" else reason
    return Decision(precision, "cpu", said, needed, memory.cpu)


def _too_little(shape: Shape, precision: Precision, free: int, load: Load) -> TooLittleMemory:
    fits = next((p for p in PRECISIONS if estimate(shape, p, load).total <= free), "")
    return TooLittleMemory(
        "model.problem.memory_other" if fits else "model.problem.memory",
        precision=precision,
        needed=gib(estimate(shape, precision, load).total),
        free=gib(free),
        fits=fits,
    )


def gib(size: int) -> str:
    """Bytes as GiB with one decimal."""
    return f"{size / 2**30:.1f}"
