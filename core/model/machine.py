"""What memory this machine has free now, for the decision in `spec`.

Knows: psutil, and `nvidia-smi` where an NVIDIA driver is installed, so torch need not be loaded to
show an estimate. Several GPUs: the one with the most free memory.
Does not know: other makers' GPUs (then the model runs on the CPU).
"""

import ctypes
import gc
import shutil
import subprocess
import sys
from typing import Any

import psutil

from core.model.spec import MIB, Memory

_ASKED = "memory.free,name,compute_cap"
_LIMIT_S = 10


def memory() -> Memory:
    """Free memory in bytes."""
    free = int(psutil.virtual_memory().available)
    gpus = _gpus()
    if not gpus:
        return Memory(free)
    most, name, capability = max(gpus)
    return Memory(free, most, name, capability)


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


def _gpus() -> list[tuple[int, str, tuple[int, int]]]:
    found = shutil.which("nvidia-smi")
    if not found:
        return []
    command = [found, f"--query-gpu={_ASKED}", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [gpu for line in said.stdout.splitlines() if (gpu := _read(line))]


def _read(line: str) -> tuple[int, str, tuple[int, int]] | None:
    """`23028, NVIDIA L4, 8.9`; None for what the driver does not tell."""
    free, name, capability = ([part.strip() for part in line.split(",")] + ["", "", ""])[:3]
    major, _, minor = capability.partition(".")
    if not (free.isdecimal() and major.isdecimal() and minor.isdecimal()):
        return None
    return int(free) * MIB, name, (int(major), int(minor))
