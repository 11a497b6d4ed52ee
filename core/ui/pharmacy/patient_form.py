"""Patient data that can change a grade; only what matters for this list is asked for first."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import streamlit as st

from core.i18n import Translator
from core.pharmacy.checker import Check
from core.pharmacy.context import RANGES
from core.pharmacy.worklist import Worklist
from core.ui.pharmacy.session import change

FIELDS_OF = {
    "crcl_below": ("age_years", "sex", "weight_kg", "creatinine_umol_l", "crcl"),
    "egfr_at_least": ("egfr",),
    "renal_impairment": ("renal_impairment",),
    "hepatic_impairment": ("hepatic_impairment",),
    "potassium_above": ("potassium",),
    "age_below_days": ("age_days",),
    "indication": ("indication",),
    "history": ("history",),
    "monitoring": ("monitoring",),
    "dose_reduced": ("dose_reduced",),
    "smoking": ("smoking",),
    "stable_alpha_blocker": ("stable_alpha_blocker",),
}
ALWAYS = ("age_years", "sex", "weight_kg", "creatinine_umol_l", "crcl", "egfr")
YES_NO = (
    "renal_impairment",
    "hepatic_impairment",
    "stable_alpha_blocker",
    "pregnant",
    "breast_feeding",
)
CHOICES = {
    "sex": ("female", "male"),
    "indication": ("high_dose_oncology", "low_dose_weekly", "bridging", "recent_stent", "other"),
    "history": ("gi_bleed", "none"),
    "monitoring": ("level_available", "none"),
    "dose_reduced": ("to_25_33_percent", "none"),
    "smoking": ("stopped", "unchanged"),
}


def asked(check: Check | None) -> tuple[str, ...]:
    """Fields that would decide an open question of this list."""
    conditions = (q.condition for p in (check.pairs if check else ()) for q in p.questions)
    fields = (f for condition in conditions for f in FIELDS_OF.get(condition, ()))
    return tuple(dict.fromkeys(fields))


def form(t: Translator, worklist: Worklist, check: Check | None) -> None:
    wanted = asked(check)
    stated = tuple(key for key in worklist.patient if key not in wanted)
    label = t("pharmacy.patient.asked") if wanted else t("pharmacy.patient.title")
    with st.expander(label, key="patient", expanded=bool(wanted)):
        st.caption(t("pharmacy.patient.why"))
        fields = dict.fromkeys((*wanted, *stated))
        if st.toggle(t("pharmacy.patient.all"), key="patient-all", value=not wanted):
            fields |= dict.fromkeys((*ALWAYS, *YES_NO, *CHOICES, "potassium", "age_days"))
        _fields(t, worklist, fields)


def _fields(t: Translator, worklist: Worklist, fields: Iterable[str]) -> None:
    columns = st.columns(2)
    for number, key in enumerate(fields):
        with columns[number % 2]:
            _field(t, key, worklist.patient.get(key))


def _field(t: Translator, key: str, value: Any) -> None:
    label = t(f"pharmacy.patient.{key}")
    widget = f"patient-{key}"
    if widget not in st.session_state:
        st.session_state[widget] = _shown(key, value)
    store = partial(_store, key, widget)
    if key in RANGES:
        low, high = map(float, RANGES[key])
        st.number_input(
            label,
            low,
            high,
            value=None,
            key=widget,
            on_change=store,
            placeholder=t("pharmacy.dose.not_stated"),
        )
    else:
        options = ("yes", "no") if key in YES_NO else CHOICES[key]
        st.selectbox(
            label,
            options,
            index=None,
            format_func=lambda option: t(f"pharmacy.value.{option}"),
            key=widget,
            on_change=store,
            placeholder=t("pharmacy.dose.not_stated"),
        )


def _shown(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in YES_NO:
        return "yes" if value else "no"
    if key in RANGES:
        return float(value)
    return value[0] if isinstance(value, tuple) else value


def _store(key: str, widget: str) -> None:
    value = st.session_state[widget]
    if key in YES_NO and value is not None:
        value = value == "yes"

    def state(worklist: Worklist) -> Worklist:
        patient = {k: v for k, v in worklist.patient.items() if k != key}
        return worklist.about(patient if value is None else {**patient, key: value})

    change(state)
