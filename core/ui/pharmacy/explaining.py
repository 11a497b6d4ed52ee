"""The worded explanation of a pair: asked for on its card and followed there.

Knows: the model gets the rows only, and what it says beyond them is named. Without a model the card
says nothing of it.
"""

from functools import partial

import streamlit as st

from core.i18n import Translator
from core.pharmacy import explanation
from core.pharmacy.checker import Pair
from core.pharmacy.knowledge import knowledge
from core.ui import owner
from core.ui.pharmacy import worded
from core.ui.shared_model import desk


def control(t: Translator, pair: Pair, slug: str) -> None:
    """The button that asks, or the place where the answer grows."""
    who = owner.owner()
    compare = partial(explanation.compare, pair=pair, knowledge=knowledge())
    asked = worded.place(t, slug, who, compare)
    if desk().model is None or who is None:
        return
    st.button(
        t("pharmacy.explain.again" if asked else "pharmacy.explain"),
        key=f"explain-{slug}",
        icon=":material/notes:",
        on_click=partial(_ask, t, pair, slug, who),
    )


def _ask(t: Translator, pair: Pair, slug: str, who: str) -> None:
    worded.ask(t, explanation.request(pair, knowledge(), t.language), slug, who)
