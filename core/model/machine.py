"""What memory this machine has free now, for the decision in `spec`.

Knows: psutil, and `nvidia-smi` where an NVIDIA driver is installed, so torch need not be loaded to
show an estimate. Several GPUs: the one with the most free memory among those that
`CUDA_VISIBLE_DEVICES` leaves (numbers as nvidia-smi counts, or UUIDs), by its number for torch.
Does not know: other makers' GPUs and parts of one (MIG); then the model runs on the CPU.
"""

import ctypes
import gc
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import psutil

from core.model.spec import MIB, Memory

_ASKED = "index,uuid,memory.free,compute_cap,name"
_LIMIT_S = 10


@dataclass(frozen=True, slots=True)
class Gpu:
    """`index` as nvidia-smi counts; `free` in bytes."""

    index: int
    uuid: str
    free: int
    capability: tuple[int, int]
    name: str


def memory() -> Memory:
    """Free memory in bytes."""
    free = int(psutil.virtual_memory().available)
    # torch, which is imported later, then counts as nvidia-smi does and not by speed.
    os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    gpus = visible(_gpus(), os.environ.get("CUDA_VISIBLE_DEVICES"))
    if not gpus:
        return Memory(free)
    number, best = max(enumerate(gpus), key=lambda counted: counted[1].free)
    return Memory(free, best.free, best.name, best.capability, number)


def visible(gpus: list[Gpu], named: str | None) -> list[Gpu]:
    """Those that CUDA shows to this process, in its order; as CUDA, it ends at what is unknown."""
    if named is None:
        return gpus
    found: list[Gpu] = []
    for name in (part.strip() for part in named.split(",")):
        fits = [gpu for gpu in gpus if _is_named(gpu, name)]
        if len(fits) != 1:
            break
        if fits[0] in found:
            return []  # CUDA shows none where one is named twice
        found.append(fits[0])
    return found


def _is_named(gpu: Gpu, name: str) -> bool:
    """By its number, or by the beginning of its UUID."""
    if name.isdecimal():
        return int(name) == gpu.index
    return name.startswith("GPU-") and gpu.uuid.startswith(name)


def give_back() -> None:
    """Frees what nothing holds any more; a loaded model was frozen, so the collector skipped it."""
    gc.unfreeze()
    gc.collect()
    torch: Any = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # glibc keeps freed pages otherwise
            trim(0)
    gc.freeze()


def _gpus() -> list[Gpu]:
    found = shutil.which("nvidia-smi")
    if not found:
        return []
    command = [found, f"--query-gpu={_ASKED}", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [gpu for line in said.stdout.splitlines() if (gpu := _read(line))]


def _read(line: str) -> Gpu | None:
    """`0, GPU-5d5b…, 23028, 8.9, NVIDIA L4`; None for what the driver does not tell."""
    parts = [part.strip() for part in line.split(",", 4)]
    if len(parts) != 5:
        return None
    index, uuid, free, capability, name = parts
    major, _, minor = capability.partition(".")
    if not all(number.isdecimal() for number in (index, free, major, minor)):
        return None
    return Gpu(int(index), uuid, int(free) * MIB, (int(major), int(minor)), name)
