"""Prepares this folder and starts Auscult on this computer: `python3 start.py`.

Knows: the environment in `.venv`, the data folder, the port, the one server process.
Does not know: what the app does, nor how to get a model. Never asks a question.
Standard library only, in one file because it runs before anything is installed; it parses on
Python 3.6 and later, so that an older Python gets a sentence.
"""

import argparse
import contextlib
import hashlib
import http.client
import importlib.util
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

# Python 2 stops at the next line and shows it, so the line itself is the message.
NEEDS: str = "Auscult needs Python 3.11, 3.12 or 3.13."
SUPPORTED = ("3.13", "3.12", "3.11")


def version_sentence(
    version: "tuple[int, ...]", runs: "Callable[[str], bool] | None" = None
) -> str:
    """Empty for a supported Python, else what to do; `runs(command)` says whether it starts."""
    this = f"{version[0]}.{version[1]}"
    if this in SUPPORTED:
        return ""
    there = ["python" + n for n in SUPPORTED if (runs or starts)("python" + n)]
    remedy = f"{there[0]} start.py" if there else INSTALL_PYTHON.get(sys.platform, APT_PYTHON)
    return f"{NEEDS} This is Python {this}.\nAuscult 需要 Python 3.11 至 3.13。\n  {remedy}"


def starts(command: str) -> bool:
    """Whether the command runs; being on PATH is not enough for the shims of version managers."""
    if not shutil.which(command):
        return False
    quiet = subprocess.DEVNULL
    return subprocess.call([command, "-c", ""], stdout=quiet, stderr=quiet, stdin=quiet) == 0


APT_PYTHON = "sudo apt install python3.11 python3.11-venv && python3.11 start.py"
INSTALL_PYTHON = {
    "win32": "winget install Python.Python.3.13, then: py -3.13 start.py",
    "darwin": "brew install python@3.13 && python3.13 start.py",
}

if version_sentence(sys.version_info[:2]):
    sys.exit(version_sentence(sys.version_info[:2]))

ROOT = Path(__file__).resolve().parent
HOST = "127.0.0.1"
GIGABYTE = 10**9
Run = Callable[..., int]  # subprocess.call, or a test's stand-in
Free = Callable[[Path], int]  # bytes free in a folder
# Free space a first installation takes with the CUDA build of torch; the CPU build takes 2.3 GB.
SPACE = {"requirements.txt": 6.0, "requirements-dev.txt": 1.0}
START_LIMIT_S = 120
STOP_LIMIT_S = 10
BAD_SETTINGS = {
    "error.setting.unknown": (
        "{name} is no setting; the nearest is {near}.",
        "没有此设置：{name}。",
    ),
    "error.setting.port": ("{value} is no port; use 1 to 65535.", "端口须为 1 至 65535。"),
    "error.setting.address": ("{value} is not this computer; use 127.0.0.1.", "仅支持本机地址。"),
}
BANNER = ("You can now view your Streamlit app", "URL:", "Local URL:", "Network URL:", "Aborted!")


class Missing(Exception):
    """The machine lacks something; the text says in both languages what it is and what to do."""

    def __init__(self, english: str, chinese: str, remedy: str = "") -> None:
        super().__init__("\n".join(filter(None, (english, chinese, remedy and "  " + remedy))))


