"""What is stated of the patient, dose and route.

Knows: fields, their ranges and words. A word that no row knows is refused, since it would count as
"no". eGFR never stands in for creatinine clearance.
Does not know: what follows for a grade; that is `regrading`. Pregnancy, breast-feeding and age have
no row and are answered with "not held, see the label".
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from core.errors import BadInput
from core.pharmacy.facts import Severity
from core.pharmacy.stated_words import LISTS, ROUTES, WORDS, several, word

# Plausible ranges; outside them the value is refused, since it is a slip of unit or finger.
RANGES: dict[str, tuple[float, float]] = {
    "age_years": (0, 120),
    "age_days": (0, 44_000),
    "weight_kg": (0.3, 400),
    "creatinine_umol_l": (5, 3000),
    "egfr": (0, 250),
    "crcl": (0, 300),
    "potassium": (1, 10),
}
DAYS_A_YEAR = 365.25
UMOL_PER_MG_DL = 88.4  # creatinine, molar mass 113.12 g/mol
YES_NO = (
    "renal_impairment",
    "hepatic_impairment",
    "pregnant",
    "breast_feeding",
    "stable_alpha_blocker",
)
LEAST_MG = 0.0001  # per day; a dose of nothing is a slip and must not count as a low dose


@dataclass(frozen=True, slots=True)
class Patient:
    """Stated facts; `None` is "not stated" and never "no".

    age_years, age_days; sex `male | female`; weight_kg; creatinine_umol_l in µmol/L; egfr in
    mL/min/1.73 m²; crcl in mL/min; potassium in mmol/L; indication and history as in the table.
    """

    age_years: float | None = None
    age_days: float | None = None
    sex: Literal["male", "female"] | None = None
    weight_kg: float | None = None
    creatinine_umol_l: float | None = None
    egfr: float | None = None
    crcl: float | None = None
    potassium: float | None = None
    pregnant: bool | None = None
    breast_feeding: bool | None = None
    renal_impairment: bool | None = None
    hepatic_impairment: bool | None = None
    stable_alpha_blocker: bool | None = None
    indication: tuple[str, ...] | None = None
    history: tuple[str, ...] | None = None
    monitoring: str | None = None
    dose_reduced: str | None = None
    smoking: str | None = None

    @property
    def clearance(self) -> float | None:
        """Creatinine clearance in mL/min: measured, or by formula for adults."""
        return self.by_formula if self.crcl is None else self.crcl

    @property
    def by_formula(self) -> float | None:
        """Clearance by Cockcroft and Gault; None where two stated ages disagree.

        Cockcroft DW, Gault MH. Nephron 1976;16:31-41; actual weight, 0.85 for women.
        """
        stated = (self.age_years, self.weight_kg, self.creatinine_umol_l, self.sex)
        if self.ages_disagree or None in stated:
            return None
        assert self.age_years is not None and self.weight_kg and self.creatinine_umol_l
        if self.age_years < 18:
            return None  # the formula was made from adults
        mg_dl = self.creatinine_umol_l / UMOL_PER_MG_DL
        by_age = max(140 - self.age_years, 0) * self.weight_kg / (72 * mg_dl)
        return by_age * (0.85 if self.sex == "female" else 1.0)

    @property
    def days_old(self) -> float | None:
        if self.age_days is not None:
            return self.age_days
        return self.age_years * DAYS_A_YEAR if self.age_years else None

    @property
    def years_old(self) -> float | None:
        if self.age_years is not None or self.age_days is None:
            return self.age_years
        return self.age_days / DAYS_A_YEAR

    @property
    def ages_disagree(self) -> bool:
        """Days and whole years name different ages."""
        if self.age_days is None or self.age_years is None:
            return False
        return abs(self.age_days / DAYS_A_YEAR - self.age_years) > 1.01

    @property
    def kidney_mentioned(self) -> bool:
        """Something about the kidney was stated, though perhaps not what a row asks for."""
        stated = (self.egfr, self.creatinine_umol_l, self.clearance)
        return any(value is not None for value in stated)


@dataclass(frozen=True, slots=True)
class Medication:
    """Dose per day in mg, route, and hours between this drug and the others, where stated."""

    mg_per_day: float | None = None
    route: str | None = None
    separated_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A condition that would change the grade and is not known."""

    row: str
    condition: str
    value: str
    severity: Severity
    drug: str = ""


def read_patient(given: Mapping[str, Any]) -> Patient:
    """A patient from JSON or options; raises `BadInput` for an unknown key or value."""
    names = {f.name for f in fields(Patient)}
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key == "drugs" or value is None or value == "":
            continue
        if key not in names:
            raise BadInput("error.context.key", name=str(key)[:40])
        values[key] = _value(key, value)
    return Patient(**values)


def _value(key: str, value: Any) -> Any:
    if key in RANGES:
        return number(key, value, *RANGES[key])
    if key in YES_NO:
        if isinstance(value, bool):
            return value
        if str(value).lower() in {"yes", "no", "true", "false"}:
            return str(value).lower() in {"yes", "true"}
        raise BadInput("error.context.value", name=key, value=str(value)[:40])
    if key in LISTS:
        return tuple(word(key, one, WORDS[key]) for one in several(key, value))
    return word(key, value, WORDS[key])


def stricter(one: Medication, other: Medication) -> Medication:
    """Of two statements about one drug what lowers no grade: rows ask for low doses and long gaps.

    Two different routes count as `other`, which no row names.
    """
    doses = [m.mg_per_day for m in (one, other) if m.mg_per_day is not None]
    hours = [m.separated_hours for m in (one, other) if m.separated_hours is not None]
    routes = {m.route for m in (one, other) if m.route}
    return Medication(
        max(doses, default=None),
        "other" if len(routes) > 1 else next(iter(routes), None),
        min(hours, default=None),
    )


def read_medication(detail: Mapping[str, Any]) -> Medication:
    """Dose per day in mg, route and hours apart; a missing key is "not stated"."""
    dose, hours = detail.get("dose_mg"), detail.get("separated_hours")
    return Medication(
        None if dose is None else number("dose_mg", dose, LEAST_MG, 1_000_000),
        None if detail.get("route") in (None, "") else word("route", detail["route"], ROUTES),
        None if hours is None else number("separated_hours", hours, 0, 72),
    )


def number(key: str, value: Any, low: float, high: float) -> float:
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        raise BadInput("error.context.value", name=key, value=str(value)[:40]) from None
    if isinstance(value, bool) or not low <= result <= high:
        raise BadInput("error.context.range", name=key, value=str(value)[:40], low=low, high=high)
    return result


def not_held(patient: Patient) -> tuple[str, ...]:
    """Stated conditions that no table of ours covers."""
    stated = {
        "pregnant": patient.pregnant,
        "breast_feeding": patient.breast_feeding,
        "age": patient.years_old is not None
        and (patient.ages_disagree or not 18 <= patient.years_old < 65),
    }
    return tuple(name for name, said in stated.items() if said)
