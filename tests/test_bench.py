"""The benchmarks run and print each figure beside its peer; no time is judged here."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
FIGURE = re.compile(
    r"^(.{46}) +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d(?:  (.+))?$", re.MULTILINE
)


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


@pytest.mark.parametrize("script", ["bench/pages.py", "bench/pharmacy.py"])
def test_help_names_the_options(script: str) -> None:
    pytest.importorskip("playwright")
    done = subprocess.run(
        [sys.executable, script, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "--rounds" in done.stdout or "--lists" in done.stdout
