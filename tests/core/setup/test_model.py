"""What `start.py --model` and `--server` take, ask, hand on and refuse."""

import argparse
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.settings import ROOT, read
from core.setup import model
from core.setup.console import Missing
from core.setup.serving import server_environment

NONE = dict.fromkeys((f"AUSCULT_{name}" for name in model.SETTINGS), "")
OUTSIDE = ("--server", "https://models.example.com/v1", "--allow-public-server")
ASKS = (
    "import sys; from test_model import asked; from core.setup import model; "
    "print(model.settings(asked(*sys.argv[1:]))['AUSCULT_PUBLIC_SERVER'])"
)


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check-only", action="store_true")
    model.add_options(parser)
    return parser.parse_args(words)


def told(*words: str, env: Mapping[str, str] | None = None) -> dict[str, str]:
    return model.settings(asked(*words), env or {})


def refused(*words: str, env: Mapping[str, str] | None = None) -> str:
    with pytest.raises(Missing) as missing:
        told(*words, env=env)
    return str(missing.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "medgemma 4b"
    made.mkdir()
    (made / "config.json").write_text("{}")
    return made


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "m", "--server", "http://gpu1/v1"], "excludes"),
        (["--server-model", "m"], "--server is missing"),
        (["--server-key", "k"], "--server is missing"),
        (["--allow-public-server"], "--server is missing"),
        (["--precision", "bf16"], "--model is missing"),
        (["--precision", "bf16", "--server", "http://gpu1/v1"], "--model is missing"),
    ],
)
def test_what_does_not_go_together_is_said(words: list[str], said: str) -> None:
    assert said in model.misuse(asked(*words))


def test_float16_is_no_choice(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked("--model", "m", "--precision", "float16")
    assert "bf16" in capsys.readouterr().err


def test_nothing_asked_leaves_the_environment_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUSCULT_MODEL", "ward/tiny")
    assert told() == {} and model.misuse(asked()) == ""
    assert server_environment(tmp_path, 7001, None, told())["AUSCULT_MODEL"] == "ward/tiny"


def test_a_folder_goes_by_its_whole_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    given = told("--model", folder.name, "--precision", "nf4")
    assert given == {**NONE, "AUSCULT_MODEL": str(folder), "AUSCULT_PRECISION": "nf4"}
    assert told("--model", "google/medgemma-1.5-4b-it")["AUSCULT_MODEL"].startswith("google/")


def test_a_choice_takes_the_place_of_the_environments_other_one(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUSCULT_SERVER", "http://gpu1/v1")
    monkeypatch.setenv("AUSCULT_SERVER_KEY", "/key")
    env = server_environment(tmp_path, 7001, None, told("--model", str(folder)))
    chosen = read({k: v for k, v in env.items() if k.startswith("AUSCULT_")})
    assert (chosen.model, chosen.precision) == (str(folder), "auto")
    assert (chosen.server, chosen.server_key) == ("", None)


@pytest.mark.parametrize("named", ["./none", "none", "/none", "a/b/c", "~/none/x"])
def test_a_folder_that_is_not_there_is_said(named: str) -> None:
    said = refused("--model", named)
    assert "There is no folder" in said and "没有文件夹" in said and "core model download" in said


def test_a_folder_without_a_checkpoint_is_said(tmp_path: Path) -> None:
    assert "config.json" in refused("--model", str(tmp_path))


def test_a_server_of_the_house_needs_no_confirmation(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    url = "http://gpu1.hospital.local:8000/v1"
    given = told(
        "--server", url, "--server-model", "m", "--server-key", str(tmp_path / "key"),
        env={"AUSCULT_PUBLIC_SERVER": "models.example.com"},
    )  # fmt: skip
    own = {"AUSCULT_SERVER": url, "AUSCULT_SERVER_MODEL": "m"}
    assert given == {**NONE, **own, "AUSCULT_SERVER_KEY": str(tmp_path / "key")}
    assert "secret" not in repr(given)
    assert "cannot be read" in refused("--server", url, "--server-key", str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--server", "gpu1:8000"], "is no address"),
        (["--server", "http://key@gpu1/v1"], "is no address"),
        (["--server", "https://models.example.com/v1"], "--allow-public-server"),
        (["--server", "http://models.example.com/v1"], "https only"),
        (["--server", "http://models.example.com/v1", "--allow-public-server"], "https only"),
        ([*OUTSIDE], "AUSCULT_PUBLIC_SERVER=models.example.com"),
    ],
)
def test_what_may_not_be_asked_is_refused_with_its_reason(words: list[str], said: str) -> None:
    assert said in refused(*words)


def test_an_environment_that_names_the_host_again_has_confirmed_it() -> None:
    env = {"AUSCULT_PUBLIC_SERVER": "Models.Example.com"}
    given = told(*OUTSIDE[:2], env=env)
    assert read(given).public_server == "Models.Example.com"
    other = {"AUSCULT_PUBLIC_SERVER": "other.example.com"}
    assert "--allow-public-server" in refused(*OUTSIDE[:2], env=other)


def test_check_only_asks_nothing() -> None:
    assert told(*OUTSIDE, "--check-only")["AUSCULT_PUBLIC_SERVER"] == ""


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("Models.Example.com ", 0, "models.example.com"),
        ("yes", 1, "nothing was started"),
        ("example.com", 1, "nothing was started"),
        ("", 1, "nothing was started"),
    ],
)
def test_the_host_is_typed_again_at_a_terminal(typed: str, code: int, said: str) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode() + b"\n")
    done = subprocess.run(
        [sys.executable, "-c", ASKS, *OUTSIDE],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
        stdin=theirs,
        capture_output=True,
        encoding="utf-8",
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == code and "will leave the house for models.example.com" in done.stdout
    assert said in (done.stderr if code else done.stdout.splitlines()[-1])


def test_a_running_server_keeps_its_model(folder: Path) -> None:
    model.already_runs(asked(), 7001)
    with pytest.raises(Missing) as missing:
        model.already_runs(asked("--model", str(folder)), 7001)
    assert "with the model that it was started with" in str(missing.value)
