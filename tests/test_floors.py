"""Arrows point down: who may import whom, read from every module, function bodies included."""

import ast
import subprocess
import sys
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from core.settings import ROOT

BOTTOM = {"core", "core.settings", "core.i18n", "core.errors", "core.tables"}
DOMAINS = ("pharmacy", "intake", "literature", "imaging", "learning", "notes")
SHARED = ("terms", "safety", "documents", "exports", "ward")
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"bottom"}),
    frozenset({"core.records", "core.model"}),
    frozenset(f"core.{name}" for name in SHARED),
    frozenset(f"core.{name}" for name in DOMAINS),
    frozenset({"core.ui", "core.cli", "core.setup"}),
    frozenset({"pages"}),
)
NEIGHBOURS = 2  # on this floor packages may import each other, as long as there is no circle
SCREEN = ("Home", "pages", "core.ui")
MODEL = ("core.model.local", "core.model.loader")
KEPT_TO = {"streamlit": SCREEN, "torch": MODEL, "transformers": MODEL}
COMMANDS = ("start", "check")  # run before anything is installed
HEAVY = ("streamlit", "torch", "transformers", "pandas", "pymupdf", "fhir", "PIL", "numpy")


def sources(root: Path) -> dict[str, str]:
    files = [root / "Home.py", *(root / "pages").rglob("*.py"), *(root / "core").rglob("*.py")]
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path.read_text("utf-8")
        for path in files
    }


def imports(module: str, source: str, package: bool = False) -> set[str]:
    """Every module that a source names in an import, wherever in the file it stands."""
    here = module.split(".") if package else module.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) - node.level + 1] if node.level else []
            base = ".".join(filter(None, (*above, node.module)))
            found |= {base} | {f"{base}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            found |= {
                a.value
                for a in node.args
                if isinstance(a, ast.Constant) and isinstance(a.value, str)
            }
    return found


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def unit(module: str) -> str:
    """What counts as one: a package, or all modules of the bottom together."""
    if module in BOTTOM:
        return "bottom"
    if module == "Home" or module.split(".")[0] == "pages":
        return "pages"
    if module == "core.__main__":
        return "core.cli"
    return ".".join(module.split(".")[:2])


def floor(of: str) -> int:
    return next(n for n, units in enumerate(FLOORS) if of in units)


