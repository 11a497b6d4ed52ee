"""The medicine list on the left: correct a name, give dose and route, remove.

Every part is keyed by the id of its line, so that what a person does or types stays with its
medicine when another line goes. A line is found anew at the moment of a change.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.i18n import Translator
from core.pharmacy.context import LEAST_MG, Medication
from core.pharmacy.knowledge import knowledge
from core.pharmacy.stated_words import ROUTES
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Line, Worklist
from core.terms.drug_list import Item
from core.ui import demo
from core.ui.markup import draw, fill
from core.ui.pharmacy.adding import SAID, picked
from core.ui.pharmacy.session import change
from core.ui.pharmacy.session import worklist as worklist_now

PARTS = ("mg", "route", "hours")  # fields of the dose form, in the order of `Medication`
MOST_MG = 1_000_000.0
GIVING = "lines with their dose form open"
SCROLLED = 15  # lines; a longer list scrolls by itself, so that the results stay near
HEIGHT = 720  # px of such a list
PART = 50  # lines drawn at once; with 200 the browser took three seconds for each step
NEWEST = "newest line drawn"
CLEARED = "list before it was cleared"


def words_for(t: Translator, worklist: Worklist) -> Words:
    """Words that also know the drugs read from a label."""
    return Words(t, {**knowledge().profiles, **worklist.extra})


def lines(t: Translator, words: Words, worklist: Worklist) -> list[str]:
    """The list itself; returns the lines as typed, for the emergency check."""
    if not worklist.lines:
        _put_back(t, worklist)
        return []
    st.session_state.pop(CLEARED, None)
    shown = _page(t, worklist)
    long = len(shown) > SCROLLED
    with st.container(
        key="lines", height=HEIGHT if long else "content", autoscroll=long and picked()
    ):
        for line in shown:
            _row(t, words, line)
    st.button(
        t("pharmacy.list.clear"), key="clear", icon=":material/delete_sweep:", on_click=_clear
    )
    return [line.item.text for line in worklist.lines]


def _page(t: Translator, worklist: Worklist) -> tuple[Line, ...]:
    """The lines to draw: a long list is drawn in parts, names that need a person first."""
    count = len(worklist.lines)
    if count <= PART:
        return worklist.lines
    ordered = sorted(worklist.lines, key=lambda line: bool(line.item.drugs))
    pages = -(-count // PART)
    newest = worklist.lines[-1].id
    if st.session_state.get(NEWEST) != newest:
        st.session_state[NEWEST] = newest
        st.session_state["lines-part"] = 1 + ordered.index(worklist.lines[-1]) // PART
    part = min(st.session_state.get("lines-part") or 1, pages)
    st.session_state["lines-part"] = part
    st.pagination(pages, key="lines-part")
    first = (part - 1) * PART
    last = min(first + PART, count)
    st.caption(t("pharmacy.list.part", first=first + 1, last=last, count=count))
    return tuple(ordered[first:last])


def _clear() -> None:
    st.session_state[CLEARED] = (demo.case(), worklist_now())
    change(lambda w: Worklist(heard=w.heard))
    st.session_state.pop(SAID, None)


def _put_back(t: Translator, empty: Worklist) -> None:
    """A list cleared by mistake can be put back until something else is stated."""
    case, kept = st.session_state.get(CLEARED, (None, None))
    if kept and case == demo.case() and empty == Worklist(heard=empty.heard):
        st.button(
            t("pharmacy.list.put_back"),
            key="put-back",
            icon=":material/undo:",
            on_click=_restore,
            args=(kept,),
        )


def _restore(kept: Worklist) -> None:
    change(lambda worklist: replace(kept, heard=worklist.heard))


def _on(line: str, act: Callable[[Worklist, int], Worklist]) -> None:
    """Changes one line, if the list still has it."""

    def changed(worklist: Worklist) -> Worklist:
        place = worklist.place(line)
        return worklist if place is None else act(worklist, place)

    change(changed)


def _row(t: Translator, words: Words, line: Line) -> None:
    item, state = line.item, "known" if line.item.drugs else "unknown"
    with st.container(
        key=f"line-{state}-{line.id}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        with st.container(key=f"line-name-{line.id}", width="stretch"):
            draw(_named(t, words, line) if item.drugs else _unnamed(t, item))
            if not item.drugs:
                _suggestions(t, words, line)
        if item.drugs:
            st.button(
                t("pharmacy.dose.button"),
                key=f"dose-{line.id}",
                on_click=partial(_open_or_shut, line.id),
            )
        st.button(
            t("pharmacy.list.remove"),
            key=f"remove-{line.id}",
            icon=":material/close:",
            type="tertiary",
            help=t("pharmacy.list.remove"),
            on_click=partial(_on, line.id, Worklist.drop),
        )
    if item.drugs and line.id in st.session_state.get(GIVING, ()):
        _dose_form(t, line)


def _named(t: Translator, words: Words, line: Line) -> str:
    names = [words.name(drug) for drug in line.item.drugs]
    english = [words.profiles[drug].drug.name_en for drug in line.item.drugs]
    other = english if t.language != "en" else []
    return fill(
        '<div class="line"><b>$name</b> <span class="other">$other</span><br>'
        '<span class="small">$details</span></div>',
        name=" + ".join(names),
        other=" + ".join(other),
        details=" · ".join((*_typed(t, line.item, (*names, *other)), *_dose(t, line.medication))),
    )


def _typed(t: Translator, item: Item, shown: tuple[str, ...]) -> list[str]:
    """What was typed and how it was understood, unless it is the name itself."""
    if item.text.casefold() in map(str.casefold, shown):
        return []
    how = t(f"pharmacy.how.{item.how}")
    return [t("pharmacy.list.typed", text=item.text[:80], how=how)]


def _dose(t: Translator, said: Medication) -> list[str]:
    """What is known of dose, route and separation."""
    hours = said.separated_hours
    parts = [
        t("pharmacy.dose.per_day", dose=f"{said.mg_per_day:g}") if said.mg_per_day else "",
        t(f"pharmacy.route.{said.route}") if said.route else "",
        t("pharmacy.dose.apart", hours=f"{hours:g}") if hours is not None else "",
    ]
    return list(filter(None, parts))


def _unnamed(t: Translator, item: Item) -> str:
    return fill(
        '<div class="line"><b>$text</b><br><span class="small">$reason</span></div>',
        text=item.text[:120],
        reason=t(f"pharmacy.unresolved.{item.reason}"),
    )


def _suggestions(t: Translator, words: Words, line: Line) -> None:
    """Near names to choose from; none is taken unasked."""
    known = [drug for drug in line.item.near if drug in words.profiles]
    if not known:
        return
    st.caption(t("pharmacy.list.did_you_mean"))
    with st.container(horizontal=True, gap="small", key=f"near-{line.id}"):
        for drug in known:
            st.button(
                words.name(drug),
                key=f"near-{line.id}-{drug}",
                on_click=partial(_choose, line.id, drug),
            )


def _choose(line: str, drug: str) -> None:
    _on(line, lambda worklist, place: worklist.choose(place, drug))


def _open_or_shut(line: str) -> None:
    given = st.session_state.get(GIVING, frozenset())
    st.session_state[GIVING] = given ^ {line}


def open_dose(line: str) -> None:
    """Opens the dose form of a line that is drawn later in this run."""
    st.session_state[GIVING] = st.session_state.get(GIVING, frozenset()) | {line}


def _dose_form(t: Translator, line: Line) -> None:
    """Dose per day, route and hours apart: only these can change a grade. Empty is not stated."""
    said, not_stated = line.medication, t("pharmacy.dose.not_stated")
    given = (said.mg_per_day, said.route, said.separated_hours)
    for part, value in zip(PARTS, given, strict=True):
        # Not as the field's own default: Streamlit empties a field only if that is empty.
        st.session_state.setdefault(f"{part}-{line.id}", value)
    with st.form(f"dose-form-{line.id}"):
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        _number(left, t("pharmacy.dose.mg"), (LEAST_MG, MOST_MG), f"mg-{line.id}", not_stated)
        middle.selectbox(
            t("pharmacy.dose.route"),
            ROUTES,
            index=None,
            format_func=lambda route: t(f"pharmacy.route.{route}"),
            placeholder=not_stated,
            key=f"route-{line.id}",
        )
        _number(right, t("pharmacy.dose.hours"), (0.0, 72.0), f"hours-{line.id}", not_stated)
        st.form_submit_button(
            t("pharmacy.dose.save"), type="primary", on_click=partial(_give, line.id)
        )


def _number(
    place: DeltaGenerator, label: str, bounds: tuple[float, float], key: str, not_stated: str
) -> None:
    place.number_input(label, *bounds, value=None, format="%g", key=key, placeholder=not_stated)


def _give(line: str) -> None:
    """Takes over what the form says; an emptied field is no longer stated."""
    stated = Medication(*(st.session_state[f"{part}-{line}"] for part in PARTS))
    _on(line, lambda worklist, place: worklist.state(place, stated))
    _open_or_shut(line)
