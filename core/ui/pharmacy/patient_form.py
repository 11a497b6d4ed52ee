"""Patient data that can change a grade; only what matters for this list is asked for first.

Each value is stored as it is given, and each field shows what is stored: after the list was
cleared, changed in another tab or left for a sample, no field keeps what it showed before.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import streamlit as st

from core.i18n import Translator
from core.pharmacy import patient_text
from core.pharmacy.checker import Check
from core.pharmacy.context import RANGES, YES_NO
from core.pharmacy.stated_words import WORDS
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.ui.folds import fold, unfold
from core.ui.markup import draw, fill
from core.ui.pharmacy.session import change

KIDNEY = ("age_years", "sex", "weight_kg", "creatinine_umol_l", "crcl")
FIELDS_OF = {"crcl_below": KIDNEY, "egfr_at_least": ("egfr",), "potassium_above": ("potassium",)}
FIELDS_OF |= {"age_below_days": ("age_days",)}  # any other condition is a field of its own
FIELDS = tuple(dict.fromkeys((*KIDNEY, *RANGES, *YES_NO, *WORDS)))
ASKED = "patient fields asked for"
REFUSED = "patient value refused"
UNSET = object()


def asked(check: Check | None) -> tuple[str, ...]:
    """Fields that would decide an open question of this list."""
    conditions = (q.condition for p in (check.pairs if check else ()) for q in p.questions)
    fields = (f for condition in conditions for f in FIELDS_OF.get(condition, (condition,)))
    return tuple(dict.fromkeys(field for field in fields if field in FIELDS))


def form(t: Translator, words: Words, worklist: Worklist, check: Check | None) -> None:
    wanted = asked(check)
    if set(wanted) - set(st.session_state.get(ASKED, ())):
        unfold("patient")  # a question that is new is shown once, also if the form was shut
    st.session_state[ASKED] = wanted
    panel = fold(_title(t, words, check, wanted), "patient")
    if panel.open:
        with panel:
            _open_form(t, worklist, check, wanted)


def _title(t: Translator, words: Words, check: Check | None, wanted: tuple[str, ...]) -> str:
    """What is in force, also while the panel is shut, and that something is asked for."""
    stated = patient_text.stated(check.patient, words) if check else ()
    said = t("list.sentence").join(f"{fact.label} {' '.join(fact.lines)}" for fact in stated)
    asks = t("pharmacy.patient.asked" if wanted else "pharmacy.patient.title")
    if not said:
        return asks
    in_force = t("pharmacy.patient.in_force", said=said)
    return f"{asks} · {in_force}" if wanted else in_force


def _open_form(
    t: Translator, worklist: Worklist, check: Check | None, wanted: tuple[str, ...]
) -> None:
    st.caption(t("pharmacy.patient.why"))
    fields = dict.fromkeys((*wanted, *(key for key in FIELDS if key in worklist.patient)))
    if st.toggle(t("pharmacy.patient.all"), key="patient-all", value=not wanted):
        fields |= dict.fromkeys(FIELDS)
    _fields(t, worklist, fields)
    patient = check.patient if check else None
    if patient and patient.crcl is None and patient.clearance is not None:
        said = t("pharmacy.patient.clearance", value=f"{patient.clearance:.0f}")
        draw(fill('<p class="context">$said</p>', said=said))


def _fields(t: Translator, worklist: Worklist, fields: Iterable[str]) -> None:
    columns = st.columns(2)
    for number, key in enumerate(fields):
        with columns[number % 2]:
            _field(t, key, worklist.patient.get(key))


def _field(t: Translator, key: str, value: Any) -> None:
    widget = f"patient-{key}"
    shown = _shown(key, value)
    if st.session_state.get(widget, UNSET) != shown:
        st.session_state[widget] = shown
    label, store = t(f"pharmacy.patient.{key}"), partial(_store, key, widget)
    not_stated = t("pharmacy.dose.not_stated")
    if key in RANGES:
        # No bounds of the field itself: the browser would hold a value back without a word.
        st.number_input(
            label,
            value=None,
            step=1.0,
            format="%g",
            key=widget,
            on_change=store,
            placeholder=not_stated,
        )
        _refused(t, key, label, shown)
    else:
        st.selectbox(
            label,
            ("yes", "no") if key in YES_NO else WORDS[key],
            index=None,
            format_func=lambda option: t(f"pharmacy.value.{option}"),
            key=widget,
            on_change=store,
            placeholder=not_stated,
        )


def _shown(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in YES_NO:
        return "yes" if value else "no"
    if key in RANGES:
        return float(value)
    word = value[0] if isinstance(value, tuple) else value
    return word if word in WORDS[key] else None


def _refused(t: Translator, key: str, label: str, governs: float | None) -> None:
    """Once: which value was not taken, and which one still counts."""
    if st.session_state.get(REFUSED, ("", 0))[0] != key:
        return
    _, value = st.session_state.pop(REFUSED)
    low, high = RANGES[key]
    told = t("error.context.range", name=label, value=f"{value:g}", low=low, high=high)
    still = t("pharmacy.dose.not_stated") if governs is None else f"{governs:g}"
    governs_now = t("pharmacy.patient.still", value=still)
    st.warning(f"{told} {governs_now}")


def _store(key: str, widget: str) -> None:
    value = st.session_state[widget]
    if key in RANGES and value is not None:
        low, high = RANGES[key]
        if not low <= value <= high:
            st.session_state[REFUSED] = (key, value)
            return
    if key in YES_NO and value is not None:
        value = value == "yes"

    def state(worklist: Worklist) -> Worklist:
        patient = {k: v for k, v in worklist.patient.items() if k != key}
        return worklist.about(patient if value is None else {**patient, key: value})

    change(state)
