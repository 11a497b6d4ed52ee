"""What a folder holds and what it would need, told before anything is loaded.

Knows: the checkpoint's files, the estimate of each precision beside the memory that is free now or
would be once the loaded model is given back, and why it would be refused.
Does not know: torch, screens. The decision is taken anew when it is loaded.
"""

from dataclasses import dataclass, replace

from core.model.address import Place, place
from core.model.checkpoint import Checkpoint, read_checkpoint
from core.model.problems import ModelProblem
from core.model.spec import (
    PRECISIONS,
    Decision,
    Device,
    Estimate,
    Load,
    Memory,
    Precision,
    decide,
    estimate,
)
from core.model.starting import Asked, found


@dataclass(frozen=True, slots=True)
class Fit:
    """One precision; `device` is where it fits, `None` where it fits nowhere."""

    precision: Precision
    estimate: Estimate
    device: Device | None


@dataclass(frozen=True, slots=True)
class Look:
    """`decision` is what would be loaded; without one `problem` says why nothing would."""

    checkpoint: Checkpoint
    memory: Memory
    fits: tuple[Fit, ...]
    decision: Decision | None
    problem: ModelProblem | None = None


def look(model: str, precision: str, memory: Memory, load: Load | None = None) -> Look:
    """Looks at a folder or a hub id on this disk; raises a `ModelProblem` if it is none to run."""
    load = load or Load()
    checkpoint = read_checkpoint(found(model))
    fits = tuple(_fit(p, estimate(checkpoint.shape, p, load), memory) for p in PRECISIONS)
    try:
        decision = decide(checkpoint.shape, precision, memory, load)
    except ModelProblem as problem:
        return Look(checkpoint, memory, fits, None, problem)
    return Look(checkpoint, memory, fits, decision)


def meet(asked: Asked) -> tuple[Place, tuple[str, ...]]:
    """Where a server is, and what it offers if it is on this machine; raises a `ModelProblem`."""
    from core.model.remote import RemoteEngine, Server, read_key  # a client library

    where = place(asked.server)
    if where == "public":
        raise ModelProblem("model_page.public")
    if where != "this machine":
        return where, ()
    key = read_key(asked.key_file) if asked.key_file else "none"
    engine = RemoteEngine(Server(asked.server, asked.server_model, key))
    try:
        offered = engine.models()
    finally:
        engine.close()
    if asked.server_model and asked.server_model not in offered:
        raise ModelProblem("model.server.no_such_model", name=asked.server_model)
    return where, offered


def with_given_back(memory: Memory, loaded: Decision | None) -> Memory:
    """The memory once the loaded model's weights are gone."""
    if loaded is None:
        return memory
    weights = loaded.estimate.weights
    if loaded.device == "cpu":
        return replace(memory, cpu=memory.cpu + weights)
    return replace(memory, gpu=(memory.gpu or 0) + weights)


def _fit(precision: Precision, needed: Estimate, memory: Memory) -> Fit:
    if memory.gpu is not None and needed.total <= memory.gpu:
        return Fit(precision, needed, "cuda")
    return Fit(precision, needed, "cpu" if needed.total <= memory.cpu else None)
