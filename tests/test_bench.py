"""The benchmarks run and print each figure beside its peer; no time is judged here."""

import importlib.util
import math
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
FIGURE = re.compile(
    r"^(.{46}) +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d(?:  (.+))?$", re.MULTILINE
)

JOBS = re.compile(r"^ +\d+ +\d+\.\d\d .+$", re.MULTILINE)


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bench_{name}", ROOT / "bench" / f"{name}.py")
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # dataclasses look their module up
    spec.loader.exec_module(loaded)
    return loaded


def test_the_pharmacy_benchmark_prints_its_figures() -> None:
    command = [sys.executable, "bench/pharmacy.py", "--lists", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    figures = {what.strip(): goal for what, goal in FIGURE.findall(done.stdout)}
    assert len(figures) == 11
    assert figures["15 drugs: check and alternatives, first time"].startswith("median < 20 ms:")
    assert figures["near names, Chinese"].startswith("median < 10 ms:")


def test_the_peer_of_a_check_finds_the_rows_that_the_check_finds() -> None:
    scan = module("row_scan").RowScan(ROOT / "assets" / "pharmacy")
    found = scan.check(["atorvastatin", "clarithromycin", "warfarin"])
    assert len(found) == 3
    assert "P0001" in found["atorvastatin", "clarithromycin"]
    assert "CYP3A4" in found["atorvastatin", "clarithromycin"]


def test_a_missed_goal_is_said() -> None:
    figures = module("figures")
    slow, quick = figures.Sample((30.0, 40.0, 50.0)), figures.Sample((20.0,))
    assert (slow.median, slow.p95) == (40.0, 50.0)
    missed = figures.line("a check", slow, quick, goal_ms=20, goal_ratio=1.5)
    assert missed.endswith("2.00  median < 20 ms: MISSED, ratio <= 1.5: MISSED")
    assert figures.line("a check", quick, slow, goal_ms=21).endswith("0.50  median < 21 ms: met")


def test_the_model_benchmark_compares_jobs_together_with_jobs_in_turn() -> None:
    command = [sys.executable, "bench/model.py", "--size", "small", "--device", "cpu"]
    command += ["--jobs", "1,2", "--new-tokens", "8", "--rounds", "1"]
    cache = {"XDG_CACHE_HOME": str(Path(tempfile.gettempdir()) / "auscult-bench-cache")}
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=os.environ | cache
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0.02 B parameters, bf16 on cpu, ")
    rows = {int(row.split()[0]): row.split() for row in JOBS.findall(done.stdout)}
    assert list(rows) == [1, 2]
    for row in rows.values():
        together, in_turn, times = map(float, row[1:4])
        assert 0 < float(row[4]) < together and 0 < float(row[5]) < in_turn
        assert times == pytest.approx(in_turn / together, rel=0.2)
        assert all(math.isfinite(float(figure)) and float(figure) > 0 for figure in row[6:9])
    assert re.search(r"cost \d\.\d{3} <= 1\.03: (met|MISSED)$", done.stdout, re.MULTILINE)
    differ = re.search(r"differ from generate: (\d+) of 24 .*, in (\d) of 3 answers", done.stdout)
    assert differ and int(differ[1]) <= 24 and bool(int(differ[1])) == bool(int(differ[2]))
    assert done.stdout.count("memory ") == 2 and "peak of the process" in done.stdout


def test_answers_are_timed_from_the_first_question_and_while_all_are_written() -> None:
    model = module("model")
    one = model.Answer(10.0, [1, 2, 3, 4], [12.0, 13.0, 14.0, 15.0])
    two = model.Answer(10.0, [1, 2, 3, 5], [14.0, 14.5, 15.0, 16.0])
    run = model.Run(6.0, 4.0, 2.0, (one, two))
    assert run.first == 3.0
    assert run.long == 4.0 + 2 * 400 / 2.0
    other = model.Run(9.0, 5.0, 1.0, (one, one))
    assert model.differing([(run, other)]) == (
        "tokens that differ from generate: 1 of 8 (12.5 %), in 1 of 2 answers"
    )
    said = model._line(6, [(run, other)], "cpu").split()
    assert said[:4] == ["6", "6.00", "9.00", "1.50"] and said[-2:] == ["3.5:", "MISSED"]


@pytest.mark.parametrize("script", ["bench/pages.py", "bench/pharmacy.py"])
def test_help_names_the_options(script: str) -> None:
    pytest.importorskip("playwright")
    done = subprocess.run(
        [sys.executable, script, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "--rounds" in done.stdout or "--lists" in done.stdout
