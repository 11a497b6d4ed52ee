"""The parts of `start.py`, on temporary folders; nothing here installs a package."""

import contextlib
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import start

REQUIREMENTS = "requirements.txt"
APP = """
import http.server, sys
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("X-Auscult", "test")
        self.end_headers()
    def log_message(self, *_): pass
port = int(sys.argv[sys.argv.index("--server.port") + 1])
print("  URL: http://localhost", port, flush=True)
print("a line of the log", flush=True)
http.server.HTTPServer(("127.0.0.1", port), Health).serve_forever()
"""


class Commands:
    """Stands in for `subprocess.call`: makes what venv makes, remembers each call."""

    def __init__(self, pip_code: int = 0) -> None:
        self.pip_code = pip_code
        self.ran: list[str] = []

    def __call__(self, command: list[str], **_: object) -> int:
        module = command[2]
        self.ran.append(module)
        if module == "venv":
            python = start.venv_python(Path(command[-1]).parent)
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
            return 0
        return self.pip_code


def plenty(_: Path) -> int:
    return 100 * start.GIGABYTE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "听诊台 with space"
    folder.mkdir()
    for name in start.SPACE:
        (folder / name).write_text("torch==1\n", encoding="utf-8")
    return folder


def make(root: Path, run: start.Run, name: str = REQUIREMENTS) -> bool:
    return start.make_environment(root, name, run=run, free=plenty)


