"""Which layers int8 and nf4 touch: counted in a model that the loader really quantised."""

from dataclasses import replace

import pytest
import torch
from asking import LOAD, PLENTY, Heard, question
from bitsandbytes.nn import Linear4bit, Linear8bitLt
from transformers import AutoModelForImageTextToText

from core.model.checkpoint import Checkpoint
from core.model.loader import Loaded, load, quantisation
from core.model.local.engine import LocalEngine
from core.model.spec import decide

KINDS = {"int8": Linear8bitLt, "nf4": Linear4bit}


def quantised(model: torch.nn.Module) -> set[str]:
    kinds = tuple(KINDS.values())
    return {name for name, module in model.named_modules() if isinstance(module, kinds)}


def linear(model: torch.nn.Module) -> set[str]:
    return {name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)}


def loaded_as(checkpoint: Checkpoint, precision: str) -> Loaded:
    decision = decide(checkpoint.shape, precision, PLENTY, LOAD)
    assert decision.precision == precision
    return load(checkpoint, decision, lambda done, of: None)


@pytest.mark.parametrize("precision", KINDS)
def test_every_linear_of_the_text_is_quantised_and_nothing_else(
    checkpoint: Checkpoint, built: torch.nn.Module, precision: str
) -> None:
    model = loaded_as(checkpoint, precision).model
    text = {name for name in linear(built) if name.startswith("model.language_model.")}
    assert len(text) == 4 * 7  # four layers: q, k, v, o, gate, up, down
    assert quantised(model) == text
    assert {type(model.get_submodule(name)) for name in text} == {KINDS[precision]}
    tower = linear(built.model.vision_tower)
    assert tower and not quantised(model.model.vision_tower)
    assert not quantised(model.model.multi_modal_projector)
    assert type(model.lm_head) is torch.nn.Linear
    assert model.lm_head.weight.dtype == torch.bfloat16
    assert model.lm_head.weight is model.model.language_model.embed_tokens.weight


@pytest.mark.parametrize("precision", KINDS)
def test_short_names_would_quantise_what_must_not_be(
    checkpoint: Checkpoint, precision: str
) -> None:
    decision = replace(decide(checkpoint.shape, precision, PLENTY, LOAD), precision=precision)
    config = quantisation(checkpoint, decision)
    config.llm_int8_skip_modules = ["vision_tower", "multi_modal_projector"]
    model = AutoModelForImageTextToText.from_pretrained(
        checkpoint.folder,
        dtype=torch.bfloat16,
        device_map={"": "cpu"},
        quantization_config=config,
        local_files_only=True,
    )
    touched = quantised(model)
    assert any("vision_tower" in name for name in touched) and "lm_head" in touched


@pytest.mark.parametrize("precision", KINDS)
def test_a_quantised_model_still_answers(checkpoint: Checkpoint, precision: str) -> None:
    engine, heard = LocalEngine(loaded_as(checkpoint, precision), LOAD), Heard()
    engine.ask("one", question("Say hello.", budget=30), heard)
    assert heard.wait() and heard.how != ["failed"]
    assert engine.origin.precision == precision
    engine.close()
