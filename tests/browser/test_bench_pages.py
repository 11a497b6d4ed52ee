"""The benchmark of the pages runs once through and prints a figure for each wait."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIGURE = re.compile(r"^(.{46})(?: +\d+\.\d\d){4}", re.MULTILINE)


@pytest.mark.browser
def test_the_page_benchmark_prints_its_figures() -> None:
    command = [sys.executable, "bench/pages.py", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    figures = {what.strip() for what in FIGURE.findall(done.stdout)}
    assert {
        "Home, warm: first contentful paint",
        "Home, warm: title seen",
        "page switch to Pharmacy",
        "page switch to Home",
        "a drug added: list and checks drawn",
        "suggestions in the browser",
        "server of Home.py until it answers",
    } <= figures
