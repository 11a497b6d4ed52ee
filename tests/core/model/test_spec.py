"""Memory of the published shapes, and what is decided on which machine."""

import pytest

from core.model.problems import TooLittleMemory, WrongCheckpoint
from core.model.shape import read_shape
from core.model.spec import Load, Memory, cache_bytes, decide, estimate, gib, weight_bytes

VISION = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 27,
    "image_size": 896,
    "patch_size": 14,
}
FOUR = {
    "hidden_size": 2560,
    "intermediate_size": 10240,
    "num_hidden_layers": 34,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "sliding_window": 1024,
    "vocab_size": 262208,
}
LARGE = {
    "hidden_size": 5376,
    "intermediate_size": 21504,
    "num_hidden_layers": 62,
    "num_attention_heads": 32,
    "num_key_value_heads": 16,
    "head_dim": 128,
    "sliding_window": 1024,
    "vocab_size": 262208,
}
SMALL = read_shape({"text_config": FOUR, "vision_config": VISION})
BIG = read_shape({"text_config": LARGE, "vision_config": VISION})
GIB = 2**30
LOAD = Load()


def test_the_published_models_have_their_number_of_parameters() -> None:
    assert SMALL.parameters == 4_300_079_472
    assert BIG.parameters == 27_432_406_640
    assert (SMALL.global_layers, BIG.global_layers) == (5, 10)
    assert read_shape(LARGE).parameters == BIG.parameters - BIG.vision


@pytest.mark.parametrize(
    ("shape", "precision", "gib"),
    [
        (SMALL, "bf16", 8.01),
        (SMALL, "int8", 5.02),
        (SMALL, "nf4", 3.57),
        (BIG, "bf16", 51.1),
        (BIG, "int8", 27.3),
        (BIG, "nf4", 15.7),
    ],
)
def test_weights_take_what_the_tables_of_the_model_say(shape, precision, gib) -> None:
    assert weight_bytes(shape, precision) / GIB == pytest.approx(gib, rel=0.005)


def test_a_cache_grows_with_the_global_layers_only_past_the_window() -> None:
    one = Load(jobs=1, tokens=4096)
    assert cache_bytes(SMALL, one) / 2**20 == pytest.approx(196, rel=0.02)
    more = cache_bytes(SMALL, Load(jobs=1, tokens=8192)) - cache_bytes(SMALL, one)
    assert more == 4096 * 20 * 1024
    assert cache_bytes(SMALL, Load(jobs=3, tokens=4096)) == 3 * cache_bytes(SMALL, one)


@pytest.mark.parametrize(
    ("memory", "precision", "device", "reason"),
    [
        (Memory(64 * GIB, 24 * GIB, "L4", (8, 9)), "bf16", "cuda", "fits"),
        (Memory(64 * GIB, 8 * GIB, "RTX", (8, 6)), "int8", "cuda", "next_does_not_fit"),
        (Memory(64 * GIB, 6 * GIB, "RTX", (8, 6)), "nf4", "cuda", "next_does_not_fit"),
        (Memory(64 * GIB, 15 * GIB, "T4", (7, 5)), "nf4", "cuda", "old_gpu"),
        (Memory(64 * GIB, 2 * GIB, "GTX", (8, 6)), "bf16", "cpu", "gpu_too_small"),
        (Memory(16 * GIB), "bf16", "cpu", "no_gpu"),
    ],
)
def test_precision_and_device_follow_the_free_memory(memory, precision, device, reason) -> None:
    found = decide(SMALL, "auto", memory, LOAD)
    assert (found.precision, found.device, found.reason) == (precision, device, reason)
    assert found.compute == ("float32" if memory.capability == (7, 5) else "bfloat16")
    assert found.estimate.total <= found.free


def test_what_was_asked_for_is_taken_or_refused_with_what_would_fit() -> None:
    memory = Memory(64 * GIB, 8 * GIB, "RTX", (8, 6))
    assert decide(SMALL, "nf4", memory, LOAD).reason == "asked"
    with pytest.raises(TooLittleMemory) as refused:
        decide(SMALL, "bf16", memory, LOAD)
    values = refused.value.values
    assert refused.value.key == "model.problem.memory_other"
    assert (values["precision"], values["fits"], values["free"]) == ("bf16", "int8", "8.0")
    assert values["needed"] == gib(estimate(SMALL, "bf16", LOAD).total) == "10.0"
    with pytest.raises(TooLittleMemory) as refused:
        decide(BIG, "auto", Memory(16 * GIB), LOAD)
    assert refused.value.key == "model.problem.memory"


@pytest.mark.parametrize("asked", ["float16", "fp16", "half", "int3", ""])
def test_float16_and_unknown_precisions_are_refused(asked: str) -> None:
    with pytest.raises(WrongCheckpoint) as refused:
        decide(SMALL, asked, Memory(64 * GIB), LOAD)
    half = asked in ("float16", "fp16", "half")
    assert refused.value.key == (
        "model.problem.float16_asked" if half else "model.problem.precision"
    )
