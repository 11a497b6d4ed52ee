"""A question with pictures: encoded a few at a time, remembered by content, answered alone.

Knows: encoding all pictures at once is what fills the memory, not the answer; the same picture in a
further question is not encoded again. Does not know: text questions, which wait meanwhile.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch
from transformers import GenerationConfig, StoppingCriteria, StoppingCriteriaList, TextStreamer
from transformers.modeling_outputs import BaseModelOutputWithPooling

from core.model.loader import Loaded

TOGETHER = 4  # pictures encoded at once
REMEMBERED = 128  # pictures; 1.25 MiB each in the 4 B model


class PictureFeatures:
    """What the vision tower made of pictures, by the hash of their pixels."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._kept: OrderedDict[str, torch.Tensor] = OrderedDict()

    def of(self, pixels: torch.Tensor) -> torch.Tensor:
        """Features of prepared pictures (n, 3, side, side): (n, tokens, width)."""
        names = [hashlib.sha256(one.float().numpy().tobytes()).hexdigest() for one in pixels.cpu()]
        missing = [n for n, name in enumerate(names) if name not in self._kept]
        for at in range(0, len(missing), TOGETHER):
            some = missing[at : at + TOGETHER]
            made = self._encoded(pixels[some])
            self._kept.update({names[n]: one for n, one in zip(some, made, strict=True)})
        found = torch.stack([self._kept[name] for name in names])
        for name in names:
            self._kept.move_to_end(name)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return found

    @torch.inference_mode()
    def _encoded(self, pixels: torch.Tensor) -> torch.Tensor:
        said = self._model.get_image_features(pixels, return_dict=True).pooler_output
        return torch.cat(list(said)) if isinstance(said, (list, tuple)) else said


class _Stopped(StoppingCriteria):
    def __init__(self, asked: threading.Event) -> None:
        self._asked = asked

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        return torch.full((len(input_ids),), self._asked.is_set(), device=input_ids.device)


class _Pieces(TextStreamer):
    """Text as it is certain, with the number of tokens so far."""

    def __init__(self, tokenizer: Any, take: Callable[[str, int], None]) -> None:
        super().__init__(tokenizer, skip_prompt=True, skip_special_tokens=True)
        self._take, self._count = take, 0

    def put(self, value: Any) -> None:
        if not self.next_tokens_are_prompt:
            self._count += int(value.numel())
        super().put(value)  # type: ignore[no-untyped-call]

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        if text:
            self._take(text, self._count)


def answer(
    loaded: Loaded,
    features: PictureFeatures,
    inputs: Any,
    config: GenerationConfig,
    asked_to_stop: threading.Event,
    take: Callable[[str, int], None],
) -> list[int]:
    """Generates for one question with pictures; returns the new token ids."""
    pixels = inputs.pop("pixel_values")
    seen = BaseModelOutputWithPooling(pooler_output=features.of(pixels))
    said = loaded.model.generate(
        **inputs,
        mm_encoder_outputs={"image": seen},
        generation_config=config,
        streamer=_Pieces(loaded.tokenizer, take),
        stopping_criteria=StoppingCriteriaList([_Stopped(asked_to_stop)]),
    )
    return [int(token) for token in said[0, inputs["input_ids"].shape[1] :]]
