"""Where data go, which port is asked for, and what a data folder must allow."""

import os
from pathlib import Path

import pytest

from core.setup import data_folder
from core.setup.console import Missing
from core.setup.data_folder import prepare_data, settings


def test_command_line_wins_over_environment(tmp_path: Path) -> None:
    env = {"AUSCULT_PORT": "7001", "AUSCULT_DATA": str(tmp_path / "env")}
    assert settings(7002, str(tmp_path / "asked"), env) == (tmp_path / "asked", 7002)
    assert settings(None, None, env) == (tmp_path / "env", 7001)


def test_relative_data_folder_is_meant_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings(None, "here", {}) == (tmp_path / "here", 6006)


@pytest.mark.parametrize(
    ("port", "env", "sentence"),
    [
        (70000, {}, "70000 is no port"),
        (0, {}, "0 is no port"),
        (None, {"AUSCULT_PROT": "1"}, "nearest is AUSCULT_PORT"),
        (None, {"AUSCULT_ADDRESS": "0.0.0.0"}, "0.0.0.0 is not this computer"),
        (None, {"AUSCULT_DATABASE_URL": "mysql://x"}, "must begin with postgresql"),
        (None, {"AUSCULT_KEY_FILE": "data/master.key"}, "inside the data folder"),
        (None, {"AUSCULT_WARD": "a b"}, "a b is no host name"),
    ],
)
def test_wrong_setting_is_named(port: int | None, env: dict[str, str], sentence: str) -> None:
    with pytest.raises(Missing, match=sentence):
        settings(port, "data", env)


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_new_data_folder_is_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare_data(tmp_path / "a" / "数据")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "a" / "数据").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "a" / "数据").iterdir()) == []
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_open_data_folder_is_kept_and_pointed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o755)
    prepare_data(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert f'chmod 700 "{tmp_path}"' in capsys.readouterr().out


def test_data_folder_that_cannot_be_made_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Missing, match="cannot be used") as missing:
        prepare_data(tmp_path / "file" / "data")
    assert "--data FOLDER" in str(missing.value)


def test_data_folder_that_takes_no_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data_folder.tempfile, "TemporaryFile", full)
    with pytest.raises(Missing, match="No space left on device"):
        prepare_data(tmp_path)
