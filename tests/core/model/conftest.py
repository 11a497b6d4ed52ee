"""The tiny checkpoint, made and loaded once."""

from collections.abc import Callable, Iterator

import pytest
from asking import LOAD, PLENTY
from scripted import serving
from serving_process import ModelServer, model_server
from transcripts import tiny

from core.model.checkpoint import Checkpoint, read_checkpoint
from core.model.remote import Server
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
def built(checkpoint: Checkpoint) -> object:
    """The model as transformers builds it, no layer replaced."""
    import torch
    from transformers import AutoModelForImageTextToText

    return AutoModelForImageTextToText.from_pretrained(
        checkpoint.folder, dtype=torch.bfloat16, local_files_only=True
    )


@pytest.fixture(scope="session")
def engine(loaded: object) -> Iterator[object]:
    from core.model.local.engine import LocalEngine

    made = LocalEngine(loaded, LOAD)
    yield made
    made.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts a model server with a script."""
    with serving() as start:
        yield start


@pytest.fixture(scope="session")
def served() -> Iterator[ModelServer]:
    """A real model server with the tiny checkpoint."""
    with model_server() as server:
        yield server
