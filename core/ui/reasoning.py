"""The reasoning panel: why an answer is what it is, folded until asked for.

Shows the derivation of a rule result now; a model's thought chain stands in the same place once a
model answers. Without a model it says so.
"""

from collections.abc import Iterable

import streamlit as st

from core.i18n import Translator
from core.ui import badges
from core.ui.markup import draw, fill


def panel(
    t: Translator, key: str, chains: Iterable[tuple[str, Iterable[tuple[str, str]]]], model: bool
) -> None:
    """`chains`: a heading and its steps, each a sentence and its marked source (may be empty)."""
    with st.expander(t("reasoning.title"), key=key):
        pieces = [badges.origin(t, "rule")]
        for heading, steps in chains:
            pieces.append(
                fill('<p class="chain-head">$heading</p><ol class="chain">', heading=heading)
            )
            for text, source in steps:
                pieces.append(
                    fill("<li>$text <small>$source</small></li>", text=text, source=source)
                )
            pieces.append("</ol>")
        if not model:
            pieces.append(fill('<p class="small">$text</p>', text=t("reasoning.no_model")))
        draw(*pieces)
