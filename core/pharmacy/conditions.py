"""Is the condition of a context row met, not met, or not known?

Knows: every condition of `context.csv`. What was not stated is unknown and never "no"; what was
stated but cannot decide is unclear, as an eGFR where creatinine clearance is asked for, or two
facts of which one says yes and the other no.
Does not know: what the answer does to a grade; that is `regrading`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from core.pharmacy.context import UMOL_PER_MG_DL, Medication, Patient
from core.pharmacy.facts import ContextRow

Answer = Literal["yes", "no", "unknown", "unclear"]

# G1 begins at 90 and G3a ends below 60: KDIGO 2012, Kidney Int Suppl 3:1-150. Between them a kidney
# may be called impaired or not.
NORMAL_FROM, IMPAIRED_BELOW = 90, 60
FAR_APART = 2  # times; a convention of this project, which only turns an answer into a question


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
                return _agreed(patient, patient.clearance, lambda n: n < float(row.value))
            return "unclear" if patient.kidney_mentioned else "unknown"
        case "egfr_at_least":
            if patient.egfr is None:
                return "unknown"
            return _agreed(patient, patient.egfr, lambda n: n >= float(row.value))
        case "renal_impairment":
            if patient.renal_impairment is None and patient.kidney_mentioned:
                return "unclear"  # the table names no threshold, so a number alone cannot decide
            low = any(number < IMPAIRED_BELOW for number in _kidney_numbers(patient))
            return (
                "unclear"
                if low and not patient.renal_impairment
                else _stated(patient.renal_impairment)
            )
        case "potassium_above":
            known = patient.potassium
            return "unknown" if known is None else _is(known > float(row.value))
        case "age_below_days":
            known = patient.days_old
            if patient.ages_disagree or (known is None and patient.age_years == 0):
                return "unclear"
            return "unknown" if known is None else _is(known < float(row.value))
        case "history":
            return _is(row.value in patient.history) if patient.history else "unknown"
        case "indication":
            known_for = patient.indication
            return "unknown" if known_for is None else _is(row.value in known_for)
        case "hepatic_impairment" | "stable_alpha_blocker":
            return _stated(getattr(patient, row.condition))
        case _:
            said = getattr(patient, row.condition)
            return "unknown" if said is None else _is(said == row.value)


def _agreed(patient: Patient, stated: float, met: Callable[[float], bool]) -> Answer:
    """Whether a kidney value meets a condition, unless something far from it says the contrary."""
    if patient.renal_impairment and stated >= NORMAL_FROM:
        return "unclear"
    others = [number for number in _kidney_numbers(patient) if _far(number, stated)]
    if any(met(number) != met(stated) for number in others):
        return "unclear"
    return _is(met(stated))


def _kidney_numbers(patient: Patient) -> Iterator[float]:
    """Every value in mL/min or mL/min/1.73 m² that is stated or follows from what is stated."""
    for number in (patient.egfr, patient.crcl, patient.by_formula, _most(patient)):
        if number is not None:
            yield number


def _most(patient: Patient) -> float | None:
    """The most that a creatinine allows, where it allows less than is normal: that of a young man.

    CKD-EPI 2021 at 18 years: Inker LA et al. N Engl J Med 2021;385:1737-49.
    """
    if patient.creatinine_umol_l is None:
        return None
    ratio = patient.creatinine_umol_l / UMOL_PER_MG_DL / 0.9
    most = 142 * ratio**-1.2 * 0.9938**18
    return most if ratio > 1 and most < IMPAIRED_BELOW else None


def _far(one: float, other: float) -> bool:
    return max(one, other) >= FAR_APART * min(one, other)


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
