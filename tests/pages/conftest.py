"""Pages run without a browser (Streamlit's AppTest), each test on data and caches of its own.

Knows: the router, how a page is reached, what stands on it as text. The type-ahead field and
downloads need a browser and are tested there.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest
from wards import ward  # noqa: F401  # a fixture of every test here

from core import settings
from core.i18n import Language
from core.pharmacy.knowledge import knowledge
from core.records import pins
from core.terms.drug_names import drug_names
from core.ui import keeping, server
from core.ui.owner import drafts
from core.ui.pharmacy.name_index import aliases, picker_index

TIMEOUT_S = 30
OWNER = "0123456789abcdef" * 2
TABLES = (
    knowledge,
    drug_names,
    aliases,
    picker_index,
)  # slow to read; the same unless a test spoils them
FILES = {name: f"pages/{name}.py" for name in ("home", "pharmacy", "model", "people")}


@pytest.fixture(autouse=True)
def fresh(own_data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of another test; the browser is one that keeps its cookie (AppTest has none)."""
    monkeypatch.setattr(server, "owner", lambda cookies: OWNER)
    monkeypatch.setattr(server, "staff_token", lambda cookies: None)
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    drafts.cache_clear()
    yield
    drafts.cache_clear()
    keeping.close()


@pytest.fixture(autouse=True)
def routed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run goes through the router, as on the server, which says so when it starts.

    AppTest forgets it before each run and would then run `pages/*.py` by themselves.
    """
    made = PagesManager.__init__

    def make(self: PagesManager, *args: object, **options: object) -> None:
        PagesManager.uses_pages_directory = False
        made(self, *args, **options)

    monkeypatch.setattr(PagesManager, "__init__", make)


@pytest.fixture(scope="session", autouse=True)
def scanned_once() -> Iterator[None]:
    """Each app of AppTest looks through every installed package for components; one look is enough.

    It finds the same each time, and took most of the time of a page test.
    """
    with pytest.MonkeyPatch.context() as patch:
        found = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture
def own_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the tables that the app of this test reads, to be spoilt."""
    folder = tmp_path / "assets"
    shutil.copytree(settings.ASSETS, folder)
    monkeypatch.setenv("AUSCULT_ASSETS", str(folder))
    for cached in (settings.current, *TABLES):
        cached.cache_clear()
    yield folder
    for cached in TABLES:
        cached.cache_clear()


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Opens a page through the router in a language, with a session state given."""

    def run(name: str, language: Language = "en", **state: object) -> AppTest:
        app = AppTest.from_file(str(settings.ROOT / "Home.py"), default_timeout=TIMEOUT_S)
        app.query_params["lang"] = language
        for key, value in state.items():
            app.session_state[key] = value
        app.run()
        if name != "home":
            app.switch_page(FILES[name]).run()
        assert not app.exception, app.exception
        return app

    return run


def html(app: AppTest) -> str:
    """Everything a page draws with its own markup, in order."""
    return "\n".join(piece.proto.body for piece in app.main.get("html"))


@pytest.fixture
def drawn() -> Callable[[AppTest], str]:
    return html
