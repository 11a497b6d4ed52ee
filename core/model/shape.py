"""The shape of a Gemma 3 checkpoint, read from its `config.json`: how many numbers it holds.

Knows: the layers of `Gemma3ForConditionalGeneration` and `Gemma3ForCausalLM`, tied embeddings.
Does not know: torch, weights, memory of a machine. Counts agree with the model that transformers
builds from the same configuration (a test builds it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What `Gemma3TextConfig` and `SiglipVisionConfig` of transformers 5.23 assume when a key is absent.
_TEXT = {
    "hidden_size": 2304,
    "intermediate_size": 9216,
    "num_hidden_layers": 26,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "vocab_size": 262208,
    "sliding_window": 4096,
}
_VISION = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "image_size": 224,
    "patch_size": 16,
}
LARGEST = 2**31  # of one size; a number beyond it is a mistake
_GLOBAL_EVERY = 6  # five layers look at a window, the sixth at everything


@dataclass(frozen=True, slots=True)
class Shape:
    """Parameters by what precision may do to them, and what a token costs while generating.

    `linear`: weights of the text layers' Linear modules, the only ones that are quantised.
    `kept`: everything else (embeddings, norms, vision tower, projector).
    `rows`: output rows of those Linear modules, each of which has a scale in int8.
    """

    linear: int
    kept: int
    rows: int
    vision: int
    local_layers: int
    global_layers: int
    window: int
    values_per_token: int
    patches: int
    vision_width: int

    @property
    def parameters(self) -> int:
        return self.linear + self.kept


def read_shape(config: Mapping[str, Any]) -> Shape:
    """The shape that a `config.json` of kind `gemma3` or `gemma3_text` describes.

    Raises `TypeError` or `ValueError` for what are no sizes.
    """
    said = _part(config, "text_config")
    text = _sizes(said, _TEXT)
    heads, layers, hidden = _Heads(text), text["num_hidden_layers"], text["hidden_size"]
    norms = layers * (4 * hidden + 2 * heads.width) + hidden
    embeddings = text["vocab_size"] * hidden
    seen = config.get("vision_config")
    vision = _sizes(seen, _VISION) if seen else None
    tower = _vision_parameters(vision, hidden) if vision else 0
    everywhere = _global_layers(said, layers)
    return Shape(
        linear=layers * heads.weights(hidden, text["intermediate_size"]),
        kept=norms + embeddings + tower,
        rows=layers * heads.rows(hidden, text["intermediate_size"]),
        vision=tower,
        local_layers=layers - everywhere,
        global_layers=everywhere,
        window=text["sliding_window"],
        values_per_token=2 * heads.keys,
        patches=(vision["image_size"] // vision["patch_size"]) ** 2 if vision else 0,
        vision_width=vision["intermediate_size"] if vision else 0,
    )


def _part(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A text-only checkpoint has its text configuration at the top."""
    part = config.get(name, config)
    return part if isinstance(part, Mapping) else config


def _sizes(said: Any, assumed: Mapping[str, int]) -> dict[str, int]:
    if not isinstance(said, Mapping):
        raise TypeError("no configuration")
    return {name: _size(said.get(name), otherwise) for name, otherwise in assumed.items()}


def _size(said: object, otherwise: int) -> int:
    if said is None:
        return otherwise
    if type(said) is not int or not 0 < said <= LARGEST:
        raise ValueError("no size")
    return said


def _global_layers(text: Mapping[str, Any], layers: int) -> int:
    named = text.get("layer_types")
    if named:
        return sum(kind == "full_attention" for kind in named)
    return layers // _size(text.get("sliding_window_pattern") or None, _GLOBAL_EVERY)


class _Heads:
    """Sizes of the attention of one text layer."""

    def __init__(self, text: Mapping[str, int]) -> None:
        self.width = text["head_dim"]
        self.queries = text["num_attention_heads"] * self.width
        self.keys = text["num_key_value_heads"] * self.width

    def weights(self, hidden: int, inner: int) -> int:
        return hidden * (2 * self.queries + 2 * self.keys) + 3 * hidden * inner

    def rows(self, hidden: int, inner: int) -> int:
        return self.queries + 2 * self.keys + 2 * inner + 2 * hidden


def _vision_parameters(vision: Mapping[str, int], hidden: int) -> int:
    """SigLIP tower without a pooling head, and the projector with its norm."""
    width, inner = vision["hidden_size"], vision["intermediate_size"]
    patches = (vision["image_size"] // vision["patch_size"]) ** 2
    layer = 4 * (width + 1) * width + (width + 1) * inner + (inner + 1) * width + 4 * width
    stem = 3 * vision["patch_size"] ** 2 * width + width + patches * width
    projector = width * hidden + width
    return stem + vision["num_hidden_layers"] * layer + 2 * width + projector
