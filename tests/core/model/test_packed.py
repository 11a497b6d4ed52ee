"""Products with packed weights: as near to float32 as torch's own in bf16, and which are packed."""

import copy

import pytest
import torch
from torch import nn

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
        usual, packed = plain(given), PackedLinear(plain)(given)
    assert packed.shape == usual.shape and packed.dtype == torch.bfloat16
    error, rounding = (packed.float() - exact).abs(), exact.abs() / 2**8
    assert torch.all(error <= rounding + 1e-6)
    assert error.mean() <= (usual.float() - exact).abs().mean() * 1.05


def test_a_head_of_several_pieces_keeps_the_order_of_its_rows() -> None:
    head = nn.Linear(8, PIECE + 3, bias=False, dtype=torch.bfloat16)
    given = torch.randn(1, 8, dtype=torch.bfloat16)
    with torch.inference_mode():
        packed, exact = PackedLinear(head)(given), given.float() @ head.weight.float().T
    assert packed.shape == (1, PIECE + 3)
    assert torch.allclose(packed.float(), exact, atol=0.01, rtol=0.01)


def test_large_activations_do_not_overflow_and_large_weights_stay() -> None:
    plain = nn.Linear(16, 4, bias=False, dtype=torch.bfloat16)
    given = torch.full((1, 16), 3e5, dtype=torch.bfloat16)  # far beyond a half float
    with torch.inference_mode():
        made = PackedLinear(plain)(given)
        assert torch.isfinite(made).all() and torch.allclose(made, plain(given), rtol=0.02)
    owner = nn.Sequential(nn.Linear(2, 2, dtype=torch.bfloat16))
    with torch.no_grad():
        owner[0].weight.fill_(70000)
    owner.get_output_embeddings, owner.device = lambda: None, torch.device("cpu")
    pack(owner)
    assert type(owner[0]) is nn.Linear


def test_a_loaded_model_on_a_processor_without_bf16_is_packed_and_told(loaded: object) -> None:
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        assert not any(isinstance(part, PackedLinear) for part in loaded.model.modules())
        return
    left = [name for name, part in loaded.model.named_modules() if type(part) is nn.Linear]
    packed = [name for name, part in loaded.model.named_modules() if type(part) is PackedLinear]
    assert left == [] and "lm_head" in packed
    assert len(packed) == 4 * 7 + 2 * 6 + 1  # text layers, vision layers, head
    assert loaded.model.dtype == torch.bfloat16
