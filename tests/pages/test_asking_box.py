"""The Ask box: rows at once without a model, words of the model marked and compared with one."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest
from transcripts import tiny

from core.i18n import LANGUAGES, Language, translator
from core.model.checkpoint import read_checkpoint
from core.model.spec import Load, Memory, decide
from core.pharmacy import worded
from core.ui import badges
from core.ui.pharmacy import asking
from core.ui.shared_model import desk

OpenPage = Callable[..., AppTest]
Drawn = Callable[[AppTest], str]
TOKENS = 48  # of an answer here; what it says does not matter
LOAD = Load(jobs=4, tokens=1024)


def submit(app: AppTest, form: str) -> AppTest:
    (button,) = [b for b in app.button if b.key and b.key.startswith(f"FormSubmitter:{form}-")]
    button.click().run()
    assert not app.exception, app.exception
    return app


def listed(app: AppTest, *names: str) -> AppTest:
    app.text_area(key="paste-text").set_value("\n".join(names))
    return submit(app, "paste-form")


def ask(app: AppTest, question: str) -> AppTest:
    app.text_input(key=asking.FIELD).set_value(question)
    return submit(app, "ask-form")


def of_the_model(app: AppTest) -> list[str]:
    return [b.key for b in app.button if b.key and b.key.startswith("explain-ask-")]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tiny checkpoint at the desk of this process, with short answers."""
    import torch

    from core.model.loader import load
    from core.model.local.engine import LocalEngine

    torch.set_num_threads(1)
    monkeypatch.setattr(worded, "BUDGET", TOKENS)
    checkpoint = read_checkpoint(tiny())
    plan = decide(checkpoint.shape, "auto", Memory(cpu=64 * 2**30), LOAD)
    desk.clear()
    desk().open(LocalEngine(load(checkpoint, plan, lambda done, of: None), LOAD))
    yield
    desk().close()
    desk.clear()


@pytest.mark.parametrize(
    ("language", "names", "question", "row"),
    [
        ("zh-CN", ("华法林", "胺碘酮"), "华法林能喝酒吗？", "大量饮酒影响INR，宜适量"),
        ("zh-TW", ("華法林", "胺碘酮"), "華法林能喝酒嗎？", "大量飲酒影響INR，宜適量"),
        ("en", ("warfarin", "amiodarone"), "Alcohol with warfarin?", "Binge drinking changes INR"),
    ],
)
def test_a_question_is_answered_from_the_rows_without_a_model(
    open_page: OpenPage,
    drawn: Drawn,
    language: Language,
    names: tuple[str, ...],
    question: str,
    row: str,
) -> None:
    t = translator(language)
    app = ask(listed(open_page("pharmacy", language), *names), question)
    shown = drawn(app)
    assert row in shown and badges.origin(t, "rule", "food:warfarin:alcohol") in shown
    assert t("pharmacy.mark.recall") in shown
    assert of_the_model(app) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_for_a_dose_is_answered_with_the_fixed_sentence(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    app = ask(listed(open_page("pharmacy", language), "warfarin"), "Should I stop warfarin?")
    assert translator(language)("pharmacy.asking.order") in drawn(app)


def test_the_question_is_there_after_a_reload_and_gone_when_cleared(
    open_page: OpenPage, drawn: Drawn
) -> None:
    ask(listed(open_page("pharmacy"), "warfarin"), "with alcohol?")
    again = open_page("pharmacy")
    assert again.text_input(key=asking.FIELD).value == "with alcohol?"
    assert "Binge drinking" in drawn(again)
    again.button(key="ask-forget").click().run()
    assert again.text_input(key=asking.FIELD).value == ""
    assert open_page("pharmacy").text_input(key=asking.FIELD).value == ""


def test_an_emergency_in_a_question_is_said_first_and_beside_its_answer(
    open_page: OpenPage, drawn: Drawn
) -> None:
    app = ask(
        listed(open_page("pharmacy"), "nitroglycerin"),
        "crushing chest pain, can I take sildenafil?",
    )
    shown = drawn(app)
    said = 'class="notice notice-emergency"'
    assert shown.count(said) == 2
    assert shown.index(said) < shown.index('id="ask"') < shown.rindex(said)
    assert shown.rindex(said) < shown.index("P0163")


def test_a_question_that_is_too_long_stays_in_its_field_and_is_not_answered(
    open_page: OpenPage,
) -> None:
    app = ask(listed(open_page("pharmacy"), "warfarin"), "alcohol? " * 60)
    assert translator("en")("pharmacy.asking.too_long", length=539, most=500) in [
        warning.value for warning in app.warning
    ]
    assert app.text_input(key=asking.FIELD).value.startswith("alcohol?")
    assert app.session_state["worklist"].question == ""


def test_markup_in_a_question_does_nothing(open_page: OpenPage, drawn: Drawn) -> None:
    app = ask(listed(open_page("pharmacy"), "warfarin"), "<b id=x>fooximab</b> with warfarin?")
    assert "fooximab" in drawn(app) and "<b id=x>" not in drawn(app)


def test_the_model_words_the_rows_and_is_compared_with_them(
    open_page: OpenPage, drawn: Drawn, model: None
) -> None:
    t = translator("en")
    app = ask(listed(open_page("pharmacy"), "warfarin", "amiodarone"), "Why do these interact?")
    (key,) = of_the_model(app)
    button = app.button(key=key)
    assert button.label == t("pharmacy.asking.explain")
    button.click().run()
    assert not app.exception, app.exception
    shown = drawn(app)
    assert shown.index("P0040") < shown.rindex(badges.origin(t, "model"))
    slug = key.removeprefix("explain-")
    assert app.query_params["about"] == slug
    job = app.query_params["job"]
    reloaded = open_page("pharmacy")
    reloaded.query_params.update(job=job, about=slug)
    reloaded.run()
    assert reloaded.button(key=key).label == t("pharmacy.asking.again")
    assert badges.origin(t, "model") in drawn(reloaded)


def test_without_a_row_the_model_is_marked_as_alone(
    open_page: OpenPage, drawn: Drawn, model: None
) -> None:
    t = translator("en")
    app = ask(listed(open_page("pharmacy"), "warfarin"), "What if I miss a dose?")
    (key,) = of_the_model(app)
    assert app.button(key=key).label == t("pharmacy.asking.alone")
    assert t("pharmacy.asking.alone.note") in drawn(app)
    app.button(key=key).click().run()
    assert not app.exception, app.exception
    shown = drawn(app)
    assert shown.index(t("pharmacy.asking.alone.note")) < shown.rindex(badges.origin(t, "model"))
    assert t("pharmacy.explain.held") not in [caption.value for caption in app.caption]


def test_the_model_is_not_asked_for_a_dose(open_page: OpenPage, model: None) -> None:
    app = ask(listed(open_page("pharmacy"), "warfarin"), "How much warfarin should I take?")
    assert of_the_model(app) == []
