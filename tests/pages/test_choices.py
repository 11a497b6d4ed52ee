"""What a person sees of decisions and of pages that are not theirs."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest
from test_pharmacy_page import paste, slugs, submit
from wards import Ward

from core.i18n import LANGUAGES, Language, translator

OpenPage = Callable[..., AppTest]
EN = translator("en")


def test_a_decision_needs_a_reason_on_every_card_and_other_needs_a_note(
    open_page: OpenPage, ward: Ward
) -> None:
    ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "warfarin\nclarithromycin\nsimvastatin")
    first, second = slugs(app)[:2]
    submit(app, f"override-form-{second}")
    assert EN("pharmacy.override.reason_needed") in [w.value for w in app.warning]
    app.selectbox(key=f"reason-{second}").set_value("other")
    submit(app, f"override-form-{second}")
    assert EN("pharmacy.override.note_needed") in [w.value for w in app.warning]
    app.selectbox(key=f"reason-{second}").set_value("other")
    app.text_input(key=f"note-{second}").set_value("agreed by phone")
    submit(app, f"override-form-{second}")
    assert [s.value for s in app.success] == [EN("pharmacy.override.noted")]
    assert first in slugs(app) and second not in slugs(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_nurse_is_told_who_decides_and_whose_people_is(
    open_page: OpenPage, ward: Ward, language: Language
) -> None:
    t = translator(language)
    ward.enter("nurse")
    app = paste(open_page("pharmacy", language), "warfarin\nclarithromycin")
    assert t("pharmacy.override.not_yours") in [caption.value for caption in app.caption]
