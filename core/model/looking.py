"""What a folder holds and what it would need, told before anything is loaded.

Knows: the checkpoint's files, the estimate of each precision beside the memory that is free now or
would be once the loaded model is given back, and why it would be refused.
Does not know: torch, screens. The decision is taken anew when it is loaded.
"""

from dataclasses import dataclass

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
from core.model.starting import found


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


def _fit(precision: Precision, needed: Estimate, memory: Memory) -> Fit:
    if memory.gpu is not None and needed.total <= memory.gpu:
        return Fit(precision, needed, "cuda")
    return Fit(precision, needed, "cpu" if needed.total <= memory.cpu else None)
