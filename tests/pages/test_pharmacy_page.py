"""The pharmacy page without a browser: every language, every state, limits on the server's side."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import settings
from core.i18n import LANGUAGES, Language, translator
from core.terms.drug_list import LONGEST
from core.ui import demo, server

OpenPage = Callable[..., AppTest]
Drawn = Callable[[AppTest], str]
PAGES = sorted(path.stem for path in (settings.ROOT / "pages").glob("*.py"))
NAMES: dict[Language, tuple[str, str]] = {
    "zh-CN": ("阿托伐他汀", "克拉霉素"),
    "zh-TW": ("阿托伐他汀", "克拉黴素"),
    "en": ("Atorvastatin", "Clarithromycin"),
}


def submit(app: AppTest, form: str) -> AppTest:
    """Presses the button of a form; its key holds the name of the form and its label."""
    (button,) = [b for b in app.button if b.key and b.key.startswith(f"FormSubmitter:{form}-")]
    button.click().run()
    assert not app.exception, app.exception
    return app


def paste(app: AppTest, text: str) -> AppTest:
    app.text_area(key="paste-text").set_value(text)
    return submit(app, "paste-form")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_list_says_how_to_begin(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    shown = drawn(open_page("pharmacy", language))
    assert t("pharmacy.title") in shown and t("pharmacy.empty.title") in shown
    assert all(t(f"pharmacy.limits.{n}") in shown for n in range(1, 9))


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_names_give_a_card_in_each_language(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    shown = drawn(paste(open_page("pharmacy", language), "\n".join(NAMES[language])))
    assert f'<b class="names">{" + ".join(NAMES[language])}</b>' in shown
    for key in ("pharmacy.severity.major", "pharmacy.card.management", "pharmacy.mark.source_copy"):
        assert t(key) in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", sorted(demo.cases()))
def test_each_sample_is_drawn_and_marked(
    open_page: OpenPage, drawn: Drawn, case: str, language: Language
) -> None:
    app = open_page("pharmacy", language, **{demo.KEY: case})
    assert translator(language)("demo.mark") in drawn(app)
    assert 'class="card-head"' in drawn(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_draws_nothing_unless_the_router_ran(page: str) -> None:
    app = AppTest.from_file(str(settings.ROOT / "pages" / f"{page}.py"), default_timeout=30).run()
    assert not app.exception
    assert list(app.main.children.values()) == []
    assert list(app.sidebar.children.values()) == []


def test_each_page_is_registered_with_the_router() -> None:
    router = (settings.ROOT / "Home.py").read_text(encoding="utf-8")
    assert PAGES and all(f'"pages/{page}.py"' in router for page in PAGES)


def test_text_over_the_limit_is_refused_by_the_server_with_its_length(
    open_page: OpenPage, drawn: Drawn
) -> None:
    app = paste(open_page("pharmacy"), "warfarin")
    app.text_area(key="paste-text").set_value("x" * (LONGEST + 1))
    submit(app, "paste-form")
    told = translator("en")("pharmacy.list.too_long", length=LONGEST + 1, most=LONGEST)
    assert [w.value for w in app.warning] == [told]
    assert drawn(app).count('<div class="line">') == 1


def test_what_a_refused_text_held_is_still_in_its_box(open_page: OpenPage) -> None:
    names = [f"unknown{n}" for n in range(201)]
    app = paste(open_page("pharmacy"), "\n".join(names))
    told = translator("en")("pharmacy.list.too_many", count=201, most=200)
    assert [w.value for w in app.warning] == [told]
    assert app.text_area(key="paste-text").value.splitlines() == names


def read_file(app: AppTest, name: str, content: bytes) -> AppTest:
    app.text_input(key="label-name").set_value("New tablet")
    app.file_uploader(key="label-file").upload(name, content, "application/pdf")
    return submit(app, "label-form")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("content", "state", "values"),
    [
        (b"GIF89a" + bytes(100), "not_pdf", {}),
        (b"", "empty", {}),
        (b"%PDF-1.7" + bytes(20 * 1024**2), "too_large", {"most_megabytes": 20}),
        (b"%PDF-1.7\n%%EOF", "damaged", {}),
    ],
)
def test_a_file_that_cannot_be_a_label_is_refused_by_the_server(
    open_page: OpenPage, language: Language, content: bytes, state: str, values: dict[str, int]
) -> None:
    app = read_file(open_page("pharmacy", language), "label.pdf", content)
    told = translator(language)(f"document.state.{state}", **values)
    assert told in [w.value for w in app.warning]


def test_a_browser_without_a_cookie_is_told_that_its_list_is_not_kept(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "owner", lambda cookies: None)
    app = paste(open_page("pharmacy"), "warfarin")
    assert translator("en")("pharmacy.note.no_cookie") in [w.value for w in app.warning]


def test_the_list_is_on_disk_and_names_nothing_in_the_clear(
    open_page: OpenPage, drawn: Drawn, own_data_folder: Path
) -> None:
    paste(open_page("pharmacy"), "atorvastatin\nMrs Example takes something")
    files = [path for path in (own_data_folder / "drafts").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert b"atorvastatin" not in path.read_bytes() and b"Example" not in path.read_bytes()
    again = open_page("pharmacy")
    assert "Atorvastatin" in drawn(again)


def test_a_patient_value_changes_the_grade_and_is_kept(open_page: OpenPage, drawn: Drawn) -> None:
    app = paste(open_page("pharmacy"), "atorvastatin\nclarithromycin")
    assert "pill-major" in drawn(app)
    app.number_input(key="mg-0").set_value(20.0)
    submit(app, "dose-form-0")
    assert "pill-moderate" in drawn(app) and "20 mg" in drawn(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_patient_field_can_be_shown(open_page: OpenPage, language: Language) -> None:
    app = open_page("pharmacy", language)
    if not app.toggle(key="patient-all").value:
        app.toggle(key="patient-all").set_value(True).run()
    labels = [w.label for w in (*app.number_input, *app.selectbox)]
    t = translator(language)
    for key in ("age_years", "weight_kg", "crcl", "potassium", "pregnant", "smoking", "indication"):
        assert t(f"pharmacy.patient.{key}") in labels


@pytest.mark.parametrize("language", LANGUAGES)
def test_pregnancy_is_answered_with_not_held(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    app = paste(open_page("pharmacy", language), "\n".join(NAMES[language]))
    app.toggle(key="patient-all").set_value(True).run()
    app.selectbox(key="patient-pregnant").set_value("yes").run()
    assert not app.exception
    assert translator(language)("pharmacy.not_held.pregnant") in drawn(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_answer_is_kept_as_a_snapshot_without_what_was_typed(
    open_page: OpenPage, own_data_folder: Path, language: Language
) -> None:
    app = paste(open_page("pharmacy", language), "atorvastatin\nclarithromycin\nMrs Example")
    app.button(key="pharmacy-save-incident").click().run()
    (kept,) = (own_data_folder / "incidents").iterdir()
    text = kept.read_text(encoding="utf-8")
    assert "P0001" in text and "Example" not in text
    assert str(kept) in app.success[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_override_needs_a_reason_and_is_told_with_it(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    app = paste(open_page("pharmacy", language), "\n".join(NAMES[language]))
    submit(app, "override-form-0")
    assert t("pharmacy.override.reason_needed") in [w.value for w in app.warning]
    app.selectbox(key="reason-0").set_value("monitored")
    submit(app, "override-form-0")
    assert t("pharmacy.override.monitored") in drawn(app)
    assert "origin-person" in drawn(app)
    app.button(key="undo-0").click().run()
    assert "origin-person" not in drawn(app)
