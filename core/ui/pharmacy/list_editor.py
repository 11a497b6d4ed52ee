"""The medicine list on the left: add by typing or pasting, correct, give dose and route, remove."""

from functools import partial

import streamlit as st

from core.i18n import Translator
from core.pharmacy.context import Medication
from core.pharmacy.knowledge import knowledge
from core.pharmacy.wording import Words
from core.pharmacy.worklist import MOST_LINES, Line, Worklist
from core.terms.drug_list import LONGEST, Item, read_list
from core.terms.drug_names import drug_names
from core.ui import drug_picker
from core.ui.markup import draw, fill
from core.ui.pharmacy.session import change, picker_index

ROUTES = ("oral", "intravenous", "topical", "other")
TOLD, SAID = "pharmacy list told", "pharmacy said"


def adding(t: Translator) -> list[str]:
    """The name field and the paste box; returns what was typed, for the emergency check.

    A choice is added while this runs, so the list is read after it.
    """
    waiting = drug_picker.drug_picker(
        picker_index(t.language), key="picker", words=_picker_words(t), add=_picked
    )
    typed = [waiting, *_paste(t)]
    told = st.session_state.pop(TOLD, None)
    if told:
        st.warning(t(told[0], **told[1]))
    return [*typed, *st.session_state.get(SAID, [])]


def lines(t: Translator, words: Words, worklist: Worklist) -> list[str]:
    """The list itself; returns the lines as typed, for the emergency check."""
    for number, line in enumerate(worklist.lines):
        _row(t, words, number, line)
    if worklist.lines:
        st.button(
            t("pharmacy.list.clear"), key="clear", icon=":material/delete_sweep:", on_click=_clear
        )
    return [line.item.text for line in worklist.lines]


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


def _picked(choice: drug_picker.Picked) -> None:
    if choice.too_long:
        st.session_state[TOLD] = (
            "pharmacy.list.too_long",
            {"length": choice.too_long, "most": LONGEST},
        )
    elif choice.id:
        name = choice.text or choice.id
        item = Item(name, (choice.id,), "chosen")
        change(lambda w: w.add((item,)), adds=True, nonce=choice.nonce)
    else:
        add_text(choice.text, choice.nonce)


def add_text(text: str, nonce: str = "") -> bool:
    """Adds what a text names; refuses as a whole what does not fit, and says so."""
    if len(text) > LONGEST:
        st.session_state[TOLD] = ("pharmacy.list.too_long", {"length": len(text), "most": LONGEST})
        return False
    items = read_list(text, drug_names())
    if not items:
        st.session_state[TOLD] = ("pharmacy.list.nothing", {})
        return False
    refused: list[int] = []

    def add(worklist: Worklist) -> Worklist:
        if len(worklist.lines) + len(items) > MOST_LINES:
            refused.append(len(items))
            return worklist
        return worklist.add(items)

    change(add, adds=True, nonce=nonce)
    if refused:
        st.session_state[TOLD] = (
            "pharmacy.list.too_many",
            {"count": refused[0], "most": MOST_LINES},
        )
    st.session_state[SAID] = [text]
    return not refused


def _paste(t: Translator) -> list[str]:
    with st.expander(t("pharmacy.paste.title"), key="paste"), st.form("paste-form", border=False):
        text = st.text_area(
            t("pharmacy.paste.label"),
            key="paste-text",
            max_chars=LONGEST,
            placeholder=t("pharmacy.paste.placeholder"),
            height=140,
        )
        st.form_submit_button(t("pharmacy.paste.add"), type="primary", on_click=_add_pasted)
    return [text]


def _add_pasted() -> None:
    if add_text(st.session_state.get("paste-text", "")):
        st.session_state["paste-text"] = ""


