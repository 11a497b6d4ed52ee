"""The kept choice of a model: whole or not there, read with care, behind the environment."""

import dataclasses
import json
from pathlib import Path

import pytest

from core.model import choice
from core.model.problems import ModelProblem
from core.model.starting import Asked
from core.records.files import put
from core.settings import Settings, current

FOLDER = Asked("/srv/models/medgemma", "nf4")
SERVER = Asked("", "auto", "http://127.0.0.1:8000/v1", "medgemma", Path("/etc/keys/vllm"))
WHOLE = {"model": "m", "precision": "auto", "server": "", "server_model": "", "key_file": ""}


@pytest.mark.parametrize("asked", [FOLDER, SERVER])
def test_what_was_kept_is_read_again(tmp_path: Path, asked: Asked) -> None:
    put(tmp_path / choice.FILE, choice.content(asked))
    assert choice.read(tmp_path) == asked
    assert (tmp_path / choice.FILE).stat().st_mode & 0o777 == 0o600
    choice.forget(tmp_path)
    choice.forget(tmp_path)
    assert choice.read(tmp_path) == Asked()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{",
        "[]",
        "[" * 9000,
        json.dumps({**WHOLE, "model": ""}),
        json.dumps({**WHOLE, "server": "http://127.0.0.1/v1"}),
        json.dumps({**WHOLE, "precision": "float16"}),
        json.dumps({**WHOLE, "model": "m" * 1001}),
        json.dumps({**WHOLE, "model": "a\nb"}),
        json.dumps({**WHOLE, "model": 7}),
        json.dumps({**WHOLE, "code": "x"}),
        json.dumps({k: v for k, v in WHOLE.items() if k != "key_file"}),
        json.dumps(WHOLE) + " " * choice.LARGEST,
    ],
)
def test_a_file_that_does_not_hold_to_its_form_counts_as_none(
    tmp_path: Path, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / choice.FILE).write_text(said, "utf-8")
    assert choice.read(tmp_path) == Asked()
    assert choice.FILE in caplog.text
    assert choice.read(tmp_path / "nowhere") == Asked()


def test_what_could_not_be_read_again_is_not_kept() -> None:
    url = "http://127.0.0.1/v1"
    pasted = Asked("", "auto", url, "med\u00a0gemma")
    for asked in (Asked("a\x00b"), Asked("m", "fp4"), Asked("m", "auto", url), pasted):
        with pytest.raises(ModelProblem) as refused:
            choice.content(asked)
        assert refused.value.key == "model.choice.unkept"


def test_the_environment_wins_over_the_choice(own_data_folder: Path) -> None:
    settings = current()
    assert choice.at_start(settings) == choice.Start(Asked(), "none")
    put(settings.data / choice.FILE, choice.content(FOLDER))
    assert choice.at_start(settings) == choice.Start(FOLDER, "choice")
    given = dataclasses.replace(settings, model="/other", precision="int8")
    assert choice.at_start(given) == choice.Start(Asked("/other", "int8"), "environment")
    given = dataclasses.replace(settings, server="http://127.0.0.1:1/v1")
    assert choice.at_start(given).asked == Asked("", "auto", "http://127.0.0.1:1/v1")


def refused(typed: Path | str, settings: Settings) -> str:
    with pytest.raises(ModelProblem) as problem:
        choice.key_file(str(typed), settings)
    return problem.value.key


def test_no_secret_of_the_program_is_taken_for_the_key_of_a_server(
    own_data_folder: Path, tmp_path: Path
) -> None:
    settings = current()
    good = tmp_path / "key"
    good.write_text("sk-0123456789\nmore\n", "ascii")
    assert choice.key_file(f" {good} ", settings) == good
    assert choice.key_file("  ", settings) is None
    secrets = [settings.key_file, settings.key_file.with_name("head"), settings.data / "own"]
    for secret in secrets:
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.write_text("0123456789abcdef", "ascii")
        assert refused(secret, settings) == "model.key.own"
    link = tmp_path / "link"
    link.symlink_to(settings.key_file)
    assert refused(link, settings) == "model.key.own"
    certificate = dataclasses.replace(settings, certificate=good)
    assert refused(good, certificate) == "model.key.own"


@pytest.mark.parametrize(
    "name",
    [
        ".pgpass",
        ".netrc",
        ".env",
        ".cache/huggingface/token",
        ".config/app/token",
        "hub/token",
        "hub/stored_tokens",
        "elsewhere/token",
    ],
)
def test_a_token_or_password_of_another_program_is_none(
    own_data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "elsewhere" / "token"))
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("hf_0123456789abcdef\n", "ascii")
    link = tmp_path / "link"
    link.symlink_to(file)
    beside = tmp_path / "vllm-key"
    beside.write_text("sk-0123456789abcdef==\n", "ascii")
    assert refused(file, current()) == refused(link, current()) == "model.key.private"
    assert choice.key_file(str(beside), current()) == beside
    assert choice.key_file("~/vllm-key", current()) == beside


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"short\n",
        b"two words here\n",
        b"k" * 600,
        b"\xff" * 20,
        b"db.house:5432:auscult:ward:secret\n",
        b"OPENAI_API_KEY=sk-0123456789\n",
        b"postgresql://ward:secret@db/auscult\n",
        b"=0123456789\n",
    ],
)
def test_a_file_without_a_key_is_none(own_data_folder: Path, tmp_path: Path, said: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(said)
    assert refused(file, current()) in ("model.key.none", "model.server.key_file")
    assert refused(tmp_path, current()) == "model.server.key_file"
    assert refused(tmp_path / "none", current()) == "model.server.key_file"
    assert refused("a\x00b", current()) == "model.server.key_file"
    assert refused("~nobody-here/key", current()) == "model.server.key_file"