def say(*lines: str) -> None:
    """Prints at once; a closed terminal or pipe never stops the server."""
    try:
        print(*lines, sep="\n", flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


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


def nvidia_driver() -> bool:
    """Whether an NVIDIA driver is installed on this machine."""
    return bool(shutil.which("nvidia-smi")) or Path("/proc/driver/nvidia/version").exists()


def torch_version(root: Path) -> str:
    """The installed torch, such as `2.13.0+cpu`, from its metadata; empty when there is none."""
    for packages in ("lib/python3*/site-packages", "Lib/site-packages"):
        for found in (root / ".venv").glob(f"{packages}/torch-*.dist-info"):
            return found.name[len("torch-") : -len(".dist-info")]
    return ""


def cpu_torch_note(root: Path, driver: bool, platform: str = sys.platform) -> str:
    """What to say when a driver lies idle beside a CPU-only torch; else empty."""
    version, _, build = torch_version(root).partition("+")
    # The plain build of torch has CUDA on Linux and has none on Windows.
    cpu_only = build.startswith("cpu") or (platform == "win32" and not build)
    if not (driver and version and cpu_only):
        return ""
    # `===` refuses 2.13.0+cpu, which `==` would accept and leave in place.
    remedy = f'"{venv_python(root)}" -m pip install "torch==={version}"'
    if platform == "win32":
        remedy = remedy.replace("===", "==") + " --force-reinstall --index-url ADDRESS"
        remedy += "  (ADDRESS: the CUDA index that PyTorch's install page names)"
    return (
        "This machine has an NVIDIA driver, but torch here is the CPU build: a model would be slow."
        f"\n检测到 NVIDIA 驱动，但当前 torch 为 CPU 版，模型会很慢。\n  {remedy}"
    )


def settings(
    port: int | None, data: str | None, env: Mapping[str, str] = os.environ
) -> tuple[Path, int]:
    """Data folder (absolute) and port: the command line first, then AUSCULT_*, then defaults."""
    from core.errors import BadSetting
    from core.settings import read

    asked = {"AUSCULT_PORT": str(port) if port is not None else "", "AUSCULT_DATA": data or ""}
    try:
        chosen = read({**env, **{k: v for k, v in asked.items() if v}})
    except BadSetting as why:
        english, chinese = BAD_SETTINGS[why.key]
        raise Missing(english.format(**why.values), chinese.format(**why.values)) from why
    except RuntimeError as why:  # no HOME, as in some containers
        raise Missing(
            "This user has no home folder for the data.",
            "此用户没有主目录，无法确定数据文件夹。",
            "python3 start.py --data FOLDER",
        ) from why
    return Path.cwd() / chosen.data, chosen.port


def prepare_data(folder: Path) -> None:
    """Makes the data folder with mode 0700 and proves that it takes a file, else `Missing`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as why:
        raise Missing(
            f"The data folder {folder} cannot be used: {why.strerror}.",
            f"无法使用数据文件夹 {folder}。",
            "Give this user the right to write there, or choose another: "
            "python3 start.py --data FOLDER",
        ) from why
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        say(
            f"Other users of this computer can read {folder}.",
            f'其他用户可读取数据文件夹。\n  chmod 700 "{folder}"',
        )


def ask(port: int) -> str | None:
    """Who answers the health question: None nobody, else the X-Auscult header or empty."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        answer = connection.getresponse()
        return (answer.getheader("X-Auscult") or "") if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def why_not_free(port: int) -> str:
    """Why the port cannot be taken on loopback, in the system's words; empty when it is free."""
    with socket.socket() as caller:
        caller.settimeout(1)
        if caller.connect_ex((HOST, port)) == 0:
            return "another program uses it"
    with socket.socket() as trial:
        if os.name == "posix":  # connections that just ended do not hold the port
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as why:
            return why.strerror or str(why)
    return ""


def port_is_ours(port: int) -> bool:
    """True when the port is free, False when Auscult already serves there, else `Missing`."""
    why = why_not_free(port)
    if not why:
        return True
    if ask(port):
        return False
    other = next((p for p in range(max(port, 1024) + 1, 65536) if not why_not_free(p)), 6006)
    raise Missing(
        f"Port {port} cannot be used: {why}.",
        f"端口 {port} 无法使用。",
        f"python3 start.py --port {other}",
    )


def server_environment(data: Path, port: int) -> dict[str, str]:
    """What the server process is told; the hub is never asked while the app runs.

    Streamlit 1.67 fails on each request without a home folder that it can read.
    """
    home = os.path.expanduser("~")  # noqa: PTH111  Path raises where there is none
    readable = os.access(home, os.R_OK | os.X_OK)
    return {
        **os.environ,
        "AUSCULT_DATA": str(data),
        "AUSCULT_PORT": str(port),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
        **({} if readable else {"HOME": str(data)}),
    }


class Server:
    """The one child process, its output, and the signals that reach it through this one.

    Output is held until the app answers, so that a failed start shows its end once.
    """

    def __init__(self, command: list[str], root: Path, env: dict[str, str]) -> None:
        self.held: deque[str] = deque(maxlen=40)
        self.shown = False
        self.asked = 0
        self.started = False
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        hung_up = getattr(signal, "SIGHUP", None)
        if hung_up and signal.getsignal(hung_up) != signal.SIG_IGN:  # nohup stays in force
            signal.signal(hung_up, self.stop)
        # Its own session: Ctrl+C in the terminal arrives once, through this process.
        self.process: subprocess.Popen[str] = subprocess.Popen(
            command,
            cwd=root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=os.name == "posix",
        )
        self.started = True
        self.reader = threading.Thread(target=self._follow, daemon=True)
        self.reader.start()
        if self.asked:
            self.stop(self.asked)

    def stop(self, number: int, _frame: object = None) -> None:
        """Hands the signal on; after STOP_LIMIT_S seconds the process is ended."""
        self.asked = number
        if not self.started or self.process.poll() is not None:
            return
        if os.name == "posix":
            self.process.send_signal(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)
        # Elsewhere the console itself gives Ctrl+C to both.
        timer = threading.Timer(STOP_LIMIT_S, self.process.kill)
        timer.daemon = True
        timer.start()

    def _follow(self) -> None:
        for line in self.process.stdout or ():
            if not line.strip() or line.strip().startswith(BANNER):
                continue
            self.held.append(line.rstrip())
            if self.shown:
                self.show()

    def show(self) -> None:
        """Prints what was held; from now on each line comes at once."""
        self.shown = True
        with contextlib.suppress(IndexError):  # the other thread took the last line
            while self.held:
                say(self.held.popleft())

    def wait_healthy(self, port: int) -> bool:
        """True when the app answers; False when it ended or START_LIMIT_S seconds went by."""
        end, pause = time.monotonic() + START_LIMIT_S, 0.05
        while time.monotonic() < end and self.process.poll() is None:
            who = ask(port)
            if who is not None:  # without our header, Home.py is not the server that it must be
                return bool(who) and self.process.poll() is None
            time.sleep(pause)
            pause = min(pause * 1.05, 1.0)
        return False

    def exit_code(self) -> int:
        """Waits for the end; a signal n gives 128 + n, as a shell does."""
        code = self.process.wait()
        self.reader.join(timeout=2)
        return code if code >= 0 else 128 - code


def serve(root: Path, port: int, data: Path, python: Path | None = None) -> int:
    """Starts the app, prints its address once it answers, returns its exit code."""
    options = ["--server.port", str(port), "--server.address", HOST]
    command = [str(python or venv_python(root)), "-m", "streamlit", "run", "Home.py", *options]
    say("Starting Auscult 正在启动听诊台")
    server = Server(command, root, server_environment(data, port))
    if server.wait_healthy(port):
        server.show()
        say(
            "Open this address in a browser. 请在浏览器中打开：",
            f"\n  http://{HOST}:{port}\n",
            "Ctrl+C stops it. 按 Ctrl+C 停止。",
        )
        return server.exit_code()
    stopped = server.asked
    server.stop(signal.SIGTERM)
    code = server.exit_code()
    if stopped:
        return code
    say("Auscult did not start. Its last lines:", "听诊台未能启动，最后的输出：")
    server.show()
    return code or 1


def plain_streams() -> None:
    """A console that has no Chinese shows the English half instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def options(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Prepares this folder and starts Auscult 听诊台.")
    parser.add_argument("--port", type=int, help="port on this computer (default 6006)")
    parser.add_argument("--data", metavar="DIR", help="folder for drafts and records")
    parser.add_argument("--check-only", action="store_true", help="prepare all, start nothing")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Prepares and starts; the exit code is the server's, or 1 with a sentence."""
    asked = options(arguments)
    plain_streams()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        data, port = settings(asked.port, asked.data)
        make_environment(ROOT, "requirements.txt")
        prepare_data(data)
        note = cpu_torch_note(ROOT, nvidia_driver())
        if note:
            say(note)
        if not port_is_ours(port):
            say(f"Auscult already runs. 听诊台已在运行：\n\n  http://{HOST}:{port}\n")
            return 0
        if asked.check_only:
            say("Everything is ready: python3 start.py", "一切就绪：python3 start.py")
            return 0
        return serve(ROOT, port, data)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the next start goes on. 已停止，下次启动将继续。", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
