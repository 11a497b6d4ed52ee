"""Prepares this folder and starts Auscult: `python3 start.py`, for tablets with `--lan`.

Knows: the options and the order of the steps. It asks one question only: with
`--allow-public-server` the host outside is typed again, and without a terminal that is refused.
Does not know: how a step is done (`core.setup`), what the app does, nor how to get a model.
Runs before anything is installed, so everything here and below is standard library; this file
parses on Python 3.6 and later, so that an older Python gets a sentence.
"""

import argparse
import signal
import sys
from pathlib import Path

from core.setup import model, ward
from core.setup.accelerator import cpu_torch_note, nvidia_driver
from core.setup.console import Missing, plain_streams, say
from core.setup.data_folder import prepare_data, settings
from core.setup.environment import make_environment
from core.setup.port import EVERYWHERE, HOST, already_there
from core.setup.serving import serve, server_environment

# Python 2 stops at the next line and shows it, so the line itself is the message.
ROOT: Path = Path(__file__).resolve().parent  # Auscult needs Python 3.11, 3.12 or 3.13.


def options(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Prepares this folder and starts Auscult 听诊台.")
    parser.add_argument("--port", type=int, help="port on this computer (default 6006)")
    parser.add_argument("--data", metavar="DIR", help="folder for drafts and records")
    parser.add_argument("--check-only", action="store_true", help="prepare all, start nothing")
    ward.add_options(parser)
    model.add_options(parser)
    asked = parser.parse_args(arguments)
    wrong = ward.misuse(asked) or model.misuse(asked)
    if wrong:
        parser.error(wrong)
    return asked


def prepare_and_serve(asked: argparse.Namespace) -> int:
    """Every step in its order; the exit code, or `Missing` for what this machine lacks."""
    data, port = settings(asked.port, asked.data)
    chosen = model.settings(asked)
    make_environment(ROOT, "requirements.txt")
    prepare_data(data)
    note = cpu_torch_note(ROOT, nvidia_driver())
    if note:
        say(note)
    there = already_there(port, EVERYWHERE if asked.lan else HOST)
    if there:
        model.already_runs(asked, port)
        say(ward.already_runs(there, port, asked.lan))
        return 0
    plan = ward.prepare(ROOT, asked, server_environment(data, port)) if asked.lan else None
    if asked.check_only:
        say("Everything is ready: python3 start.py", "一切就绪：python3 start.py")
        return 0
    return serve(ROOT, port, data, plan, chosen)


def main(arguments: list[str]) -> int:
    """Prepares and starts; the exit code is the server's, or 1 with a sentence."""
    asked = options(arguments)
    plain_streams()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        return prepare_and_serve(asked)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the next start goes on. 已停止，下次启动将继续。", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
