"""When `.venv` is made, made again or left alone; nothing here installs a package."""

import sys
from pathlib import Path

import pytest

from core.setup.console import Missing
from core.setup.environment import (
    GIGABYTE,
    Run,
    installed,
    make_environment,
    require_modules,
    venv_python,
)

REQUIREMENTS = "requirements.txt"


class Commands:
    """Stands in for `subprocess.call`: makes what venv makes, remembers each call."""

    def __init__(self, pip_code: int = 0) -> None:
        self.pip_code = pip_code
        self.ran: list[str] = []

    def __call__(self, command: list[str], **_: object) -> int:
        module = command[2]
        self.ran.append(module)
        if module == "venv":
            python = venv_python(Path(command[-1]).parent)
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
            return 0
        return self.pip_code


def plenty(_: Path) -> int:
    return 100 * GIGABYTE


def make(root: Path, run: Run, name: str = REQUIREMENTS) -> bool:
    return make_environment(root, name, run=run, free=plenty)


def test_second_start_installs_nothing(root: Path) -> None:
    first, second = Commands(), Commands()
    assert make(root, first) is True
    assert first.ran == ["venv", "pip"]
    assert make(root, second) is False
    assert second.ran == []


def test_changed_requirements_are_installed_into_the_same_venv(root: Path) -> None:
    make(root, Commands())
    (root / REQUIREMENTS).write_text("torch==2\n", encoding="utf-8")
    again = Commands()
    assert make(root, again) is True
    assert again.ran == ["pip"]


def test_failed_install_is_named_and_redone(root: Path) -> None:
    with pytest.raises(Missing, match="could not be installed"):
        make(root, Commands(pip_code=1))
    again = Commands()
    assert make(root, again) is True
    assert again.ran == ["pip"]


def test_install_broken_off_halfway_loses_the_old_stamp(root: Path) -> None:
    make(root, Commands())
    (root / REQUIREMENTS).write_text("torch==2\n", encoding="utf-8")

    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(root, interrupted)
    (root / REQUIREMENTS).write_text("torch==1\n", encoding="utf-8")
    assert not installed(root, REQUIREMENTS)


def test_venv_of_another_python_is_made_again(root: Path) -> None:
    make(root, Commands())
    (root / ".venv" / "auscult-origin.txt").write_text("3.9 /usr elsewhere", encoding="utf-8")
    again = Commands()
    assert make(root, again) is True
    assert again.ran == ["venv", "pip"]


def test_moved_folder_is_made_again(root: Path) -> None:
    make(root, Commands())
    moved = root.rename(root.parent / "moved")
    again = Commands()
    assert make(moved, again) is True
    assert again.ran == ["venv", "pip"]


def test_venv_whose_python_is_gone_is_made_again(root: Path) -> None:
    make(root, Commands())
    venv_python(root).unlink()
    again = Commands()
    assert make(root, again) is True
    assert again.ran == ["venv", "pip"]


def test_development_packages_are_known_apart(root: Path) -> None:
    make(root, Commands())
    dev = Commands()
    assert make(root, dev, "requirements-dev.txt") is True
    assert dev.ran == ["pip"]
    (root / REQUIREMENTS).write_text("torch==2\n", encoding="utf-8")
    assert not installed(root, "requirements-dev.txt")


def test_full_disk_is_named_before_anything_is_made(root: Path) -> None:
    run = Commands()
    with pytest.raises(Missing) as missing:
        make_environment(root, REQUIREMENTS, run=run, free=lambda _: 1_500_000_000)
    assert "6.0 GB needed, 1.5 GB free" in str(missing.value)
    assert "4.5 GB more" in str(missing.value)
    assert run.ran == []
    assert not (root / ".venv").exists()


def test_full_disk_does_not_stop_what_is_installed(root: Path) -> None:
    make(root, Commands())
    assert make_environment(root, REQUIREMENTS, run=Commands(), free=lambda _: 0) is False


def test_python_without_ensurepip_names_the_package() -> None:
    package = f"apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    with pytest.raises(Missing, match="no ensurepip module") as missing:
        require_modules(find=lambda name: None if name == "ensurepip" else name)
    assert package in str(missing.value)
    require_modules(find=lambda name: name)
