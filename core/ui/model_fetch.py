"""Downloading a model on the Model page: its id, the terms, how far it is, cancel.

Knows: one download of this process, found again after a reload; nothing is fetched before the terms
are accepted, and nothing on the page leads outside by itself.
Does not know: the hub; a child process asks it (`core.model.fetching`).
"""

import streamlit as st

from core.i18n import Translator
from core.model.fetching import HUB_ID, Progress
from core.ui import folds
from core.ui.markup import draw, fill
from core.ui.model_acts import FETCH, allowed, name_mark, safe
from core.ui.people_acts import Said, say, told
from core.ui.shared_model import fetching

EVERY_S = 1.0
FOLD, NAME, TERMS = "model-fetch", "model-fetch-name", "model-fetch-terms"
CHOSEN = "model-name"  # the field of `model_choice`
EXAMPLE = "google/medgemma-1.5-4b-it"
TERMS_AT = "https://developers.google.com/health-ai-developer-foundations/terms"


def fetch(t: Translator) -> None:
    """A fold with the form; what is going on stands above it."""
    running = fetching().progress.state == "running"
    st.fragment(_progress, run_every=EVERY_S if running else None)(t)
    if running:
        st.button(
            t("model_page.fetch.cancel"), key="model-cancel", icon=":material/close:",
            on_click=_cancel,
        )  # fmt: skip
        return
    with folds.fold(t("model_page.fetch"), FOLD), st.form("model-fetch-form", border=False):
        st.text_input(
            t("model_page.fetch.name"),
            key=NAME,
            max_chars=200,
            placeholder=EXAMPLE,
            autocomplete="off",
        )
        draw(
            fill(
                '<p class="small">$text <code>$terms</code></p>',
                text=t("model_page.fetch.terms.text"),
                terms=TERMS_AT,
            )
        )
        st.checkbox(t("model_page.fetch.terms"), key=TERMS)
        st.form_submit_button(
            t("model_page.fetch.button"),
            key="model-fetch-go",
            icon=":material/download:",
            on_click=_fetch,
        )
        told(t, FETCH)


def _progress(t: Translator) -> None:
    now, was = fetching().progress, st.session_state.get("fetch state")
    st.session_state["fetch state"] = now.state
    if was == "running" and now.state != "running":
        st.rerun()
    if now.state == "running":
        st.progress(now.share, t("model_page.fetch.running", **safe(_said(now))))
    elif now.state == "done":
        st.success(t("model_page.fetch.done", **safe({"name": now.name, "folder": now.folder})))
    elif now.state == "cancelled":
        st.info(t("model_page.fetch.cancelled", **safe({"name": now.name})))
    elif now.state == "failed":
        said = safe({"name": now.name})
        st.error(t("model_page.fetch.failed", problem=_problem(t, now), **said))


def _said(now: Progress) -> dict[str, object]:
    return {
        "name": now.name,
        "file": now.file or "–",
        "done": now.done,
        "whole": now.whole or "–",
        "gib": f"{now.bytes_done / 2**30:.2f}",
        "all": f"{now.bytes_whole / 2**30:.2f}" if now.bytes_whole else "–",
    }


def _problem(t: Translator, now: Progress) -> str:
    """The child's sentence; one that this version does not know is no sentence."""
    if now.problem is None:
        return t("model_page.fetch.unknown")
    key, values = now.problem
    try:
        return t(key, **safe({"problem": "", **values}))
    except (KeyError, IndexError):
        return t("model_page.fetch.unknown")


def _fetch() -> None:
    folds.unfold(FOLD)
    name = st.session_state[NAME].strip()
    if not HUB_ID.fullmatch(name):
        say(Said(FETCH, "model_page.fetch.no_id", {"example": EXAMPLE}))
    elif not st.session_state[TERMS]:
        say(Said(FETCH, "model_page.fetch.accept"))
    elif allowed("model_fetched", name_mark(name), FETCH):
        fetching().start(name)
        st.session_state["fetch state"] = "running"
        st.session_state[CHOSEN] = name
        st.session_state[TERMS] = False


def _cancel() -> None:
    if allowed("model_fetched", name_mark(fetching().progress.name), FETCH):
        fetching().cancel()