def within(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def breaches(modules: Mapping[str, str]) -> list[str]:
    """All arrows that do not point down, in words."""
    wrong: list[str] = []
    beside: dict[str, set[str]] = {}
    for module, source in modules.items():
        package = any(other.startswith(f"{module}.") for other in modules)
        asked = imports(module, source, package)
        wrong += [
            f"{module} imports {library}"
            for library, places in KEPT_TO.items()
            if any(within(name, (library,)) for name in asked) and not within(module, places)
        ]
        for target in sorted({unit(name) for name in asked if name in modules} - {unit(module)}):
            if target == "bottom" and unit(module) != "bottom":
                continue
            low, high = floor(target), floor(unit(module))
            if low == high == NEIGHBOURS:
                beside.setdefault(unit(module), set()).add(target)
            elif low >= high:
                wrong.append(f"{module} imports {target}")
    try:
        TopologicalSorter(beside).prepare()
    except CycleError as circle:
        wrong.append(f"circle: {' '.join(circle.args[1])}")
    return wrong


MADE_UP = {
    "core": "",
    "core.errors": "",
    "core.settings": "import os\nfrom core.errors import BadSetting",
    "core.records": "",
    "core.model": "",
    "core.model.loader": "import torch",
    "core.safety": "",
    "core.safety.egress": "",
    "core.terms": "",
    "core.terms.names": "from core import errors",
    "core.pharmacy": "",
    "core.pharmacy.checker": "from core.terms import names\nfrom . import rows",
    "core.pharmacy.rows": "",
    "core.notes": "",
    "core.notes.summary": "",
    "core.ui": "import streamlit",
    "core.cli": "import core.pharmacy.checker",
    "core.__main__": "from core.cli import main",
    "pages.pharmacy": "import streamlit.components\nfrom core.ui import parts",
    "Home": "import streamlit\nimport pages.pharmacy",
}


def test_no_module_of_this_project_breaks_the_floors() -> None:
    modules = sources(ROOT)
    assert {"Home", "pages.pharmacy", "core.ui", "core.cli", "core.terms.folding"} <= modules.keys()
    assert breaches(modules) == []


def test_every_package_stands_on_a_floor() -> None:
    units = {unit(module) for module in sources(ROOT)}
    assert units <= frozenset.union(*FLOORS)
    assert len(units) > 8


def test_the_made_up_house_stands() -> None:
    assert breaches(MADE_UP) == []


@pytest.mark.parametrize(
    ("module", "source", "said"),
    [
        ("core.pharmacy.rows", "from core.notes import summary", "imports core.notes"),
        ("core.pharmacy.rows", "import core.notes.summary", "imports core.notes"),
        ("core.pharmacy.rows", "def late():\n    from core.ui import parts", "imports core.ui"),
        ("core.pharmacy.rows", "from ..notes import summary", "imports core.notes"),
        ("core.pharmacy", "from . import rows\nfrom .. import ui", "imports core.ui"),
        (
            "core.pharmacy.rows",
            "import importlib\nimportlib.import_module('core.cli')",
            "imports core.cli",
        ),
        ("core.terms.names", "from core.pharmacy.rows import row", "imports core.pharmacy"),
        ("core.records", "from core.model import loader", "imports core.model"),
        ("core.records", "from core.terms import names", "imports core.terms"),
        ("core.errors", "from core.records import drafts", "imports core.records"),
        ("core.ui", "import pages.pharmacy", "imports pages"),
        ("core.cli", "from core import ui", "imports core.ui"),
        ("core.ui", "def f():\n    import torch", "imports torch"),
        ("core.model", "from transformers import AutoModel", "imports transformers"),
        ("core.terms.names", "import streamlit as st", "imports streamlit"),
        ("core.cli", "if TYPE_CHECKING:\n    from streamlit.web import cli", "imports streamlit"),
    ],
)
def test_an_arrow_that_points_up_or_aside_is_found(module: str, source: str, said: str) -> None:
    assert breaches({**MADE_UP, module: source}) == [f"{module} {said}"]


def test_a_circle_on_the_shared_floor_is_found() -> None:
    one_way = {**MADE_UP, "core.safety.egress": "from core.terms import names"}
    assert breaches(one_way) == []
    both = {**one_way, "core.terms.names": "from core.safety import egress"}
    assert breaches(both)[0].startswith("circle: ")


def test_the_core_is_imported_without_what_is_heavy() -> None:
    ours = (
        "core.cli, core.pharmacy.knowledge, core.records.drafts, core.model.desk, "
        "core.safety.red_flags"
    )
    script = f"import sys; import {ours}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def reached(module: str, sources: Mapping[str, str]) -> set[str]:
    """Every name that a module imports, and what the modules of this project among them import."""
    found: set[str] = set()
    ahead = [module]
    while ahead:
        here = ahead.pop()
        parents = {here.rpartition(".")[0]} - {""}
        package = any(other.startswith(f"{here}.") for other in sources)
        asked = imports(here, sources[here], package) | parents
        ahead += (asked & sources.keys()) - found
        found |= asked
    return found


def foreign(names: set[str]) -> set[str]:
    """What neither Python nor this project brings."""
    return {name.partition(".")[0] for name in names} - {*sys.stdlib_module_names, "core"}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_runs_before_the_installation_needs_python_alone(command: str) -> None:
    ours = {**sources(ROOT), command: (ROOT / f"{command}.py").read_text("utf-8")}
    names = reached(command, ours)
    assert {"core", "core.setup.environment", "core.setup.supported_python"} <= names
    assert foreign(names) == set()
    script = f"import sys; sys.path.insert(0, ''); import {command}"
    subprocess.run([sys.executable, "-I", "-S", "-c", script], cwd=ROOT, check=True)


def test_a_package_that_must_be_installed_is_found_behind_every_import() -> None:
    ours = {**MADE_UP, "start": "import os\nfrom core.setup import serving", "core.setup": ""}
    assert foreign(reached("start", {**ours, "core.setup.serving": "import signal"})) == set()
    late = "def late():\n    from core.ui import parts"
    assert foreign(reached("start", {**ours, "core.setup.serving": late})) == {"streamlit"}
    assert foreign(reached("start", {**ours, "core.setup": "import numpy.linalg"})) == {"numpy"}
