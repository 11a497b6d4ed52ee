"""The folder of the ward's own certificate: ours alone, and really there.

Knows: what may stand in the way (a file, a folder, a link), and rights that are too wide.
Does not know: certificates. Windows keeps a folder's rights elsewhere; only links are looked at.
"""

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from core.records.files import POSIX
from core.ward.problems import WardProblem


def settle(folder: Path, names: Sequence[str]) -> bool:
    """Whether nobody else could write there; makes it ours alone from now on.

    Raises `WardProblem` for what stands in the way, and for a link: what it leads to is not ours.
    """
    if not os.path.lexists(folder):
        return True
    _must_be(folder, stat.S_ISDIR)
    for name in names:
        if os.path.lexists(folder / name):
            _must_be(folder / name, stat.S_ISREG)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if POSIX and mode & 0o077:
        folder.chmod(0o700)
    return not (POSIX and mode & 0o022)


def _must_be(path: Path, kind: Callable[[int], bool]) -> None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        raise WardProblem("ward.refused.link", file=path)
    if not kind(mode):
        raise WardProblem("ward.refused.in_the_way", file=path)
