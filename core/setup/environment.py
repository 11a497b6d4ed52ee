"""The environment in `.venv`: made once, made again when it no longer fits, never half trusted.

Knows: which Python made it and where, which requirements were installed to their end, what that
takes in free space. Does not know: what the packages are for. pip's own output is the report.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from core.setup.console import Missing, say

GIGABYTE = 10**9
Run = Callable[..., int]  # subprocess.call, or a test's stand-in
Free = Callable[[Path], int]  # bytes free in a folder
# Free space a first installation takes with the CUDA build of torch; the CPU build takes 2.3 GB.
SPACE = {"requirements.txt": 6.0, "requirements-dev.txt": 1.0}


def venv_python(root: Path) -> Path:
    """The interpreter inside `.venv`."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def origin(root: Path) -> str:
    """Which Python made `.venv`, and where; another value means it must be made again."""
    return f"{sys.version_info[0]}.{sys.version_info[1]} {sys.base_prefix} {root / '.venv'}"


def digest(root: Path, name: str) -> str:
    """What a finished installation of a requirements file is known by."""
    names = dict.fromkeys(("requirements.txt", name))
    texts = b"".join((root / n).read_bytes() for n in names)
    return hashlib.sha256(texts + origin(root).encode()).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def venv_made(root: Path) -> bool:
    """Whether `.venv` was made completely, here, by this Python."""
    made_by = _read(root / ".venv" / "auscult-origin.txt")
    return made_by == origin(root) and venv_python(root).exists()


def installed(root: Path, name: str) -> bool:
    """Whether exactly this requirements file was installed to its end."""
    return venv_made(root) and _read(root / ".venv" / f"auscult-{name}") == digest(root, name)


def free_bytes(folder: Path) -> int:
    """What is free on the folder's disk."""
    return shutil.disk_usage(folder).free


def make_environment(
    root: Path, name: str, run: Run = subprocess.call, free: Free = free_bytes
) -> bool:
    """Makes `.venv` and installs one requirements file; False when there was nothing to do."""
    if installed(root, name):
        return False
    require_space(root, SPACE[name], free)
    if not venv_made(root):
        require_modules()
        make_venv(root, run)
    install(root, name, run)
    return True


def require_space(folder: Path, needed_gb: float, free: Free) -> None:
    """Raises `Missing` when less than `needed_gb` gigabytes (10^9 bytes) are free in the folder."""
    have = free(folder) / GIGABYTE
    if have < needed_gb:
        raise Missing(
            f"Not enough disk space: {needed_gb:.1f} GB needed, {have:.1f} GB free in {folder}.",
            f"磁盘空间不足：需要 {needed_gb:.1f} GB，可用 {have:.1f} GB。",
            f"Free at least {needed_gb - have:.1f} GB more on this disk and start again.",
        )


def require_modules(find: Callable[[str], object] = importlib.util.find_spec) -> None:
    """Raises `Missing` when this Python cannot make environments (Debian ships that apart)."""
    lacking = [m for m in ("venv", "ensurepip") if find(m) is None]
    if lacking:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Missing(
            f"This Python has no {' and no '.join(lacking)} module, so .venv cannot be made.",
            "此 Python 缺少创建环境所需的模块。",
            f"Debian, Ubuntu: sudo apt install {package} (or python3-venv). "
            "Elsewhere: install the complete Python from python.org.",
        )


def make_venv(root: Path, run: Run = subprocess.call) -> None:
    """An empty `.venv`; what an unfinished, foreign or moved one held is removed."""
    folder = root / ".venv"
    say("Making .venv", "正在创建运行环境 .venv")
    if run([sys.executable, "-m", "venv", "--clear", str(folder)]):
        raise Missing(
            f"The environment {folder} could not be made; the reason stands above.",
            "无法创建运行环境，原因见上。",
            f"Remove {folder} and start again.",
        )
    (folder / "auscult-origin.txt").write_text(origin(root), encoding="utf-8")


def install(root: Path, name: str, run: Run = subprocess.call) -> None:
    """Runs pip with its own progress; the stamp is written last, so a broken run is redone."""
    stamp = root / ".venv" / f"auscult-{name}"
    stamp.unlink(missing_ok=True)
    say(f"Installing {name}; the first time takes some minutes", f"正在安装 {name}，首次需要数分钟")
    pip = [str(venv_python(root)), "-m", "pip", "install", "--no-input", "-r", str(root / name)]
    # A small memory-backed /tmp does not hold torch, so pip unpacks on the disk that was checked.
    scratch = root / ".venv" / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    own = {"TMPDIR": str(scratch), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
    code = run(pip, env={**os.environ, **own})
    shutil.rmtree(scratch, ignore_errors=True)
    if code:
        raise Missing(
            f"The packages of {name} could not be installed; pip's reason stands above.",
            "软件包未能安装，原因见上（pip 的输出）。",
            "Check the network or pip's configuration and start again; it goes on from there.",
        )
    stamp.write_text(digest(root, name), encoding="utf-8")
