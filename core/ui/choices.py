"""Fields with a first choice when the language changes: the browser sends the label that it shows.

Knows: Streamlit 1.67 takes an unknown label for a new option and hands it on as it is, so a choice
that nobody touched would come back as a word of the language before. A field that begins empty
does not need this. Does not know: what is chosen.
"""

import streamlit as st

from core.i18n import Translator

SPOKEN = "languages of choices"


def speak(t: Translator, key: str) -> None:
    """Before a field is drawn: in a new language what was chosen is chosen anew."""
    spoken: dict[str, str] = st.session_state.setdefault(SPOKEN, {})
    if spoken.get(key, t.language) != t.language and key in st.session_state:
        st.session_state[key] = st.session_state[key]
    spoken[key] = t.language
