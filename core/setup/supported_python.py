"""Which Python this project runs on, and what to type on a computer that has another.

Knows: the supported versions, the commands that may start one, where each system gets one.
Does not know: anything that is installed later. Parses and runs on Python 3.6 and later.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable

SUPPORTED = ("3.13", "3.12", "3.11")
NEEDS = "Auscult needs Python 3.11, 3.12 or 3.13."
APT_PYTHON = "sudo apt install python3.11 python3.11-venv && python3.11 start.py"
INSTALL_PYTHON = {
    "win32": "winget install Python.Python.3.13, then: py -3.13 start.py",
    "darwin": "brew install python@3.13 && python3.13 start.py",
}


def starts(command: str) -> bool:
    """Whether the command runs; being on PATH is not enough for the shims of version managers."""
    if not shutil.which(command):
        return False
    quiet = subprocess.DEVNULL
    return subprocess.call([command, "-c", ""], stdout=quiet, stderr=quiet, stdin=quiet) == 0


# Python 3.8 evaluates annotations and knows neither `tuple[int]` nor `Callable[[str], bool]`.
def version_sentence(version: "tuple[int, ...]", runs: "Callable[[str], bool]" = starts) -> str:
    """Empty for a supported Python, else what to do; `runs(command)` says whether it starts."""
    this = f"{version[0]}.{version[1]}"
    if this in SUPPORTED:
        return ""
    there = ["python" + n for n in SUPPORTED if runs("python" + n)]
    remedy = f"{there[0]} start.py" if there else INSTALL_PYTHON.get(sys.platform, APT_PYTHON)
    return f"{NEEDS} This is Python {this}.\nAuscult 需要 Python 3.11 至 3.13。\n  {remedy}"
