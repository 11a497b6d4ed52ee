"""What goes wrong while a checkpoint is loaded is said in words."""

import pytest
import torch
from asking import LOAD, PLENTY

from core.model import loader
from core.model.checkpoint import Checkpoint
from core.model.problems import ModelProblem, TooLittleMemory, WrongCheckpoint
from core.model.spec import decide


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        (MemoryError(), TooLittleMemory),
        (torch.OutOfMemoryError("CUDA out of memory."), TooLittleMemory),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 bytes"), TooLittleMemory),
        (RuntimeError("shapes do not fit"), WrongCheckpoint),
    ],
)
def test_memory_that_ends_while_weights_are_packed_is_named(
    checkpoint: Checkpoint,
    monkeypatch: pytest.MonkeyPatch,
    why: Exception,
    kind: type[ModelProblem],
) -> None:
    def pack(*_: object) -> None:
        raise why

    monkeypatch.setattr(loader, "pack", pack)
    decision = decide(checkpoint.shape, "bf16", PLENTY, LOAD)
    with pytest.raises(kind):
        loader.load(checkpoint, decision, lambda done, of: None)
