"""The pharmacy page without a browser: every language, every state, limits on the server's side."""

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from streamlit.testing.v1 import AppTest

from core import settings
from core.i18n import LANGUAGES, Language, translator
from core.pharmacy.context import Medication
from core.pharmacy.worklist import MOST_LINES
from core.safety.escaping import html_safe
from core.terms.drug_list import LONGEST
from core.ui import demo, drug_picker, folds, server
from core.ui.pharmacy import alerts, label_reader, list_editor, results

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


def line_ids(app: AppTest) -> list[str]:
    return [line.id for line in app.session_state["worklist"].lines]


def slugs(app: AppTest) -> list[str]:
    """The pairs whose card is drawn, as their override forms are named."""
    start = "FormSubmitter:override-form-"
    keys = [b.key.removeprefix(start) for b in app.button if b.key and b.key.startswith(start)]
    return [key.rpartition("-")[0] for key in keys]


def unfold(app: AppTest, panel: str) -> AppTest:
    app.session_state[folds.OPENED] = {**app.session_state[folds.OPENED], panel: True}
    app.run()
    assert not app.exception, app.exception
    return app


def state_dose(app: AppTest, line: str, **values: object) -> AppTest:
    """Opens the dose form of a line, states what is given and adopts it."""
    app.button(key=f"dose-{line}").click().run()
    for part, value in values.items():
        found = app.selectbox if part == "route" else app.number_input
        found(key=f"{part}-{line}").set_value(value)
    return submit(app, f"dose-form-{line}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_list_says_how_to_begin(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    shown = drawn(open_page("pharmacy", language))
    assert t("pharmacy.title") in shown and t("pharmacy.empty.title") in shown
    assert all(t(f"pharmacy.limits.{n}") in shown for n in range(1, 10))


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
    state_dose(app, line_ids(app)[0], mg=20.0)
    assert "pill-moderate" in drawn(app) and "20 mg" in drawn(app)
    again = open_page("pharmacy")
    assert "pill-moderate" in drawn(again) and "20 mg" in drawn(again)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_patient_field_can_be_shown(open_page: OpenPage, language: Language) -> None:
    app = unfold(open_page("pharmacy", language), "patient")
    assert app.toggle(key="patient-all").value
    labels = [w.label for w in (*app.number_input, *app.selectbox)]
    t = translator(language)
    for key in ("age_years", "weight_kg", "crcl", "potassium", "pregnant", "smoking", "indication"):
        assert t(f"pharmacy.patient.{key}") in labels


@pytest.mark.parametrize("language", LANGUAGES)
def test_pregnancy_is_answered_with_not_held(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    app = paste(open_page("pharmacy", language), "\n".join(NAMES[language]))
    unfold(app, "patient").toggle(key="patient-all").set_value(True).run()
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
    (slug,) = slugs(app)
    submit(app, f"override-form-{slug}")
    assert t("pharmacy.override.reason_needed") in [w.value for w in app.warning]
    app.selectbox(key=f"reason-{slug}").set_value("monitored")
    submit(app, f"override-form-{slug}")
    assert t("pharmacy.override.monitored") in drawn(app)
    assert "origin-person" in drawn(app)
    app.button(key=f"undo-{slug}").click().run()
    assert "origin-person" not in drawn(app)


def test_a_dose_stays_with_its_medicine_when_another_goes(
    open_page: OpenPage, drawn: Drawn
) -> None:
    app = paste(open_page("pharmacy"), "warfarin\natorvastatin\nclarithromycin")
    first, second, third = line_ids(app)
    state_dose(app, second, mg=20.0)
    app.button(key=f"remove-{first}").click().run()
    assert line_ids(app) == [second, third]
    app.button(key=f"dose-{second}").click().run()
    app.button(key=f"dose-{third}").click().run()
    assert app.number_input(key=f"mg-{second}").value == 20.0
    assert app.number_input(key=f"mg-{third}").value is None
    submit(app, f"dose-form-{second}")
    doses = [line.medication.mg_per_day for line in app.session_state["worklist"].lines]
    assert doses == [20.0, None]
    assert "pill-moderate" in drawn(app)


def test_a_decision_stays_with_its_pair_when_a_graver_one_goes(
    open_page: OpenPage, drawn: Drawn
) -> None:
    app = paste(open_page("pharmacy"), "simvastatin\natorvastatin\nclarithromycin")
    before = slugs(app)
    assert before[0].startswith("clarithromycin-simvastatin-")
    (other,) = [slug for slug in before if slug.startswith("atorvastatin-clarithromycin-")]
    app.selectbox(key=f"reason-{other}").set_value("monitored")
    app.text_input(key=f"note-{other}").set_value("CK each week")
    submit(app, f"override-form-{other}")
    app.button(key=f"remove-{line_ids(app)[0]}").click().run()
    assert set(app.session_state["worklist"].overrides) == {"atorvastatin+clarithromycin"}
    assert "CK each week" in drawn(app)
    app.button(key=f"undo-{other}").click().run()
    assert slugs(app) == [other]


def test_a_misread_dose_can_be_cleared(open_page: OpenPage, drawn: Drawn) -> None:
    app = paste(open_page("pharmacy"), "atorvastatin 20mg qn po\nclarithromycin")
    assert "pill-moderate" in drawn(app) and "20 mg" in drawn(app)
    state_dose(app, line_ids(app)[0], mg=None, route=None)
    for shown in (app, open_page("pharmacy")):
        assert shown.session_state["worklist"].lines[0].medication == Medication()
        assert "pill-major" in drawn(shown)


def patient_age(app: AppTest) -> object:
    return app.number_input(key="patient-age_years").value


def test_the_patient_form_shows_nobody_after_the_list_is_cleared(open_page: OpenPage) -> None:
    app = paste(open_page("pharmacy"), "warfarin")
    unfold(app, "patient").number_input(key="patient-age_years").set_value(80.0).run()
    assert app.session_state["worklist"].patient == {"age_years": 80.0}
    app.button(key="clear").click().run()
    assert app.session_state["worklist"].patient == {}
    assert patient_age(app) is None


def test_the_patient_form_shows_what_another_tab_stated(open_page: OpenPage) -> None:
    first = unfold(paste(open_page("pharmacy"), "warfarin"), "patient")
    first.number_input(key="patient-age_years").set_value(80.0).run()
    second = unfold(open_page("pharmacy"), "patient")
    second.number_input(key="patient-age_years").set_value(45.0).run()
    first.number_input(key="patient-weight_kg").set_value(60.0).run()
    assert translator("en")("pharmacy.note.other_tab") in [w.value for w in first.warning]
    assert patient_age(first) == 45.0
    assert first.number_input(key="patient-weight_kg").value is None


def test_a_sample_and_real_work_do_not_show_each_others_patient(open_page: OpenPage) -> None:
    app = unfold(paste(open_page("pharmacy"), "warfarin"), "patient")
    app.number_input(key="patient-age_years").set_value(80.0).run()
    app.session_state[demo.KEY] = "statin-and-macrolide"
    app.run()
    assert patient_age(app) is None
    app.number_input(key="patient-age_years").set_value(30.0).run()
    app.button(key="leave-demo").click().run()
    assert patient_age(app) == 80.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_computed_clearance_is_shown_when_its_inputs_are_there(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    app = unfold(paste(open_page("pharmacy", language), "warfarin"), "patient")
    for key, value in (("age_years", 80.0), ("weight_kg", 60.0), ("creatinine_umol_l", 88.4)):
        app.number_input(key=f"patient-{key}").set_value(value).run()
        assert "mL/min" not in drawn(app)
    app.selectbox(key="patient-sex").set_value("male").run()
    said = translator(language)("pharmacy.patient.clearance", value="50")
    assert said in drawn(app)  # (140 - 80) x 60 / (72 x 1.0)
    app.number_input(key="patient-crcl").set_value(25.0).run()
    assert said not in drawn(app)


def test_the_shut_patient_panel_says_what_is_in_force(open_page: OpenPage) -> None:
    app = unfold(paste(open_page("pharmacy"), "warfarin"), "patient")
    app.number_input(key="patient-crcl").set_value(28.0).run()
    t = translator("en")
    app.session_state[folds.OPENED] = {"patient": False}
    app.run()
    said = f"{t('pharmacy.patient.crcl')} 28"
    assert t("pharmacy.patient.in_force", said=said) in [e.label for e in app.expander]


def test_a_refused_patient_value_says_which_one_still_governs(open_page: OpenPage) -> None:
    app = unfold(paste(open_page("pharmacy"), "warfarin"), "patient")
    app.number_input(key="patient-potassium").set_value(4.5).run()
    app.number_input(key="patient-potassium").set_value(45.0).run()
    t = translator("en")
    (told,) = [w.value for w in app.warning]
    assert "45" in told and t("pharmacy.patient.still", value="4.5") in told
    assert app.session_state["worklist"].patient == {"potassium": 4.5}
    assert app.number_input(key="patient-potassium").value == 4.5
    assert not app.run().warning


def test_a_cleared_list_can_be_put_back_until_something_else_is_stated(
    open_page: OpenPage,
) -> None:
    app = unfold(paste(open_page("pharmacy"), "warfarin\nqwxyz"), "patient")
    app.number_input(key="patient-age_years").set_value(80.0).run()
    before = line_ids(app)
    app.button(key="clear").click().run()
    assert line_ids(app) == []
    app.button(key="put-back").click().run()
    assert line_ids(app) == before
    assert app.session_state["worklist"].patient == {"age_years": 80.0}
    app.button(key="clear").click().run()
    paste(app, "metformin")
    app.button(key=f"remove-{line_ids(app)[0]}").click().run()
    assert line_ids(app) == []
    assert "put-back" not in [b.key for b in app.button]


GRAVE = "warfarin\nibuprofen\nclarithromycin\nsimvastatin\nketoconazole\namiodarone\nfluconazole"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_grave_pair_is_a_card_or_a_visible_line(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    app = paste(open_page("pharmacy", language), GRAVE)
    check = app.session_state["worklist checked"][1]
    words = list_editor.words_for(translator(language), app.session_state["worklist"])
    grave = [p for p in check.pairs if p.severity in ("major", "contraindicated")]
    shown = drawn(app)
    carded = [p for p in grave if f'<b class="names">{words.pair(p)}</b>' in shown]
    lined = [p for p in grave if f"</span><b>{words.pair(p)}</b>" in shown]
    assert len(carded) == alerts.MOST_ALERTS < len(grave)
    assert len(carded) + len(lined) == len(grave)
    for pair in lined:
        assert pair.decided_by and html_safe(words.effect(pair.decided_by)) in shown


def test_rows_of_the_tables_come_before_what_was_derived(open_page: OpenPage) -> None:
    app = paste(open_page("pharmacy"), GRAVE)
    check, worklist = app.session_state["worklist checked"][1], app.session_state["worklist"]
    ordered = sorted(alerts.found(check), key=lambda alert: alert.place(worklist))
    pairs = [a.found[0] for a in ordered if isinstance(a.found, tuple) and a.grade == "major"]
    kinds = [p.decided_by.kind in alerts.ROWS for p in pairs]
    assert True in kinds and False in kinds
    assert kinds == sorted(kinds, reverse=True)
    names = [p.key for p in pairs]
    derived = next(p.key for p in pairs if p.decided_by.kind not in alerts.ROWS)
    assert names.index("ibuprofen+warfarin") < names.index(derived)


def test_the_only_finding_stands_open_in_each_language(open_page: OpenPage, drawn: Drawn) -> None:
    app = paste(open_page("pharmacy", "zh-CN"), "spironolactone\nibuprofen")
    assert 'class="card-head"' in drawn(app) and "pill-moderate" in drawn(app)
    for language in LANGUAGES:
        app.query_params["lang"] = language
        app.run()
        assert translator(language)("pharmacy.card.management") in drawn(app)


def test_the_same_pair_on_several_lines_is_one_card_that_says_so(
    open_page: OpenPage, drawn: Drawn
) -> None:
    app = paste(open_page("pharmacy"), "warfarin\nibuprofen\nadvil")
    names = '<b class="names">Warfarin + Ibuprofen</b>'
    assert drawn(app).count(names) == 1
    lines = "warfarin + ibuprofen; warfarin + advil"
    said = translator("en")("pharmacy.card.several", n="×2", lines=lines)
    assert said in drawn(app)


def test_a_question_of_a_card_opens_the_dose_form_of_its_line(open_page: OpenPage) -> None:
    app = paste(open_page("pharmacy"), "amlodipine\nsimvastatin")
    line = line_ids(app)[1]
    assert f"mg-{line}" not in [n.key for n in app.number_input]
    (button,) = [b for b in app.button if b.key and b.key.startswith(f"answer-{line}-")]
    button.click().run()
    assert f"mg-{line}" in [n.key for n in app.number_input]


def test_a_question_about_the_patient_opens_the_patient_panel(open_page: OpenPage) -> None:
    app = paste(open_page("pharmacy"), "spironolactone\nenalapril")
    app.session_state[folds.OPENED] = {**app.session_state[folds.OPENED], "patient": False}
    app.run()
    keys = [n.key for n in app.number_input]
    assert "patient-potassium" not in keys
    (button,) = [b for b in app.button if b.key and b.key.startswith("answer-patient-")]
    button.click().run()
    assert "patient-potassium" in [n.key for n in app.number_input]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_strip_above_the_list_counts_what_was_found_and_not_checked(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    app = paste(open_page("pharmacy", language), "\n".join((*NAMES[language], "xyzzyq")))
    strip = next(part for part in drawn(app).splitlines() if 'class="strip"' in part)
    assert "pill-major" in strip and '<b class="count">1</b>' in strip
    assert t("pharmacy.count.names_not_checked", n=1) in strip


@pytest.fixture
def full(open_page: OpenPage) -> AppTest:
    names = "\n".join(f"unknown{n}" for n in range(MOST_LINES))
    return paste(open_page("pharmacy"), names)


FULL = translator("en")("pharmacy.list.too_many", count=1, most=MOST_LINES)


def test_a_drug_picked_for_a_full_list_is_told(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, full: AppTest
) -> None:
    def pick(index: object, *, key: str, words: object, add: Callable[..., None]) -> str:
        add(drug_picker.Picked("n-1", "warfarin", "warfarin"))
        return ""

    monkeypatch.setattr(drug_picker, "drug_picker", pick)
    full.run()
    assert [w.value for w in full.warning] == [FULL]
    assert len(line_ids(full)) == MOST_LINES


def test_a_label_drug_for_a_full_list_is_told_and_kept_for_later(full: AppTest) -> None:
    app = read_label(full, "New tablet is primarily metabolized by CYP3A4.")
    app.button(key="label-add").click().run()
    assert FULL in [w.value for w in app.warning]
    assert app.session_state["worklist"].labels == ()
    app.button(key=f"remove-{line_ids(app)[-1]}").click().run()
    app.button(key="label-add").click().run()
    assert [label.name for label in app.session_state["worklist"].labels] == ["New tablet"]
    app.button(key=f"remove-{line_ids(app)[-1]}").click().run()
    assert app.session_state["worklist"].labels == ()


def read_label(app: AppTest, text: str) -> AppTest:
    app.text_input(key="label-name").set_value("New tablet")
    app.text_area(key="label-text").set_value(text)
    return submit(app, "label-form")


def test_label_text_over_the_limit_is_refused_with_its_length(open_page: OpenPage) -> None:
    most = label_reader.MOST_TYPED
    app = read_label(open_page("pharmacy"), "x" * (most + 1))
    told = translator("en")("pharmacy.list.too_long", length=most + 1, most=most)
    assert [w.value for w in app.warning] == [told]


OVERDOSE = "I took a whole bottle of sleeping pills"


def test_an_emergency_in_the_note_of_an_override_is_said(open_page: OpenPage, drawn: Drawn) -> None:
    app = paste(open_page("pharmacy"), "atorvastatin\nclarithromycin")
    (slug,) = slugs(app)
    app.selectbox(key=f"reason-{slug}").set_value("other")
    app.text_input(key=f"note-{slug}").set_value(OVERDOSE)
    assert "notice-emergency" not in drawn(app)
    submit(app, f"override-form-{slug}")
    assert "notice-emergency" in drawn(app)


def test_an_emergency_in_a_label_file_is_said(
    open_page: OpenPage, drawn: Drawn, text_pdf: Callable[[str], bytes]
) -> None:
    app = read_file(open_page("pharmacy"), "label.pdf", text_pdf("Take with water."))
    assert "notice-emergency" not in drawn(app)
    app = read_file(app, "label.pdf", text_pdf(OVERDOSE))
    assert "notice-emergency" in drawn(app)


@pytest.fixture
def text_pdf() -> Callable[[str], bytes]:
    def made(text: str) -> bytes:
        document = pymupdf.open()
        document.new_page().insert_text((72, 72), text)
        content: bytes = document.tobytes()
        document.close()
        return content

    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_that_is_cut_says_how_many_more_the_exports_hold(
    open_page: OpenPage,
    drawn: Drawn,
    monkeypatch: pytest.MonkeyPatch,
    language: Language,
) -> None:
    t = translator(language)
    monkeypatch.setattr(results, "MOST_PAIRS", 1)
    app = paste(open_page("pharmacy", language), "vitamin d\namoxicillin\ncetirizine\nloratadine")
    state = app.session_state["worklist checked"][1]
    pairs = [p for p in state.pairs if p.state == "no_record"]
    assert len(pairs) > 1
    assert t("pharmacy.more_in_export", count=len(pairs) - 1) not in [i.value for i in app.info]
    unfold(app, "no-record")
    assert t("pharmacy.more_in_export", count=len(pairs) - 1) in [i.value for i in app.info]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_says_what_was_compared_and_what_was_not(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    app = paste(open_page("pharmacy", language), "amoxicillin\ncetirizine")
    assert t("pharmacy.state.none_found") in drawn(app)
    assert t("pharmacy.summary.compared", done=1, every=1) in drawn(app)
    paste(app, "xyzzyq")
    assert t("pharmacy.state.none_found_partly") in drawn(app)
    assert t("pharmacy.count.names_not_checked", n=1) in drawn(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_with_fewer_than_two_known_drugs_says_that_nothing_was_compared(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    app = paste(open_page("pharmacy", language), "warfarin\nxyzzyq")
    assert t("pharmacy.empty.two_needed") in drawn(app)
    assert t("pharmacy.state.none_found") not in drawn(app)
    assert 'class="summary"' not in drawn(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_grade_that_was_removed_by_what_was_stated_is_not_called_no_row(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t = translator(language)
    app = paste(open_page("pharmacy", language), "levothyroxine\ncalcium carbonate")
    before = t("pharmacy.state.removed_by_context", note="|").partition("|")[0]
    assert before not in drawn(app)
    state_dose(app, line_ids(app)[0], hours=4.0)
    (pair,) = app.session_state["worklist checked"][1].pairs
    assert pair.removed_by_context
    assert before in drawn(app)
    assert t("pharmacy.count.no_record", n=1) not in [e.label for e in app.expander]


def test_the_language_of_a_link_outlives_a_change_of_page(open_page: OpenPage) -> None:
    app = open_page("home", "zh-TW")
    del app.query_params["lang"]
    app.switch_page("pages/pharmacy.py").run()
    assert translator("zh-TW")("pharmacy.title") in drawn_text(app)
    again = AppTest.from_file(str(settings.ROOT / "Home.py"), default_timeout=30).run()
    assert translator("zh-TW")("home.title") in drawn_text(again)


def drawn_text(app: AppTest) -> str:
    return "\n".join(piece.proto.body for piece in app.main.get("html"))
