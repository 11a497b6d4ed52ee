"""Checks everything that can be checked here: `python3 check.py` (`--fast` without the browser).

Knows: the order of the checks, what the tests want from the machine, which skips are allowed.
Does not know: what a test says. Standard library only; shares the environment with `start.py`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from core.setup.accelerator import nvidia_driver
from core.setup.console import Missing, plain_streams, say
from core.setup.environment import Run, make_environment, venv_python

ROOT = Path(__file__).resolve().parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FHIR = "4.12.0"  # the npm package that validates our FHIR export
ALLOWED = ROOT / "tests" / "allowed_skips.txt"
REPORT = ROOT / ".venv" / "pytest.xml"
BROWSER_REPORT = ROOT / ".venv" / "browser.xml"
# A process for each core, each with whole files: what a file or a run shares is made once in each.
# More than four would wait for the disk and hold the tables in memory for little.
PARALLEL = ["-n", "auto", "--maxprocesses=4", "--dist=loadfile"]


def pytest_step(report: Path, *more: str) -> list[str]:
    """A run of pytest whose report names each test as pytest does."""
    return ["pytest", f"--junitxml={report}", "-o", "junit_family=xunit1", *more]


STEPS: dict[str, list[str]] = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "pytest": pytest_step(REPORT, "--ignore=tests/browser", *PARALLEL),
}
# One at a time, since a browser and a server are two busy processes already.
BROWSER_STEP = {"browser": pytest_step(BROWSER_REPORT, "tests/browser")}


def has_browser() -> bool:
    """Whether a browser for the browser tests is on PATH."""
    return any(shutil.which(name) for name in BROWSERS)


def root_prefix() -> list[str] | None:
    """What stands before a command that installs packages; None when this user may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    free = (
        shutil.which("sudo") and not subprocess.run([*sudo, "true"], capture_output=True).returncode
    )
    return sudo if free else None


def install_browser(run: Run = subprocess.call) -> None:
    """Chromium from the system's packages where this user may install them; never asks."""
    prefix = root_prefix()
    if has_browser() or prefix is None:
        return
    say("Installing Chromium for the browser tests")
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    run([*quiet, "update"], stdin=subprocess.DEVNULL)
    run([*quiet, "install", "-y", "chromium"], stdin=subprocess.DEVNULL)


def node_modules(root: Path, run: Run = subprocess.call) -> Path | None:
    """The folder with npm's `fhir`, installed when npm is there; None when it is not to be had."""
    folder = root / ".venv" / "node"
    package = folder / "node_modules" / "fhir" / "package.json"
    if not (package.is_file() and json.loads(package.read_text("utf-8"))["version"] == FHIR):
        npm = shutil.which("npm")
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts"]
        if not npm or run([npm, "install", "--prefix", str(folder), *quiet, f"fhir@{FHIR}"]):
            say("No npm package fhir: install Node.js with npm to validate the FHIR export.")
            return None
    return folder / "node_modules"


def browser_tests(root: Path) -> list[str]:
    """The files of the browser tests, as pytest names them."""
    files = (root / "tests" / "browser").rglob("test_*.py")
    return sorted(path.relative_to(root).as_posix() for path in files)


