"""The language of this session: `?lang=`, then the visible switch, then the browser's locale."""

import streamlit as st

from core.i18n import LANGUAGES, NAMES, Language, Translator, choose, translator, understood
from core.ui import preferences

KEY = "language"
# A fixed table, since this goes into a script element: Streamlit hard-codes `<html lang="en">`,
# which makes browsers offer translation and pick the wrong Han glyphs.
HTML_LANG: dict[Language, str] = {
    lang: f"<script>document.documentElement.lang='{lang}'</script>" for lang in LANGUAGES
}


def current() -> Translator:
    """The translator of this session."""
    preferences.recall()
    asked = st.query_params.get("lang")
    wish = understood(asked or "")
    if wish and wish != st.session_state.get(KEY):
        # Streamlit drops `?lang=` when the page changes; asked for once, it is the choice.
        st.session_state[KEY] = wish
        preferences.keep()
    return translator(choose(asked, st.session_state.get(KEY), st.context.locale))


def switch(t: Translator) -> None:
    """The switch in the sidebar. A choice also clears `?lang=`, which would win over it."""
    st.session_state["language_switch"] = t.language
    st.segmented_control(
        t("shell.language"),
        LANGUAGES,
        format_func=NAMES.__getitem__,
        key="language_switch",
        required=True,
        on_change=_chosen,
    )
    st.html(HTML_LANG[t.language], unsafe_allow_javascript=True)


def _chosen() -> None:
    st.session_state[KEY] = st.session_state["language_switch"]
    st.query_params.pop("lang", None)
    preferences.keep()
