"""What every test runs under: data of its own, no network, the tables of this checkout.

The audit hook of `tests/guard` holds in this process and, through PYTHONPATH, in every Python
process that a test starts. It raises and writes a line; the run fails at its end when a line is
there, since what raises may be swallowed. The worker that reads PDFs starts with an empty
environment; it arms the product's own guard, and its tests show that.
"""

import importlib.util
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
GUARD = TESTS / "guard"
# These tests start processes that try to leave on purpose and judge the refusal themselves.
LEAVE_ON_PURPOSE = ("test_egress.py",)


def _load_guard() -> ModuleType:
    spec = importlib.util.spec_from_file_location("outbound_guard", GUARD / "sitecustomize.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


guard = _load_guard()
os.environ.setdefault(
    guard.LOG, str(Path(tempfile.mkdtemp(prefix="auscult-tests-")) / "outbound.log")
)
OUTBOUND = Path(os.environ[guard.LOG])
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(GUARD), os.environ.get("PYTHONPATH"))))
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
guard.install()

from core import settings  # noqa: E402  # after the guard, so that imports are watched too
from core.i18n import Language, translator  # noqa: E402
from core.pharmacy.checker import Check, Pair, check  # noqa: E402
from core.pharmacy.context import Medication, read_patient  # noqa: E402
from core.pharmacy.knowledge import Knowledge, load  # noqa: E402
from core.pharmacy.wording import Words  # noqa: E402
from core.terms import drug_names  # noqa: E402
from core.terms.drug_list import Item, read_name  # noqa: E402


def attempts(log: Path) -> list[str]:
    return log.read_text("utf-8").splitlines() if log.is_file() else []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):  # whoever started this worker judges for all
        return
    if attempts(OUTBOUND):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    else:
        OUTBOUND.unlink(missing_ok=True)
        with suppress(OSError):  # another run may share the folder
            OUTBOUND.parent.rmdir()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if tried := attempts(OUTBOUND):
        terminalreporter.section("tried to leave this machine", red=True)
        for line in tried:
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def own_data_folder(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Path]:
    """Each test has its own data folder; the settings of this process are read anew."""
    folder = tmp_path_factory.mktemp("own") / "data"
    monkeypatch.setenv("AUSCULT_DATA", str(folder))
    monkeypatch.setenv("AUSCULT_KEY_FILE", str(folder.parent / "keys" / "master.key"))
    monkeypatch.delenv("AUSCULT_DATABASE_URL", raising=False)
    if request.path.name in LEAVE_ON_PURPOSE:
        monkeypatch.delenv(guard.LOG)
    settings.current.cache_clear()
    yield folder
    settings.current.cache_clear()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The tables of this checkout."""
    return load(settings.ASSETS / "pharmacy")


@pytest.fixture(scope="session")
def names() -> drug_names.DrugNames:
    return drug_names.load(settings.ASSETS / "terms")


@pytest.fixture
def words(knowledge: Knowledge) -> Callable[[Language], Words]:
    return lambda language: Words(translator(language), knowledge.profiles)


Given = Mapping[int, Medication]


@pytest.fixture
def checked(knowledge: Knowledge, names: drug_names.DrugNames) -> Callable[..., Check]:
    """Checks names as a person writes them; `patient` holds stated values, `given` is by line."""

    def run(
        *typed: str, patient: Mapping[str, Any] | None = None, given: Given | None = None
    ) -> Check:
        items = [read_name(name, names) for name in typed]
        return check(items, knowledge, read_patient(patient or {}), given)

    return run


@pytest.fixture
def pair(knowledge: Knowledge) -> Callable[..., Pair]:
    """The pair of two drugs named by their ids, in the tables of this checkout or in others."""

    def run(
        a: str,
        b: str,
        patient: Mapping[str, Any] | None = None,
        given: Given | None = None,
        tables: Knowledge | None = None,
    ) -> Pair:
        items = [Item(drug, (drug,), "exact") for drug in (a, b)]
        (found,) = check(items, tables or knowledge, read_patient(patient or {}), given).pairs
        return found

    return run
