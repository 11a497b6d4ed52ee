"""The Ask box: a question about the list, answered from the rows at once, by the model on demand.

Knows: the question is stored with the list and survives a reload; emergencies in it are said before
its answer. Rows are drawn as *rule*, words of the model as *model*; without a row the model's
answer says that nothing backs it. Does not know: how a question is read.
"""

from functools import partial

import streamlit as st

from core.i18n import Translator
from core.pharmacy import reply
from core.pharmacy.answer_rows import Row, gaps, refusals, remarks, rows, understood
from core.pharmacy.asking import Answer, answer
from core.pharmacy.checker import Check
from core.pharmacy.knowledge import knowledge
from core.pharmacy.question import LONGEST
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.ui import badges, owner, states
from core.ui.markup import draw, fill
from core.ui.pharmacy import worded
from core.ui.pharmacy.session import change
from core.ui.shared_model import desk

FIELD, SHOWN, TOO_LONG = "ask-text", "question in its field", "question that was too long"
MOST_ROWS = 12


def box(t: Translator, words: Words, check: Check | None, worklist: Worklist) -> str:
    """The form and the answer to the last question; returns what was asked, for emergencies."""
    _fill(worklist)
    draw(fill('<h2 class="section" id="ask">$title</h2>', title=t("pharmacy.asking.label")))
    _form(t)
    refused = str(st.session_state.get(TOO_LONG, ""))
    if refused:
        st.warning(t("pharmacy.asking.too_long", length=len(refused), most=LONGEST))
    elif worklist.question and check:
        with states.told(t):
            _answer(t, words, check, worklist.question)
    return refused or worklist.question


def _fill(worklist: Worklist) -> None:
    """The field shows the stored question after a reload, and that of a demo case in there."""
    if FIELD not in st.session_state or st.session_state.get(SHOWN) != worklist.question:
        st.session_state[FIELD] = st.session_state[SHOWN] = worklist.question
        st.session_state.pop(TOO_LONG, None)


def _form(t: Translator) -> None:
    with (
        st.form("ask-form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", key="ask-line"),
    ):
        # No `max_chars`: the browser would cut the text without a word.
        st.text_input(
            t("pharmacy.asking.label"),
            key=FIELD,
            placeholder=t("pharmacy.asking.placeholder"),
            label_visibility="collapsed",
        )
        st.form_submit_button(t("pharmacy.asking.button"), type="primary", on_click=_take)


def _take() -> None:
    """Stores the question; one that is too long stays in its field and answers nothing."""
    text = str(st.session_state.get(FIELD, "")).strip()
    if len(text) > LONGEST:
        st.session_state[TOO_LONG] = text
        return
    st.session_state.pop(TOO_LONG, None)
    change(lambda shown: shown.ask(text), adds=True)


def _forget() -> None:
    change(lambda shown: shown.ask(""), adds=True)


def _answer(t: Translator, words: Words, check: Check, question: str) -> None:
    states.emergencies_beside(t, question)
    found = answer(question, check, knowledge())
    held = rows(found, words)
    missing = gaps(found, words)
    draw(
        fill('<p class="small read-as">$read</p>', read=understood(found, words)),
        *map(_notice, refusals(found, words) if held else remarks(found, words)),
        *(_row(t, words, row) for row in held[:MOST_ROWS]),
        *(fill('<p class="gap">– $said</p>', said=said) for said in missing if held),
    )
    if len(held) > MOST_ROWS:
        st.caption(t("pharmacy.asking.more", count=len(held) - MOST_ROWS))
    if reply.may_be_asked(found):
        _model(t, words, found)
    st.button(t("pharmacy.asking.forget"), key="ask-forget", type="tertiary", on_click=_forget)


def _notice(said: str) -> str:
    return fill('<div class="notice notice-warning"><b>?</b> $said</div>', said=said)


def _row(t: Translator, words: Words, row: Row) -> str:
    pill = badges.severity(t, row.severity) if row.severity else ""
    head = fill('<b class="names">$names</b>', names=row.head)
    origin = badges.origin(t, "rule", row.id)
    said = "".join(
        fill(
            '<p class="field"><span class="term">$term</span> <span class="lines">$text</span></p>',
            term=term,
            text=text,
        )
        for term, text in row.said
    )
    sources = t("list.sentence").join(map(words.source, row.sources))
    last = fill('<p class="small">$sources</p>', sources=sources)
    line = f'<div class="card-head">{pill} {head} <span class="right">{origin}</span></div>'
    return f'<div class="answer-row">{line}{said}{last}</div>'


def _model(t: Translator, words: Words, found: Answer) -> None:
    """The words of the model below the rows, or the button that asks for them."""
    who = owner.owner()
    slug = reply.slug(found, words.profiles)
    request = partial(reply.request, found, knowledge(), t.language)
    compare = partial(reply.compare, answer=found, profiles=words.profiles)
    asked = who is not None and worded.job_of(slug, who) is not None
    loaded = desk().model is not None and who is not None
    if not found.holds and (asked or loaded):
        states.not_covered(t("pharmacy.asking.alone.note"))
    standing = worded.place(t, slug, who, request, compare if found.holds else None)
    if loaded and who and standing != "growing":
        first = "pharmacy.asking.explain" if found.holds else "pharmacy.asking.alone"
        st.button(
            t("pharmacy.asking.again" if asked else first),
            key=f"explain-{slug}",
            icon=":material/notes:",
            on_click=partial(_ask, t, request, slug, who),
        )


def _ask(t: Translator, request: worded.AsNow, slug: str, who: str) -> None:
    worded.ask(t, request(), slug, who)
