"""The benchmark of the records runs and prints each figure beside its peer; no time is judged."""

import re
import subprocess
import sys

from core.settings import ROOT


def test_it_prints_its_figures_and_what_kills_left() -> None:
    command = [sys.executable, "bench/records.py", "--writes", "3", "--kills", "1", "--seed", "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"; peer: .+( +\d+\.\d\d){4}$", done.stdout, re.MULTILINE)) == 3
    assert re.search(r"^writes per second: \d+ sealed, \d+ in clear$", done.stdout, re.MULTILINE)
    killed = re.search(
        r"^kills: 1 \(seed 7\), (\d+) acknowledged writes, .+: 0$", done.stdout, re.M
    )
    assert killed and int(killed[1]) >= 0
