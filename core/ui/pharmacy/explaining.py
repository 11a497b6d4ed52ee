"""The worded explanation of a pair: asked for on its card, followed there, taken into exports.

Knows: the model gets the rows only, and what it says beyond them is named. Without a model the card
says nothing of it.
"""

from collections.abc import Callable, Iterator
from functools import partial

import streamlit as st

from core.i18n import Translator
from core.pharmacy import explanation
from core.pharmacy.checker import Pair
from core.pharmacy.knowledge import knowledge
from core.pharmacy.model_words import Worded
from core.pharmacy.wording import Words
from core.ui import owner
from core.ui.pharmacy import worded
from core.ui.shared_model import desk


def control(t: Translator, words: Words, pair: Pair, slug: str) -> None:
    """The button that asks, or the place where the answer grows."""
    who = owner.owner()
    asked = worded.place(t, slug, who, _request(words, pair), _compare(words, pair))
    if desk().model is None or who is None or asked == "growing":
        return
    st.button(
        t("pharmacy.explain.again" if asked == "there" else "pharmacy.explain"),
        key=f"explain-{slug}",
        icon=":material/notes:",
        on_click=partial(_ask, t, words, pair, slug, who),
    )


def exported(
    t: Translator, words: Words, pairs: dict[str, Pair]
) -> Callable[[], tuple[Worded, ...]]:
    """The explanations of a list for its exports, looked up when a file is built.

    `pairs` by the slug of their card. What is still being written is in no export.
    """
    who, held = owner.owner(), desk()
    jobs = {slug: job for slug in pairs if who and (job := worded.job_of(slug, who))}

    def found() -> Iterator[Worded]:
        for slug, job in jobs.items():
            view, pair = held.find(job, who) if who else None, pairs[slug]
            if view and view.answer and view.origin and not view.active:
                yield worded.for_export(
                    t, view, pair.key, _request(words, pair), _compare(words, pair)
                )

    return lambda: tuple(found())


def _request(words: Words, pair: Pair) -> worded.AsNow:
    return partial(explanation.request, pair, knowledge(), words.t.language, words.profiles)


def _compare(words: Words, pair: Pair) -> worded.Compare:
    return partial(explanation.compare, pair=pair, knowledge=knowledge(), profiles=words.profiles)


def _ask(t: Translator, words: Words, pair: Pair, slug: str, who: str) -> None:
    worded.ask(t, _request(words, pair)(), slug, who)
