"""Is the condition of a context row met, not met, or not known?

Knows: every condition of `context.csv`. What was not stated is unknown and never "no"; what was
stated but cannot decide is unclear, as an eGFR where creatinine clearance is asked for.
Does not know: what the answer does to a grade; that is `regrading`.
"""

from collections.abc import Mapping
from typing import Literal

from core.pharmacy.context import Medication, Patient
from core.pharmacy.facts import ContextRow

Answer = Literal["yes", "no", "unknown", "unclear"]


def holds(row: ContextRow, sides: Mapping[str, Medication], patient: Patient) -> Answer:
    """Is the condition of a row met? `unclear`: something was stated that cannot decide it."""
    if row.unless and getattr(patient, row.unless):
        return "no"
    first, second = _sided(row, sides)
    match row.condition:
        case "dose_a_at_most_mg":
            return _at_most(first.mg_per_day, float(row.value))
        case "route_a" | "route_b":
            route = (first if row.condition == "route_a" else second).route
            return "unknown" if route is None else _is(route == row.value)
        case "separated_hours":
            stated = [m.separated_hours for m in (first, second) if m.separated_hours is not None]
            return "unknown" if not stated else _is(min(stated) >= float(row.value))
        case _:
            return _patient_holds(row, patient)


def _patient_holds(row: ContextRow, patient: Patient) -> Answer:
    match row.condition:
        case "crcl_below":
            if patient.clearance is not None:
                return _is(patient.clearance < float(row.value))
            return "unclear" if patient.kidney_mentioned else "unknown"
        case "egfr_at_least":
            return "unknown" if patient.egfr is None else _is(patient.egfr >= float(row.value))
        case "renal_impairment":
            if patient.renal_impairment is None and patient.kidney_mentioned:
                return "unclear"  # the table names no threshold, so a number alone cannot decide
            return _stated(patient.renal_impairment)
        case "potassium_above":
            known = patient.potassium
            return "unknown" if known is None else _is(known > float(row.value))
        case "age_below_days":
            known = patient.days_old
            if known is None and patient.age_years == 0:
                return "unclear"
            return "unknown" if known is None else _is(known < float(row.value))
        case "indication":
            known_for = patient.indication
            return "unknown" if known_for is None else _is(row.value in known_for)
        case "hepatic_impairment" | "stable_alpha_blocker":
            return _stated(getattr(patient, row.condition))
        case _:
            said = getattr(patient, row.condition)
            return "unknown" if said is None else _is(said == row.value)


def _sided(row: ContextRow, sides: Mapping[str, Medication]) -> tuple[Medication, Medication]:
    """The medications in the order of the row's two columns."""
    (x, first), (y, second) = tuple(sides.items())
    return (first, second) if x in row.first and y in row.second else (second, first)


def _is(condition: bool) -> Answer:
    return "yes" if condition else "no"


def _stated(value: bool | None) -> Answer:
    return "unknown" if value is None else _is(value)


def _at_most(value: float | None, limit: float) -> Answer:
    """A dose of nothing says nothing."""
    return "unknown" if value is None or value <= 0 else _is(value <= limit)
