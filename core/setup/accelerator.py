"""Says when an NVIDIA card would lie idle because torch is the CPU build.

Knows: the driver's traces, the installed torch by its metadata, the command that changes it.
Does not know: whether the card is large enough for a model. Nothing is imported to find out.
"""

import shutil
import sys
from pathlib import Path

from core.setup.environment import venv_python


def nvidia_driver() -> bool:
    """Whether an NVIDIA driver is installed on this machine."""
    return bool(shutil.which("nvidia-smi")) or Path("/proc/driver/nvidia/version").exists()


def torch_version(root: Path) -> str:
    """The installed torch, such as `2.13.0+cpu`, from its metadata; empty when there is none."""
    for packages in ("lib/python3*/site-packages", "Lib/site-packages"):
        for found in (root / ".venv").glob(f"{packages}/torch-*.dist-info"):
            return found.name[len("torch-") : -len(".dist-info")]
    return ""


def cpu_torch_note(root: Path, driver: bool, platform: str = sys.platform) -> str:
    """What to say when a driver lies idle beside a CPU-only torch; else empty."""
    version, _, build = torch_version(root).partition("+")
    # The plain build of torch has CUDA on Linux and has none on Windows.
    cpu_only = build.startswith("cpu") or (platform == "win32" and not build)
    if not (driver and version and cpu_only):
        return ""
    # `===` refuses 2.13.0+cpu, which `==` would accept and leave in place.
    remedy = f'"{venv_python(root)}" -m pip install "torch==={version}"'
    if platform == "win32":
        remedy = remedy.replace("===", "==") + " --force-reinstall --index-url ADDRESS"
        remedy += "  (ADDRESS: the CUDA index that PyTorch's install page names)"
    return (
        "This machine has an NVIDIA driver, but torch here is the CPU build: a model would be slow."
        f"\n检测到 NVIDIA 驱动，但当前 torch 为 CPU 版，模型会很慢。\n  {remedy}"
    )
