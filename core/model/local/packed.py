"""Quicker products on processors without instructions for bf16: weights packed as half floats.

Knows: torch multiplies bf16 row by row where AVX-512 is missing, as on most desktop machines; its
FBGEMM kernel reads each weight once for a few rows and is as quick as float32 for many. Activations
stay bf16 outside and float32 inside, so nothing overflows; a weight keeps all its digits unless it
is below 6e-5, where the error is below 3e-8.
Does not know: GPUs, quantised models. The head is packed too, beside the embedding it is tied to.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import torch
from torch import nn

LARGEST = 65504.0  # of a half float
PIECE = 32768  # rows packed at once: the kernel takes float32, twice as large
ROOM = 3 * 2**30  # bytes that stay free for cache and work beside the head's second copy


class PackedLinear(nn.Module):
    """`nn.Linear` with packed weights; takes and gives bf16."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self._parts = [
            torch.ops.quantized.linear_prepack_fp16(weight.float(), bias)
            for weight, bias in _pieces(linear)
        ]

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        flat = rows.reshape(-1, self.in_features).float()
        made = [torch.ops.quantized.linear_dynamic_fp16(flat, part) for part in self._parts]
        whole = made[0] if len(made) == 1 else torch.cat(made, dim=1)
        return whole.to(rows.dtype).view(*rows.shape[:-1], self.out_features)


def pack(model: Any, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Packs the linear layers of a model in bf16 on this processor; how many there were."""
    if not _worth_it(model):
        return 0
    found = list(_linears(model))  # names, so that each layer's own weights are freed at once
    with ThreadPoolExecutor(torch.get_num_threads()) as threads:
        for packed, _ in enumerate(threads.map(lambda where: _replace(*where), found), 1):
            progress(packed, len(found))
    return len(found)


def _worth_it(model: Any) -> bool:
    """Whether bf16 is slow here and the kernel is there."""
    slow = not torch.ops.mkldnn._is_mkldnn_bf16_supported()
    there = "fbgemm" in torch.backends.quantized.supported_engines
    return bool(model.device.type == "cpu" and slow and there)


def _linears(model: Any) -> Iterator[tuple[nn.Module, str]]:
    """Owner and name of each linear layer that can be packed; the head where memory is left."""
    head, spare = model.get_output_embeddings(), psutil.virtual_memory().available - ROOM
    for owner in model.modules():
        for name, layer in owner.named_children():
            if type(layer) is nn.Linear and layer.weight.dtype == torch.bfloat16:
                spare -= 2 * layer.weight.numel()
                if layer is not head or spare > 0:
                    yield owner, name


def _replace(owner: nn.Module, name: str) -> None:
    layer = getattr(owner, name)
    if layer.weight.detach().abs().max() <= LARGEST:
        setattr(owner, name, PackedLinear(layer).eval())


def _pieces(linear: nn.Linear) -> Iterator[tuple[torch.Tensor, torch.Tensor | None]]:
    weight = linear.weight.detach()
    bias = None if linear.bias is None else linear.bias.detach().float()
    for at in range(0, len(weight), PIECE):
        yield weight[at : at + PIECE], None if bias is None else bias[at : at + PIECE]
