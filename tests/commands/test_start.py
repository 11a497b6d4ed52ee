"""`start.py` as a command: which Python may run it, the order of its steps, how it ends."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import start
from core.setup.console import Missing
from core.setup.port import Answer

# What an old Python reads before it is told what it needs.
READ_BY_ANY = ("core/__init__.py", "core/setup/__init__.py", "core/setup/supported_python.py")
OLD_PYTHON = """
import runpy, sys
sys.path.insert(0, "")
sys.version_info = (3, 8, 18, "final", 0)
try:
    runpy.run_path(sys.argv[1], run_name="__main__")
finally:
    print(sorted(name for name in sys.modules if name.startswith("core")))
"""
PREPARED = ["settings", "make_environment", "prepare_data", "cpu_torch_note", "already_there"]


@pytest.mark.parametrize("path", ["start.py", "check.py", *READ_BY_ANY])
def test_what_runs_first_parses_on_an_old_python(path: str) -> None:
    source = (start.ROOT / path).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))


@pytest.mark.parametrize("command", ["start.py", "check.py"])
def test_an_old_python_gets_its_remedy_before_it_reads_the_rest(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", OLD_PYTHON, command],
        cwd=start.ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "Auscult needs Python 3.11, 3.12 or 3.13. This is Python 3.8." in done.stderr
    assert "start.py" in done.stderr.splitlines()[-1]
    assert done.stdout.strip() == "['core', 'core.setup.supported_python']"


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Every step replaced by one that writes its name down; the server ends with 5."""
    done: list[str] = []
    answers = [(tmp_path, 7001), True, None, "", None]
    for name, answer in [*zip(PREPARED, answers, strict=True), ("serve", 5)]:

        def step(*_: object, name: str = name, answer: object = answer) -> object:
            done.append(name)
            return answer

        monkeypatch.setattr(start, name, step)
    monkeypatch.setattr(start.signal, "signal", lambda *_: None)
    return done


def test_everything_is_prepared_before_the_server_starts(steps: list[str]) -> None:
    assert start.main([]) == 5
    assert steps == [*PREPARED, "serve"]


def test_check_only_starts_nothing(steps: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["--check-only"]) == 0
    assert steps == PREPARED
    assert "Everything is ready" in capsys.readouterr().out


def test_a_second_start_names_the_address_of_the_first(
    steps: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "already_there", lambda port, address: Answer("0.1.0", False))
    assert start.main([]) == 0
    assert "serve" not in steps
    said = capsys.readouterr().out
    assert "already runs" in said and "http://127.0.0.1:7001" in said


@pytest.mark.parametrize(
    ("problem", "code", "said"),
    [
        (Missing("No disk.", "没有磁盘。", "Buy one."), 1, "No disk.\n没有磁盘。\n  Buy one.\n"),
        (KeyboardInterrupt(), 130, "Stopped; the next start goes on."),
    ],
)
def test_what_stops_a_start_is_said_once(
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    problem: BaseException,
    code: int,
    said: str,
) -> None:
    def stopped(*_: object) -> None:
        raise problem

    monkeypatch.setattr(start, "make_environment", stopped)
    assert start.main([]) == code
    assert capsys.readouterr().err.startswith(said)
    assert steps == ["settings"]


def test_the_ward_is_settled_last_and_a_refusal_starts_nothing(
    steps: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def prepare(root: Path, options: object, env: dict[str, str]) -> None:
        steps.append("ward")
        asked.append(env["AUSCULT_PORT"])

    monkeypatch.setattr(start.ward, "prepare", prepare)
    assert start.main(["--lan"]) == 5
    assert steps == [*PREPARED, "ward", "serve"] and asked == ["7001"]

    def refuse(*_: object) -> None:
        raise Missing("No administrator.", "没有管理员。")

    steps.clear()
    monkeypatch.setattr(start.ward, "prepare", refuse)
    assert start.main(["--lan"]) == 1
    assert steps == PREPARED
    assert "No administrator.\n没有管理员。" in capsys.readouterr().err


def test_lan_does_not_pretend_that_a_loopback_server_is_the_ward(
    steps: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "already_there", lambda port, address: Answer("0.1.0", False))
    assert start.main(["--lan"]) == 1
    assert "for this computer only" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--insecure"], ["--lan", "--cert", "c"]])
def test_options_that_do_not_go_together_are_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        start.main(words)
    assert ended.value.code == 2
