"""When an idle NVIDIA card is pointed out."""

from pathlib import Path

import pytest

from core.setup.accelerator import cpu_torch_note, torch_version
from core.setup.environment import venv_python


def fake_torch(root: Path, version: str) -> None:
    folder = root / ".venv" / "lib" / "python3.11" / "site-packages"
    (folder / f"torch-{version}.dist-info").mkdir(parents=True)


@pytest.mark.parametrize(
    ("version", "driver", "platform", "noted"),
    [
        ("2.13.0+cpu", True, "linux", True),
        ("2.13.0+cpu", False, "linux", False),
        ("2.13.0", True, "linux", False),
        ("2.13.0+cu130", True, "linux", False),
        ("2.13.0", True, "win32", True),
        ("2.13.0+cu130", True, "win32", False),
    ],
)
def test_idle_gpu_is_pointed_out(
    root: Path, version: str, driver: bool, platform: str, noted: bool
) -> None:
    fake_torch(root, version)
    assert torch_version(root) == version
    assert bool(cpu_torch_note(root, driver, platform)) is noted


def test_idle_gpu_remedy_refuses_the_cpu_build(root: Path) -> None:
    fake_torch(root, "2.13.0+cpu")
    note = cpu_torch_note(root, True, "linux")
    assert f'"{venv_python(root)}" -m pip install "torch===2.13.0"' in note


def test_no_torch_no_note(root: Path) -> None:
    assert torch_version(root) == ""
    assert cpu_torch_note(root, True, "linux") == ""
