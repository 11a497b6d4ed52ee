"""Adding to the medicine list: the type-ahead field, the paste box, and what went otherwise.

A text is taken whole or not at all; what does not fit is told with its count and the limit, and
stays in its box.
"""

import streamlit as st

from core.i18n import Translator
from core.terms.drug_list import LONGEST, Item, read_list
from core.terms.drug_names import drug_names
from core.ui import drug_picker
from core.ui.folds import fold, shut
from core.ui.pharmacy.name_index import picker_index
from core.ui.pharmacy.session import grow, tell, told

SAID = "pharmacy said"
PASTE, PASTED = "paste", "paste-text"
PICKED = "newest line was picked"


def adding(t: Translator) -> list[str]:
    """The name field and the paste box; returns what was typed, for the emergency check.

    A choice is added while this runs, so the list is read after it.
    """
    waiting = drug_picker.drug_picker(
        picker_index(t.language), key="picker", words=_picker_words(t), add=_picked
    )
    pasted = _paste(t)
    # In a place of their own: what follows must not move, or Streamlit leaves old rows behind.
    with st.container(key="told"):
        for key, good, values in told():
            (st.success if good else st.warning)(t(key, **values))
    return [waiting, pasted, *st.session_state.get(SAID, [])]


def _picker_words(t: Translator) -> drug_picker.Words:
    return drug_picker.Words(
        label=t("pharmacy.picker.label"),
        placeholder=t("pharmacy.picker.placeholder"),
        add=t("pharmacy.picker.add"),
        suggestions=t("pharmacy.picker.suggestions"),
        count=t("pharmacy.picker.count"),
        empty=t("pharmacy.picker.empty"),
        waiting=t("pharmacy.picker.waiting"),
    )


def picked() -> bool:
    """Whether the newest line came from the name field, so that a long list shows its end."""
    return bool(st.session_state.get(PICKED))


def _picked(choice: drug_picker.Picked) -> None:
    st.session_state[PICKED] = True
    if choice.too_long:
        tell("pharmacy.list.too_long", length=choice.too_long, most=LONGEST)
    elif choice.id:
        item = Item(choice.text or choice.id, (choice.id,), "chosen")
        grow(1, lambda w: w.add((item,)), choice.nonce)
    else:
        add_text(choice.text, choice.nonce)


def add_text(text: str, nonce: str = "") -> bool:
    """Adds what a text names; refuses as a whole what does not fit, and says so."""
    if len(text) > LONGEST:
        tell("pharmacy.list.too_long", length=len(text), most=LONGEST)
        return False
    items = read_list(text, drug_names())
    if not items:
        tell("pharmacy.list.nothing")
        return False
    st.session_state[SAID] = [text]
    return grow(len(items), lambda w: w.add(items), nonce)


def _paste(t: Translator) -> str:
    # Built also while it is shut, so that a text not yet added is not lost.
    with fold(t("pharmacy.paste.title"), PASTE), st.form("paste-form", border=False):
        # No `max_chars`: the browser would cut the text without a word.
        text = st.text_area(
            t("pharmacy.paste.label"),
            key=PASTED,
            placeholder=t("pharmacy.paste.placeholder"),
            height=140,
        )
        st.form_submit_button(t("pharmacy.paste.add"), type="primary", on_click=_add_pasted)
    return text or ""


def _add_pasted() -> None:
    st.session_state[PICKED] = False
    if add_text(st.session_state.get(PASTED, "")):
        st.session_state[PASTED] = ""
        shut(PASTE)
