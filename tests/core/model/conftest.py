"""The tiny checkpoint, made and loaded once."""

from collections.abc import Iterator

import pytest
from asking import LOAD, PLENTY
from transcripts import tiny

from core.model.checkpoint import Checkpoint, read_checkpoint
from core.model.spec import decide


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    return read_checkpoint(tiny())


@pytest.fixture(scope="session")
def loaded(checkpoint: Checkpoint) -> object:
    import torch

    from core.model.loader import load

    torch.set_num_threads(1)
    return load(checkpoint, decide(checkpoint.shape, "auto", PLENTY, LOAD), lambda done, of: None)


@pytest.fixture(scope="session")
def engine(loaded: object) -> Iterator[object]:
    from core.model.local.engine import LocalEngine

    made = LocalEngine(loaded, LOAD)
    yield made
    made.close()
