"""The parts of `check.py`: which skips are allowed, what the report says, what is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

import check

TEST = "tests/a/test_b.py::test_gpu[a b]"


def test_unnamed_skip_fails() -> None:
    problems = check.skip_problems({TEST: "no GPU"}, {}, {TEST}, gpu=False)
    assert problems == [f"skipped and not allowed: {TEST}"]


def test_named_skip_passes() -> None:
    assert check.skip_problems({TEST: "no GPU"}, {TEST: "GPU"}, {TEST}, gpu=False) == []


@pytest.mark.parametrize("ran", [{TEST}, set()])
def test_unused_entry_fails(ran: set[str]) -> None:
    problems = check.skip_problems({}, {TEST: "GPU"}, ran, gpu=False)
    assert problems == [f"allowed but not skipped: {TEST}"]


def test_entry_whose_test_runs_on_a_gpu_is_in_use() -> None:
    assert check.skip_problems({}, {TEST: "GPU"}, {TEST}, gpu=True) == []
    assert len(check.skip_problems({}, {TEST: "GPU"}, set(), gpu=True)) == 1


def test_allowed_skips_are_read_with_their_reasons() -> None:
    text = f"# a remark\n\n{TEST}\t# needs a GPU\ntests/c.py::test_d   #four bits # GPU\n"
    assert check.read_allowed(text) == {
        TEST: "needs a GPU",
        "tests/c.py::test_d": "four bits # GPU",
    }


@pytest.mark.parametrize("line", [TEST, f"{TEST} #", f"{TEST} # "])
def test_entry_without_a_reason_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 .* no reason"):
        check.read_allowed(f"# remark\n{line}\n")


def test_our_own_list_is_readable() -> None:
    check.read_allowed(check.ALLOWED.read_text(encoding="utf-8"))


SUITE = """
import pytest

def test_runs(): pass

@pytest.mark.skip(reason="no GPU: here")
def test_skips(): pass

class TestWard:
    @pytest.mark.parametrize("x", ["a b", "听"])
    def test_inside(self, x):
        if x == "听":
            pytest.skip("why not")