def _row(t: Translator, words: Words, number: int, line: Line) -> None:
    item = line.item
    state = "known" if item.drugs else "unknown"
    with st.container(
        key=f"line-{state}-{number}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        with st.container(key=f"line-name-{number}", width="stretch"):
            draw(_named(t, words, line) if item.drugs else _unnamed(t, item))
            if not item.drugs:
                _suggestions(t, words, number, item)
        if item.drugs:
            _details(t, words, number, line)
        st.button(
            t("pharmacy.list.remove"),
            key=f"remove-{number}-{item.text[:20]}",
            icon=":material/close:",
            type="tertiary",
            help=t("pharmacy.list.remove"),
            on_click=partial(change, partial(_without, number=number)),
        )


def _without(worklist: Worklist, number: int) -> Worklist:
    return worklist.drop(number)


def _named(t: Translator, words: Words, line: Line) -> str:
    names = [words.name(drug) for drug in line.item.drugs]
    other = (
        [words.profiles[drug].drug.name_en for drug in line.item.drugs]
        if t.language != "en"
        else []
    )
    typed = line.item.text if line.item.text not in (*names, *other) else ""
    return fill(
        '<div class="line"><b>$name</b> <span class="other">$other</span><br>'
        '<span class="small">$typed $details</span></div>',
        name=" + ".join(names),
        other=" + ".join(other),
        typed=t("pharmacy.list.typed", text=typed[:80], how=t(f"pharmacy.how.{line.item.how}"))
        if typed
        else "",
        details=_dose(t, line),
    )


def _dose(t: Translator, line: Line) -> str:
    """What is known of dose, route and separation, the person's own entries first."""
    own, item = line.medication, line.item
    dose = own.mg_per_day if own.mg_per_day is not None else item.mg_per_day
    route = own.route or item.route or ("topical" if item.topical else None)
    parts = [
        t("pharmacy.dose.per_day", dose=f"{dose:g}") if dose is not None else "",
        t(f"pharmacy.route.{route}") if route else "",
        t("pharmacy.dose.apart", hours=f"{own.separated_hours:g}") if own.separated_hours else "",
    ]
    return " · ".join(filter(None, parts))


def _unnamed(t: Translator, item: Item) -> str:
    return fill(
        '<div class="line"><b>$text</b><br><span class="small">$reason</span></div>',
        text=item.text[:120],
        reason=t(f"pharmacy.unresolved.{item.reason}"),
    )


def _suggestions(t: Translator, words: Words, number: int, item: Item) -> None:
    """Near names to choose from; none is taken unasked."""
    if not item.near:
        return
    st.caption(t("pharmacy.list.did_you_mean"))
    with st.container(horizontal=True, gap="small", key=f"near-{number}"):
        for drug in item.near:
            if drug in words.profiles:
                st.button(
                    words.name(drug),
                    key=f"near-{number}-{drug}",
                    on_click=partial(change, partial(_chosen, number=number, drug=drug)),
                )


def _chosen(worklist: Worklist, number: int, drug: str) -> Worklist:
    return worklist.choose(number, drug)


def _details(t: Translator, words: Words, number: int, line: Line) -> None:
    """Dose per day, route and hours apart: only these can change a grade."""
    with (
        st.popover(t("pharmacy.dose.button"), key=f"dose-{number}"),
        st.form(f"dose-form-{number}", border=False),
    ):
        own = line.medication
        dose = st.number_input(
            t("pharmacy.dose.mg"),
            min_value=0.0,
            max_value=1_000_000.0,
            value=own.mg_per_day if own.mg_per_day is not None else line.item.mg_per_day,
            key=f"mg-{number}",
        )
        route = st.selectbox(
            t("pharmacy.dose.route"),
            ROUTES,
            index=ROUTES.index(own.route) if own.route in ROUTES else None,
            format_func=lambda r: t(f"pharmacy.route.{r}"),
            placeholder=t("pharmacy.dose.not_stated"),
            key=f"route-{number}",
        )
        hours = st.number_input(
            t("pharmacy.dose.hours"),
            min_value=0.0,
            max_value=72.0,
            value=own.separated_hours,
            key=f"hours-{number}",
        )
        if st.form_submit_button(t("pharmacy.dose.save"), type="primary"):
            stated = Medication(dose, route, hours)
            change(lambda w: w.state(number, stated))
            st.rerun()


def _clear() -> None:
    change(lambda w: Worklist(heard=w.heard))
    st.session_state.pop(SAID, None)


def words_for(t: Translator, worklist: Worklist) -> Words:
    """Words that also know the drugs read from a label."""
    return Words(t, {**knowledge().profiles, **worklist.extra})
