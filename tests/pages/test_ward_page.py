"""The ward network on the pages: closed without staff, its section on People, the strip of http."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from wards import PIN, Ward

from core import settings
from core.i18n import LANGUAGES, Language, translator
from core.records import people
from core.records.roles import PAGES
from core.settings import current
from core.ui import first_code, home, keeping, staff
from core.ui import ward as network
from core.ward import certificate, invitation

OpenPage = Callable[..., AppTest]
Drawn = Callable[[AppTest], str]
PC = "10.77.0.1"


@pytest.fixture
def lan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """This process serves the ward with a certificate."""
    certificate.make(tmp_path, (PC, "ward-pc"), datetime.now(UTC))
    monkeypatch.setenv("AUSCULT_WARD", f"{PC},ward-pc,elsewhere")
    monkeypatch.setenv("AUSCULT_CERTIFICATE", str(tmp_path / certificate.FILE))
    settings.current.cache_clear()
    yield tmp_path / certificate.FILE
    network._read.cache_clear()


@pytest.fixture
def plain(lan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same by plain http."""
    monkeypatch.setenv("AUSCULT_CERTIFICATE", "")
    settings.current.cache_clear()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_on_the_ward_nothing_opens_without_staff(
    lan: Path, open_page: OpenPage, page: str, language: Language
) -> None:
    app = open_page(page, language)
    t = translator(language)
    assert [error.value for error in app.error] == [t("door.closed", problem=t("door.no_staff"))]
    assert [field.key for field in app.text_input] == []
    assert staff.look().state == "closed"
    assert not staff.may("pharmacy", "check", staff.look())


def test_records_without_an_administrator_open_nothing_either(
    lan: Path, open_page: OpenPage, own_data_folder: Path
) -> None:
    own_data_folder.mkdir(parents=True)
    people.add(keeping.records(), "Nurse", "nurse", PIN)
    assert [e.value for e in open_page("pharmacy").error] != []
    assert staff.look().state == "closed"


def test_the_code_for_the_first_administrator_is_not_shown_on_the_ward(
    lan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first_code._print.cache_clear()
    first_code.announce()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_administrator_sees_address_code_and_fingerprint(
    lan: Path,
    ward: Ward,
    open_page: OpenPage,
    drawn: Drawn,
    language: Language,
) -> None:
    ward.enter("administrator")
    app, t = open_page("people", language), translator(language)
    shown = drawn(app)
    served = certificate.read(lan)
    for row in served.fingerprint:
        assert row in shown
    assert f"https://{PC}:6006" in shown and "https://ward-pc:6006" in shown
    assert "https://elsewhere" not in shown  # the certificate is not valid for it
    assert "data:image/svg+xml" in shown
    for key in ("ward.compare", *network.BROWSERS):
        assert t(key) in shown
    assert f"{t('ward.title')} · {t('ward.on', url=f'`https://{PC}:6006`')}" in [
        box.label for box in app.expander
    ]
    assert t("ward.unencrypted") not in shown


def test_others_do_not_see_it(
    lan: Path,
    ward: Ward,
    open_page: OpenPage,
    drawn: Drawn,
) -> None:
    ward.enter("nurse")
    assert "data:image/svg" not in drawn(open_page("home"))


def test_when_off_the_command_is_named(
    ward: Ward,
    open_page: OpenPage,
    drawn: Drawn,
) -> None:
    ward.enter("administrator")
    app = open_page("people")
    assert [code.value for code in app.code] == [network.COMMAND]
    assert "data:image/svg" not in drawn(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_behind_a_proxy_its_hosts_are_named_and_nothing_says_this_machine_only(
    ward: Ward,
    open_page: OpenPage,
    drawn: Drawn,
    monkeypatch: pytest.MonkeyPatch,
    language: Language,
) -> None:
    monkeypatch.setenv("AUSCULT_HOSTS", "auscult.example,10.77.0.9")
    settings.current.cache_clear()
    ward.enter("administrator")
    t, hosts = translator(language), "auscult.example, 10.77.0.9"
    people_page = open_page("people", language)
    assert f"{t('ward.title')} · {t('ward.proxy', hosts=hosts)}" in [
        box.label for box in people_page.expander
    ]
    said = [text.value for text in people_page.markdown]
    assert t("ward.proxy.text", hosts=hosts) in said and t("ward.off.text") not in said
    shown = drawn(open_page("home", language))
    assert t("privacy.who_shared", hosts=hosts) in shown and t("privacy.who") not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_encryption_every_page_says_so(
    plain: None,
    ward: Ward,
    open_page: OpenPage,
    drawn: Drawn,
    language: Language,
) -> None:
    t = translator(language)
    strip = t("ward.unencrypted.text")
    assert drawn(open_page("pharmacy", language)).index(strip) < 800  # the sign-in
    ward.enter("administrator")
    for page in PAGES:
        assert strip in drawn(open_page(page, language))


def test_the_self_test_says_who_can_reach_this(lan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {probe.key: probe for probe in home.probes()}
    assert "address" not in found
    assert (found["ward"].holds, found["ward"].detail) == (True, f"{PC}, ward-pc, elsewhere")
    monkeypatch.setenv("AUSCULT_CERTIFICATE", "")
    settings.current.cache_clear()
    assert not {probe.key: probe for probe in home.probes()}["ward"].holds


def test_the_code_is_a_picture_of_the_address() -> None:
    assert invitation.urls([PC, "pc"], 7001, tls=True) == (
        f"https://{PC}:7001",
        "https://pc:7001",
    )
    one, two = (invitation.drawing(f"https://{PC}:{port}") for port in (7001, 7002))
    assert one.startswith("data:image/svg+xml") and one != two
    assert invitation.drawing(f"https://{PC}:7001") == one


def test_the_fingerprint_is_that_of_the_start(lan: Path) -> None:
    network.remember()
    before = network._served()
    certificate.make(lan.parent, (PC,), datetime.now(UTC))
    assert network._served() == before and before is not None
    assert dataclasses.replace(before) != certificate.read(lan)
    assert current().certificate == lan


def test_behind_a_proxy_nothing_opens_without_staff(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUSCULT_HOSTS", "auscult.ward.example")
    settings.current.cache_clear()
    t = translator("en")
    app = open_page("home")
    assert [error.value for error in app.error] == [t("door.closed", problem=t("door.no_staff"))]