@pytest.mark.xfail(strict=True)
def test_known(): raise ValueError
"""


def test_report_gives_names_that_pytest_understands(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "deep"
    folder.mkdir(parents=True)
    (folder / "test_suite.py").write_text(SUITE, encoding="utf-8")
    whole = "import pytest\npytest.skip('no such library', allow_module_level=True)\n"
    (folder / "test_whole.py").write_text(whole, encoding="utf-8")
    report = tmp_path / "report.xml"
    options = [f"--junitxml={report}", "-o", "junit_family=xunit1", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, "tests"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    ran, skipped = check.read_report(report)
    suite = "tests/deep/test_suite.py"
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in "听")
    assert ran == {
        f"{suite}::test_runs",
        f"{suite}::test_skips",
        f"{suite}::test_known",
        f"{suite}::TestWard::test_inside[a b]",
        f"{suite}::TestWard::test_inside[{escaped}]",
        "tests/deep/test_whole.py",
    }
    assert skipped == {
        f"{suite}::test_skips": "no GPU: here",
        f"{suite}::TestWard::test_inside[{escaped}]": "why not",
        "tests/deep/test_whole.py": "no such library",
    }


def test_every_step_runs_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def call(command: list[object], **_: object) -> int:
        seen.append(command[2:])
        return 1 if command[2] == "ruff" else 0

    monkeypatch.setattr(check.subprocess, "call", call)
    results = check.run_steps(tmp_path, {}, check.STEPS | check.BROWSER_STEP)
    assert {name: code for name, (code, _) in results.items()} == {
        "ruff check": 1,
        "ruff format": 1,
        "mypy": 0,
        "pytest": 0,
        "browser": 0,
    }
    assert [command[0] for command in seen] == ["ruff", "ruff", "mypy", "pytest", "pytest"]
    assert [command for command in seen if "--ignore=tests/browser" in command] == [seen[3]]
    assert [command for command in seen if "tests/browser" in command] == [seen[4]]


def test_a_persons_settings_stay_out_of_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUSCULT_DATA", "/home/somebody")
    env = check.test_environment(tmp_path)
    assert [name for name in env if name.startswith("AUSCULT_")] == ["AUSCULT_TEST_NODE_MODULES"]
    assert env["AUSCULT_TEST_NODE_MODULES"] == str(tmp_path)
    assert "AUSCULT_TEST_NODE_MODULES" not in check.test_environment(None)


def test_installed_fhir_package_is_not_fetched_again(tmp_path: Path) -> None:
    package = tmp_path / ".venv" / "node" / "node_modules" / "fhir" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(f'{{"version": "{check.FHIR}"}}', encoding="utf-8")
    assert check.node_modules(tmp_path, run=pytest.fail) == package.parent.parent


def test_missing_fhir_package_is_fetched_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check.shutil, "which", lambda name: f"/bin/{name}")
    ran: list[list[str]] = []
    assert check.node_modules(tmp_path, run=lambda command: ran.append(command) or 0)
    assert ran[0][-1] == f"fhir@{check.FHIR}"
    assert "--ignore-scripts" in ran[0]
    assert check.node_modules(tmp_path, run=lambda command: 1) is None


def test_without_a_browser_each_file_counts_as_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tests" / "browser").mkdir(parents=True)
    (tmp_path / "tests" / "browser" / "test_home.py").touch()
    (tmp_path / "tests" / "browser" / "app.py").touch()
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check.shutil, "which", lambda name: None)
    left_out = check.without_browser(fast=False)
    assert list(left_out) == ["tests/browser/test_home.py"]
    assert "apt-get install chromium" in left_out["tests/browser/test_home.py"]
    assert "Browser tests are skipped" in capsys.readouterr().out
    assert check.without_browser(fast=True) == {}
    assert "left out" in capsys.readouterr().out


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Where the two runs of pytest write; no skip is allowed, and this is CI."""
    allowed = tmp_path / "allowed.txt"
    allowed.write_text("", encoding="utf-8")
    monkeypatch.setattr(check, "ALLOWED", allowed)
    unit, browser = tmp_path / "unit.xml", tmp_path / "browser.xml"
    monkeypatch.setattr(check, "REPORT", unit)
    monkeypatch.setattr(check, "BROWSER_REPORT", browser)
    monkeypatch.setenv("CI", "true")
    return unit, browser


EMPTY = "<testsuites><testsuite/></testsuites>"
SKIPPED = (
    '<testsuites><testsuite><testcase classname="tests.a.test_b" file="tests/a/test_b.py" '
    'name="test_gpu[a b]"><skipped type="pytest.skip" message="no GPU"/></testcase>'
    "</testsuite></testsuites>"
)


def test_skips_fail_only_in_ci(reports: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    reports[0].write_text(EMPTY, encoding="utf-8")
    assert check.judge_skips(False, {TEST: "x"}) == [f"skipped and not allowed: {TEST}"]
    monkeypatch.delenv("CI")
    assert check.judge_skips(False, {TEST: "x"}) == []


@pytest.mark.parametrize("where", [0, 1])
def test_a_skip_counts_in_either_run(reports: tuple[Path, Path], where: int) -> None:
    for number, report in enumerate(reports):
        report.write_text(SKIPPED if number == where else EMPTY, encoding="utf-8")
    assert check.judge_skips(False, {}) == [f"skipped and not allowed: {TEST}"]


def test_missing_report_is_a_failure(reports: tuple[Path, Path]) -> None:
    reports[0].write_text(EMPTY, encoding="utf-8")
    assert check.judge_skips(False, {}) == ["pytest wrote no report: browser.xml"]
    assert check.judge_skips(True, {}) == []
    reports[0].unlink()
    assert check.judge_skips(True, {}) == ["pytest wrote no report: unit.xml"]
