"""Runs the real `start.py` in the environment of the tests: nothing is installed, all else is done.

python tests/browser/starting.py --lan --port 7001
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import start
from core.setup import serving, ward


def this_python(root: Path) -> Path:
    return Path(sys.executable)


if __name__ == "__main__":
    start.make_environment = lambda root, name: False
    serving.venv_python = ward.venv_python = this_python
    sys.exit(start.main(sys.argv[1:]))
