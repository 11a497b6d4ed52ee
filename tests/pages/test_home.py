"""Home: scenarios, samples, what the tables hold or lack, and a privacy self-test that can fail."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit.config
from streamlit.testing.v1 import AppTest

from core import settings
from core.i18n import LANGUAGES, Language, translator
from core.model.starting import Status
from core.pharmacy.knowledge import knowledge
from core.safety import egress
from core.ui import demo, home, shell

OpenPage = Callable[..., AppTest]
Drawn = Callable[[AppTest], str]
HELD = ("telemetry", "outbound", "address", "hub", "folder")


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_speaks_each_language(open_page: OpenPage, drawn: Drawn, language: Language) -> None:
    t = translator(language)
    shown = drawn(open_page("home", language))
    for key in ("home.lead", "home.scenario.pharmacy.text", "demo.title", "home.model.none"):
        assert t(key) in shown
    assert shown.count(t("home.later")) == len(home.LATER)
    for case in demo.cases().values():
        assert t.text(case.title) in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_is_listed_with_its_rows(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    shown = drawn(open_page("home", language))
    tables = knowledge().tables
    assert len(tables.rows) == 15 and tables.problems == {}
    for name, rows in tables.rows.items():
        assert f'<th scope="row">{t(f"table.{name}")}</th><td>{rows}</td>' in shown
    assert knowledge().version in shown and knowledge().digest in shown


def test_a_sample_opens_the_pharmacy_page(open_page: OpenPage, drawn: Drawn) -> None:
    app = open_page("home")
    app.button(key="open-statin-and-macrolide").click().run()
    assert not app.exception
    app.switch_page("pages/pharmacy.py").run()  # AppTest follows a switch only when told to
    assert app.session_state[demo.KEY] == "statin-and-macrolide"
    assert "Sample data" in drawn(app)
    assert "Atorvastatin + Clarithromycin" in drawn(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_corrupt_row_is_named_with_file_line_and_column(
    open_page: OpenPage, own_tables: Path, language: Language
) -> None:
    spoil(own_tables / "pharmacy" / "pairs.csv", line=3, old=",contraindicated,", new=",deadly,")
    app = open_page("home", language)
    t = translator(language)
    told = [error.value for error in app.error]
    assert t("error.table", file="pairs.csv", line=3, column="severity", found="deadly") in told
    assert t("table.drugs") in "".join(piece.proto.body for piece in app.main.get("html"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pharmacy_page_runs_without_a_corrupt_table_and_says_so(
    open_page: OpenPage, drawn: Drawn, own_tables: Path, language: Language
) -> None:
    spoil(own_tables / "pharmacy" / "pairs.csv", line=3, old=",contraindicated,", new=",deadly,")
    app = open_page("pharmacy", language)
    app.text_area(key="paste-text").set_value("atorvastatin\nclarithromycin")
    app.button[0].click().run()
    assert not app.exception
    shown = drawn(app)
    assert "pairs.csv" in shown and "deadly" in shown
    assert "pill-not_checked" in shown or "notice-warning" in shown
    assert 'class="names"' in shown  # the derivation still finds this pair


def spoil(table: Path, line: int, old: str, new: str) -> None:
    text = table.read_text(encoding="utf-8").splitlines(keepends=True)
    assert old in text[line - 1]
    text[line - 1] = text[line - 1].replace(old, new, 1)
    table.write_text("".join(text), encoding="utf-8")


@pytest.fixture
def all_holds(monkeypatch: pytest.MonkeyPatch, own_data_folder: Path) -> None:
    """A process as `start.py` makes it; each test below breaks one promise of it."""
    own_data_folder.mkdir(mode=0o700, parents=True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(egress, "state", lambda: egress.Egress(True, 0, ()))
    monkeypatch.setattr(egress, "self_test", lambda: True)


def failing() -> list[str]:
    assert [probe.key for probe in home.probes()] == list(HELD)
    return [probe.key for probe in home.probes() if not probe.holds]


@pytest.mark.usefixtures("all_holds")
def test_every_promise_can_hold() -> None:
    assert failing() == []


@pytest.mark.usefixtures("all_holds")
def test_telemetry_that_is_on_is_told(option: Callable[[str, object], None]) -> None:
    option("browser.gatherUsageStats", True)
    assert failing() == ["telemetry"]


@pytest.mark.usefixtures("all_holds")
@pytest.mark.parametrize("address", ["0.0.0.0", None, "192.168.1.5", "::"])
def test_an_address_beyond_loopback_is_told(
    option: Callable[[str, object], None], address: str | None
) -> None:
    option("server.address", address)
    assert failing() == ["address"]


@pytest.fixture
def option() -> "Callable[[str, object], None]":
    """Sets an option of Streamlit for one test."""
    before = {}

    def set_one(name: str, value: object) -> None:
        before.setdefault(name, streamlit.config.get_option(name))
        streamlit.config.set_option(name, value)

    yield set_one
    for name, value in before.items():
        streamlit.config.set_option(name, value)


@pytest.mark.usefixtures("all_holds")
@pytest.mark.parametrize("value", ["0", "", None])
def test_an_open_model_hub_is_told(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    if value is not None:
        monkeypatch.setenv("HF_HUB_OFFLINE", value)
    assert failing() == ["hub"]


@pytest.mark.usefixtures("all_holds")
@pytest.mark.parametrize(("armed", "refuses"), [(False, False), (True, False)])
def test_a_guard_that_is_off_or_lets_through_is_told(
    monkeypatch: pytest.MonkeyPatch, armed: bool, refuses: bool
) -> None:
    monkeypatch.setattr(egress, "state", lambda: egress.Egress(armed, 0, ()))
    monkeypatch.setattr(egress, "self_test", lambda: refuses)
    assert failing() == ["outbound"]


@pytest.mark.usefixtures("all_holds")
@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_a_data_folder_open_to_others_is_told(own_data_folder: Path, mode: int) -> None:
    own_data_folder.chmod(mode)
    assert failing() == ["folder"]


@pytest.mark.usefixtures("all_holds")
def test_a_data_folder_that_is_missing_is_told(own_data_folder: Path) -> None:
    own_data_folder.rmdir()
    assert failing() == ["folder"]


@pytest.mark.usefixtures("all_holds")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_broken_promise_stands_on_the_page_as_no(
    open_page: OpenPage, drawn: Drawn, own_data_folder: Path, language: Language
) -> None:
    own_data_folder.chmod(0o755)
    t = translator(language)
    shown = drawn(open_page("home", language))
    assert len(re.findall(r'<li class="yes">', shown)) == 4
    (broken,) = re.findall(r'<li class="no">(.*?)</li>', shown)
    assert t("privacy.fails") in broken and str(settings.current().data) in broken


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_host_beyond_this_machine_is_named_with_what_goes_there(
    open_page: OpenPage, drawn: Drawn, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    t = translator(language)
    assert shell._promise(t) == t("shell.promise")
    assert "sso.hospital.example" not in drawn(open_page("home", language))
    named = (
        egress.Named("sign_in", "sso.hospital.example", 443),
        egress.Named("model", "gpu1.hospital.local", 8000),
    )
    monkeypatch.setattr(egress, "state", lambda: egress.Egress(True, 0, (), named))
    shown = drawn(open_page("home", language))
    assert t("privacy.exception.sign_in", host="sso.hospital.example") in shown
    assert t("privacy.exception.model", host="gpu1.hospital.local") in shown
    for one in named:
        assert t(f"shell.promise_but.{one.purpose}", host=one.host) in shell._promise(t)
    assert shell._promise(t) != t("shell.promise")


def test_a_server_that_is_asked_in_clear_is_told() -> None:
    t = translator("en")
    for in_clear in (True, False):
        now = Status("ready", "m", "gpu1.hospital.local:8000", in_clear=in_clear)
        lines = home.model_lines(t, now)
        assert "gpu1.hospital.local:8000" in lines[0]
        assert (t("home.model.in_clear") in lines) is in_clear
