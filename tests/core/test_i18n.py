"""Which language is spoken, what a missing sentence does, how simplified becomes traditional."""

import pytest

from core.i18n import LANGUAGES, Language, Text, choose, simplified, traditional, translator


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh-CN", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh_CN", "zh-CN"),
        ("zh-SG", "zh-CN"),
        ("zh-Hans", "zh-CN"),
        ("ZH-TW", "zh-TW"),
        ("zh-HK", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("zh-Hant-MO", "zh-TW"),
        ("zh-Hans-HK", "zh-CN"),
        ("zh-Hant-CN", "zh-TW"),
        ("en-GB", "en"),
        ("de-DE", "en"),
        ("", "en"),
        ("-", "en"),
        ("zhx", "en"),
    ],
)
def test_the_browser_locale_chooses(locale: str, language: Language) -> None:
    assert choose(None, None, locale) == language


def test_the_address_wins_over_a_choice_and_a_choice_over_the_locale() -> None:
    assert choose("en", "zh-TW", "zh-CN") == "en"
    assert choose(None, "zh-TW", "zh-CN") == "zh-TW"
    assert choose("klingon", None, "zh-CN") == "zh-CN"
    assert choose("<script>", "", None) == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_speaks(language: Language) -> None:
    t = translator(language)
    assert t("pharmacy.severity.major")
    assert t("pharmacy.severity.major") != t("pharmacy.severity.minor")


def test_the_languages_differ() -> None:
    assert len({translator(language)("pharmacy.severity.major") for language in LANGUAGES}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_sentence_is_an_error_and_not_its_key(language: Language) -> None:
    with pytest.raises(KeyError, match="no such key"):
        translator(language)("no such key")


def test_braces_in_what_a_person_typed_stay_as_they_are() -> None:
    said = translator("en")("error.context.key", name="{name} {0} %s")
    assert "{name} {0} %s" in said


def test_a_value_that_a_sentence_needs_must_be_given() -> None:
    with pytest.raises(KeyError):
        translator("en")("error.context.key", other="x")


def test_a_text_of_a_table_is_said_in_each_language() -> None:
    text = Text("kidney", "肾功能不全与软件")
    assert text.say("en") == "kidney"
    assert text.say("zh-CN") == "肾功能不全与软件"
    assert text.say("zh-TW").startswith("腎功能不全與")


def test_traditional_is_made_of_simplified_and_back() -> None:
    assert traditional("药师") == "藥師"
    assert simplified("克拉黴素") == "克拉霉素"
    assert simplified("aspirin 100mg 😀") == "aspirin 100mg 😀"