def test_environment(modules: Path | None) -> dict[str, str]:
    """The environment of the tests: a person's own settings and data stay out of it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AUSCULT_")}
    kept |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONUTF8": "1"}
    return kept | ({"AUSCULT_TEST_NODE_MODULES": str(modules)} if modules else {})


def run_steps(
    root: Path, env: dict[str, str], steps: dict[str, list[str]]
) -> dict[str, tuple[int, float]]:
    """Runs every step, also after one that failed; gives exit code and seconds of each."""
    results = {}
    for name, command in steps.items():
        say("", f"== {name}")
        begun = time.monotonic()
        code = subprocess.call([venv_python(root), "-m", *command], cwd=root, env=env)
        results[name] = (code, time.monotonic() - begun)
    return results


def node_id(case: ET.Element) -> str:
    """The name by which pytest is told to run one test of its XML report."""
    path, classes = case.get("file", "").replace("\\", "/"), case.get("classname", "")
    if not classes:  # a module that was skipped as a whole
        return path
    inside = classes.removeprefix(path.removesuffix(".py").replace("/", ".")).strip(".")
    return "::".join(filter(None, (path, inside.replace(".", "::"), case.get("name"))))


def read_report(report: Path) -> tuple[set[str], dict[str, str]]:
    """Names of all tests in the report, and those skipped with their reasons."""
    ran, skipped = set(), {}
    for case in ET.parse(report).iter("testcase"):
        ran.add(node_id(case))
        mark = case.find("skipped")
        if mark is not None and mark.get("type") != "pytest.xfail":
            reason = mark.get("message") or ""
            if reason == "collection skipped":
                reason = (mark.text or reason).rsplit("Skipped: ", 1)[-1].rstrip("')")
            skipped[node_id(case)] = reason
    return ran, skipped


def read_allowed(text: str) -> dict[str, str]:
    """Skips that are allowed: `test  # reason` on each line; raises `ValueError` without one."""
    allowed = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = re.fullmatch(r"(\S.*?)\s+#\s*(\S.*)", line.strip())
        if not entry:
            raise ValueError(f"line {number} of allowed_skips.txt has no reason: {line}")
        allowed[entry[1]] = entry[2]
    return allowed


def skip_problems(
    skipped: dict[str, str], allowed: dict[str, str], ran: set[str], gpu: bool
) -> list[str]:
    """What is wrong with the skips of a run in CI; an entry is unused when its test did run."""
    unnamed = [f"skipped and not allowed: {test}" for test in sorted(skipped.keys() - allowed)]
    idle = sorted(allowed.keys() - skipped.keys())
    # The entries are there for want of a GPU: where there is one, their tests run.
    unused = [f"allowed but not skipped: {t}" for t in idle if not (gpu and t in ran)]
    return unnamed + unused


def judge_skips(fast: bool, left_out: dict[str, str]) -> list[str]:
    """Prints every skip with its reason; gives what CI does not accept."""
    reports = [REPORT] if fast or left_out else [REPORT, BROWSER_REPORT]
    missing = [report.name for report in reports if not report.is_file()]
    if missing:
        return [f"pytest wrote no report: {', '.join(missing)}"]
    ran, skipped = set[str](), dict(left_out)
    for report in reports:
        tests, without = read_report(report)
        ran |= tests
        skipped |= without
    say(f"Tests: {len(ran)} in the report, {len(skipped)} skipped")
    say(*(f"  skipped  {test}: {reason}" for test, reason in sorted(skipped.items())))
    if fast or os.environ.get("CI") != "true":
        return []
    try:
        allowed = read_allowed(ALLOWED.read_text("utf-8"))
    except ValueError as wrong:
        return [str(wrong)]
    return skip_problems(skipped, allowed, ran, nvidia_driver())


def without_browser(fast: bool) -> dict[str, str]:
    """The test files that will not run, with the reason; says it plainly before the run."""
    if fast:
        say("--fast: the browser tests are left out.", "--fast：不运行浏览器测试。")
    if fast or has_browser():
        return {}
    reason = "no Chromium on PATH (Debian: sudo apt-get install chromium)"
    say(f"Browser tests are skipped: {reason}", f"跳过浏览器测试：{reason}")
    return dict.fromkeys(browser_tests(ROOT), reason)


def options(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Runs every check of Auscult.")
    parser.add_argument("--fast", action="store_true", help="leave out the browser tests")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Prepares, runs all steps, sums up; 0 only when everything passed."""
    fast = options(arguments).fast
    plain_streams()
    try:
        make_environment(ROOT, "requirements.txt")
        make_environment(ROOT, "requirements-dev.txt")
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    if not fast:
        install_browser()
    left_out = without_browser(fast)
    steps = STEPS if fast or left_out else STEPS | BROWSER_STEP
    for report in (REPORT, BROWSER_REPORT):
        report.unlink(missing_ok=True)
    results = run_steps(ROOT, test_environment(node_modules(ROOT)), steps)
    say("", "== summary")
    problems = judge_skips(fast, left_out)
    for name, (code, seconds) in results.items():
        say(f"  {'FAILED' if code else 'passed'}  {name:12} {seconds:7.1f} s")
    say(*(f"  FAILED  {problem}" for problem in problems))
    return 1 if problems or any(code for code, _ in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
