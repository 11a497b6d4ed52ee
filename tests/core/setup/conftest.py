import socket
from pathlib import Path

import pytest

from core.setup.environment import SPACE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout of nothing but requirements, in a folder whose name is not plain."""
    folder = tmp_path / "听诊台 with space"
    folder.mkdir()
    for name in SPACE:
        (folder / name).write_text("torch==1\n", encoding="utf-8")
    return folder


@pytest.fixture
def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