@contextlib.contextmanager
def listening(header: str | None) -> Iterator[int]:
    """A tiny server on a free port that answers 200, with or without our header."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if header:
                self.send_header("X-Auscult", header)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("version", [(3, 11, 7), (3, 12, 0), (3, 13, 1)])
def test_supported_pythons_pass(version: tuple[int, ...]) -> None:
    assert start.version_sentence(version) == ""


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 13), (3, 14, 0), (4, 0, 0)])
def test_another_python_gets_a_sentence_with_a_remedy(version: tuple[int, ...]) -> None:
    text = start.version_sentence(version, runs=lambda command: False)
    assert f"This is Python {version[0]}.{version[1]}." in text
    assert "3.11, 3.12 or 3.13" in text
    assert "start.py" in text


def test_a_supported_python_that_is_here_is_the_remedy() -> None:
    text = start.version_sentence((3, 9, 2), runs=lambda command: command == "python3.12")
    assert text.endswith("python3.12 start.py")


def test_a_command_that_is_not_there_does_not_start() -> None:
    assert not start.starts("python3.no-such")


def test_both_commands_parse_on_an_old_python() -> None:
    import ast

    for name in ("start.py", "check.py"):
        source = (start.ROOT / name).read_text(encoding="utf-8")
        ast.parse(source, feature_version=(3, 7))


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
    with pytest.raises(start.Missing, match="could not be installed"):
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
    assert not start.installed(root, REQUIREMENTS)


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
    start.venv_python(root).unlink()
    again = Commands()
    assert make(root, again) is True
    assert again.ran == ["venv", "pip"]


def test_development_packages_are_known_apart(root: Path) -> None:
    make(root, Commands())
    dev = Commands()
    assert make(root, dev, "requirements-dev.txt") is True
    assert dev.ran == ["pip"]
    (root / REQUIREMENTS).write_text("torch==2\n", encoding="utf-8")
    assert not start.installed(root, "requirements-dev.txt")


def test_full_disk_is_named_before_anything_is_made(root: Path) -> None:
    run = Commands()
    with pytest.raises(start.Missing) as missing:
        start.make_environment(root, REQUIREMENTS, run=run, free=lambda _: 1_500_000_000)
    assert "6.0 GB needed, 1.5 GB free" in str(missing.value)
    assert "4.5 GB more" in str(missing.value)
    assert run.ran == []
    assert not (root / ".venv").exists()


def test_full_disk_does_not_stop_what_is_installed(root: Path) -> None:
    make(root, Commands())
    assert start.make_environment(root, REQUIREMENTS, run=Commands(), free=lambda _: 0) is False


def test_python_without_ensurepip_names_the_package() -> None:
    package = f"apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    with pytest.raises(start.Missing, match="no ensurepip module") as missing:
        start.require_modules(find=lambda name: None if name == "ensurepip" else name)
    assert package in str(missing.value)
    start.require_modules(find=lambda name: name)


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
    assert start.torch_version(root) == version
    assert bool(start.cpu_torch_note(root, driver, platform)) is noted


def test_idle_gpu_remedy_refuses_the_cpu_build(root: Path) -> None:
    fake_torch(root, "2.13.0+cpu")
    note = start.cpu_torch_note(root, True, "linux")
    assert f'"{start.venv_python(root)}" -m pip install "torch===2.13.0"' in note


def test_no_torch_no_note(root: Path) -> None:
    assert start.torch_version(root) == ""
    assert start.cpu_torch_note(root, True, "linux") == ""


def test_command_line_wins_over_environment(tmp_path: Path) -> None:
    env = {"AUSCULT_PORT": "7001", "AUSCULT_DATA": str(tmp_path / "env")}
    assert start.settings(7002, str(tmp_path / "asked"), env) == (tmp_path / "asked", 7002)
    assert start.settings(None, None, env) == (tmp_path / "env", 7001)


def test_relative_data_folder_is_meant_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert start.settings(None, "here", {}) == (tmp_path / "here", 6006)


@pytest.mark.parametrize(
    ("port", "env", "sentence"),
    [
        (70000, {}, "70000 is no port"),
        (0, {}, "0 is no port"),
        (None, {"AUSCULT_PROT": "1"}, "nearest is AUSCULT_PORT"),
        (None, {"AUSCULT_ADDRESS": "0.0.0.0"}, "0.0.0.0 is not this computer"),
    ],
)
def test_wrong_setting_is_named(port: int | None, env: dict[str, str], sentence: str) -> None:
    with pytest.raises(start.Missing, match=sentence):
        start.settings(port, "data", env)


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_new_data_folder_is_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start.prepare_data(tmp_path / "a" / "数据")
    assert (tmp_path / "a" / "数据").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "a" / "数据").iterdir()) == []
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_open_data_folder_is_kept_and_pointed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o755)
    start.prepare_data(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert f'chmod 700 "{tmp_path}"' in capsys.readouterr().out


def test_data_folder_that_cannot_be_made_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(start.Missing, match="cannot be used") as missing:
        start.prepare_data(tmp_path / "file" / "data")
    assert "--data FOLDER" in str(missing.value)


def test_data_folder_that_takes_no_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(start.tempfile, "TemporaryFile", full)
    with pytest.raises(start.Missing, match="No space left on device"):
        start.prepare_data(tmp_path)


def test_free_port_is_ours() -> None:
    assert start.port_is_ours(free_port()) is True


def test_port_of_another_program_names_a_free_one() -> None:
    with listening(header=None) as port, pytest.raises(start.Missing) as missing:
        start.port_is_ours(port)
    assert f"Port {port} cannot be used" in str(missing.value)
    other = int(str(missing.value).rsplit("--port ", 1)[1])
    assert other != port
    assert start.why_not_free(other) == ""


def test_auscult_on_the_port_is_recognised() -> None:
    with listening(header="0.1.0") as port:
        assert start.ask(port) == "0.1.0"
        assert start.port_is_ours(port) is False


def test_nobody_on_the_port_is_none() -> None:
    assert start.ask(free_port()) is None


def test_server_is_told_its_folder_port_and_silence(tmp_path: Path) -> None:
    env = start.server_environment(tmp_path, 7003)
    assert env["AUSCULT_DATA"] == str(tmp_path)
    assert env["AUSCULT_PORT"] == "7003"
    assert env["HF_HUB_OFFLINE"] == env["TRANSFORMERS_OFFLINE"] == "1"
    assert env["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"


def test_unreadable_home_is_replaced_for_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    assert start.server_environment(tmp_path, 7003)["HOME"] == str(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert start.server_environment(tmp_path / "data", 7003)["HOME"] == str(tmp_path)


def serving(root: Path, app: str, port: int) -> subprocess.Popen[str]:
    """`start.serve` in its own process; a small module stands in for Streamlit."""
    (root / "streamlit.py").write_text(app, encoding="utf-8")
    call = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import start; "
        "root = Path(sys.argv[2]); "
        "sys.exit(start.serve(root, int(sys.argv[3]), root, Path(sys.executable)))"
    )
    command = [sys.executable, "-c", call, str(start.ROOT), str(root), str(port)]
    env = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=env)


def read_until(process: subprocess.Popen[str], ends: Callable[[str], bool]) -> list[str]:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if ends(line):
            return lines
    pytest.fail(f"ended early: {lines}")


@pytest.mark.skipif(os.name != "posix", reason="Windows knows no SIGTERM to hand on")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_address_is_printed_once_and_the_signal_ends_both(root: Path, number: int) -> None:
    port = free_port()
    with serving(root, APP, port) as process:
        lines = read_until(process, lambda line: "Ctrl+C" in line)
        assert [line for line in lines if "http" in line] == [f"http://127.0.0.1:{port}"]
        assert "a line of the log" in lines
        process.send_signal(number)
        code = process.wait(timeout=10)
    assert code == (128 + signal.SIGTERM if number == signal.SIGTERM else 128 + signal.SIGINT)
    assert start.ask(port) is None


@pytest.mark.parametrize("code", [0, 3])
def test_server_that_dies_at_once_shows_its_last_lines(root: Path, code: int) -> None:
    app = f"import sys; print('表坏了 in row 7', flush=True); sys.exit({code})"
    with serving(root, app, free_port()) as process:
        printed = process.communicate(timeout=10)[0]
    assert process.returncode == (code or 1)
    assert printed.index("Auscult did not start") < printed.index("表坏了 in row 7")
    assert "http" not in printed


def test_server_without_our_header_is_not_called_ready(root: Path) -> None:
    app = APP.replace("X-Auscult", "X-Other")
    with serving(root, app, free_port()) as process:
        printed = process.communicate(timeout=10)[0]
    assert process.returncode != 0
    assert "Auscult did not start" in printed
