"""Products with packed weights: as near to float32 as torch's own in bf16, and which are packed."""

import copy

import pytest
import torch
from torch import nn

from core.model.local import packed
from core.model.local.packed import PIECE, PackedLinear, pack

pytestmark = pytest.mark.skipif(
    "fbgemm" not in torch.backends.quantized.supported_engines, reason="no kernel here"
)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("rows", [1, 6, 40])
def test_a_product_is_as_near_to_float32_as_in_bf16(rows: int, bias: bool) -> None:
    torch.manual_seed(1)
    plain = nn.Linear(96, 200, bias=bias, dtype=torch.bfloat16)
    given = torch.randn(2, rows, 96, dtype=torch.bfloat16)
    with torch.inference_mode():
        exact = copy.deepcopy(plain).float()(given.float())
        usual, made = plain(given), PackedLinear(plain)(given)
    assert made.shape == usual.shape and made.dtype == torch.bfloat16
    error, rounding = (made.float() - exact).abs(), exact.abs() / 2**8
    assert torch.all(error <= rounding + 1e-6)
    assert error.mean() <= (usual.float() - exact).abs().mean() * 1.05


def test_a_head_of_several_pieces_keeps_the_order_of_its_rows() -> None:
    head = nn.Linear(8, PIECE + 3, bias=False, dtype=torch.bfloat16)
    given = torch.randn(1, 8, dtype=torch.bfloat16)
    with torch.inference_mode():
        made, exact = PackedLinear(head)(given), given.float() @ head.weight.float().T
    assert made.shape == (1, PIECE + 3)
    assert torch.allclose(made.float(), exact, atol=0.01, rtol=0.01)


def test_large_activations_do_not_overflow_and_large_weights_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = nn.Linear(16, 4, bias=False, dtype=torch.bfloat16)
    given = torch.full((1, 16), 3e5, dtype=torch.bfloat16)  # far beyond a half float
    with torch.inference_mode():
        made = PackedLinear(plain)(given)
        assert torch.isfinite(made).all() and torch.allclose(made, plain(given), rtol=0.02)
    owner = nn.Sequential(nn.Linear(2, 2, dtype=torch.bfloat16))
    with torch.no_grad():
        owner[0].weight.fill_(70000)
    owner.get_output_embeddings, owner.device = lambda: None, torch.device("cpu")
    monkeypatch.setattr(packed, "_worth_it", lambda model: True)
    assert pack(owner) == 1
    assert type(owner[0]) is nn.Linear


@pytest.mark.parametrize(("room", "kept"), [(-(2**50), []), (2**50, ["head"])])
def test_the_head_is_packed_only_where_memory_is_left(
    monkeypatch: pytest.MonkeyPatch, room: int, kept: list[str]
) -> None:
    model, told = nn.Module(), []
    model.head, model.inner = (nn.Linear(4, 4, dtype=torch.bfloat16) for _ in range(2))
    model.get_output_embeddings, model.device = lambda: model.head, torch.device("cpu")
    monkeypatch.setattr(packed, "ROOM", room)
    monkeypatch.setattr(packed, "_worth_it", lambda model: True)
    assert pack(model, lambda done, of: told.append((done, of))) == 2 - len(kept)
    assert [name for name, part in model.named_children() if type(part) is nn.Linear] == kept
    assert told == [(n, 2 - len(kept)) for n in range(1, 3 - len(kept))]


def test_a_loaded_model_on_a_processor_without_bf16_is_packed_and_told(loaded: object) -> None:
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        assert not any(isinstance(part, PackedLinear) for part in loaded.model.modules())
        return
    left = [name for name, part in loaded.model.named_modules() if type(part) is nn.Linear]
    made = [name for name, part in loaded.model.named_modules() if type(part) is PackedLinear]
    assert left in ([], ["lm_head"])  # the head stays where memory is short
    assert len(made) + len(left) == 4 * 7 + 2 * 6 + 1  # text layers, vision layers, head
    assert loaded.model.dtype == torch.bfloat16
