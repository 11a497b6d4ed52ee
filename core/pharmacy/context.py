"""What is stated of the patient, dose and route.

Knows: fields, their ranges and words. A word that no row knows is refused, since it would count as
"no". eGFR never stands in for creatinine clearance.
Does not know: what follows for a grade; that is `regrading`. Pregnancy, breast-feeding and age have
no row and are answered with "not held, see the label".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from core.errors import BadInput
from core.i18n import LANGUAGES, translator
from core.pharmacy.facts import Severity
from core.terms.folding import fold

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
# Words of the context table, and what says that its condition is not met.
WORDS: dict[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "indication": ("high_dose_oncology", "low_dose_weekly", "bridging", "recent_stent", "other"),
    "history": ("gi_bleed", "none"),
    "monitoring": ("level_available", "none"),
    "dose_reduced": ("to_25_33_percent", "none"),
    "smoking": ("stopped", "unchanged"),
}
OPEN_WORDS = ("indication", "history", "monitoring")  # people state more than the rows ask for
ROUTES = ("oral", "intravenous", "topical", "other")
SHORT = {"m": "male", "f": "female", "no": "none", "iv": "intravenous", "po": "oral"}
SHORT |= dict.fromkeys(
    (
        *("im", "intramuscular", "肌注", "肌内注射", "sc", "subcutaneous", "皮下", "皮下注射"),
        *("inhaled", "inhalation", "吸入", "nasal", "鼻用", "rectal", "直肠", "vaginal", "阴道"),
        *("sublingual", "舌下", "transdermal", "透皮"),
    ),
    "other",
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
    history: str | None = None
    monitoring: str | None = None
    dose_reduced: str | None = None
    smoking: str | None = None

    @property
    def clearance(self) -> float | None:
        """Creatinine clearance in mL/min: measured, or by Cockcroft and Gault for adults.

        Cockcroft DW, Gault MH. Nephron 1976;16:31-41; actual weight, 0.85 for women.
        """
        if self.crcl is not None:
            return self.crcl
        if None in (self.age_years, self.weight_kg, self.creatinine_umol_l, self.sex):
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


def without_unread(given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What can be read, and the words of an open vocabulary that no row knows, as `key: word`.

    Such a word is neither "yes" nor "no" to any row: what it may mean is still asked for.
    """
    read, unread = dict(given), []
    for key in OPEN_WORDS:
        said = given.get(key)
        several = said if isinstance(said, list | tuple) else (said,)
        words = [word for word in several if isinstance(word, str) and word]
        unknown = [word for word in words if _meant(key, word, WORDS[key]) is None]
        if unknown and len(words) == len(several):
            known = [word for word in words if word not in unknown]
            read[key] = known if known else None
            unread += [f"{key}: {word[:40]}" for word in unknown]
    return read, tuple(unread)


def _value(key: str, value: Any) -> Any:
    if key in RANGES:
        return number(key, value, *RANGES[key])
    if key in YES_NO:
        if isinstance(value, bool):
            return value
        if str(value).lower() in {"yes", "no", "true", "false"}:
            return str(value).lower() in {"yes", "true"}
        raise BadInput("error.context.value", name=key, value=str(value)[:40])
    if key == "indication":
        several = value if isinstance(value, list | tuple) else (value,)
        return tuple(_word(key, one, WORDS[key]) for one in several)
    return _word(key, value, WORDS[key])


def read_medication(detail: Mapping[str, Any]) -> Medication:
    """Dose per day in mg, route and hours apart; a missing key is "not stated"."""
    dose, hours = detail.get("dose_mg"), detail.get("separated_hours")
    return Medication(
        None if dose is None else number("dose_mg", dose, LEAST_MG, 1_000_000),
        None if detail.get("route") in (None, "") else _word("route", detail["route"], ROUTES),
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


def _word(key: str, value: Any, known: tuple[str, ...]) -> str:
    """The word of the table that is meant; raises `BadInput` for any other."""
    meant = _meant(key, value, known) if isinstance(value, str) else None
    if meant is None:
        shown = ", ".join(known)
        raise BadInput("error.context.word", name=key, value=str(value)[:40], accepted=shown)
    return meant


def _meant(key: str, value: str, known: tuple[str, ...]) -> str | None:
    """The word as it stands in the table, or as a catalogue says it."""
    said = _spelled(value)
    said = SHORT.get(said, said)
    return next((w for w in known if said == _spelled(w) or said in _translated(key, w)), None)


def _spelled(text: str) -> str:
    """`GI bleed`, `gi-bleed` and `gi_bleed` are one word."""
    return re.sub(r"[\s_-]+", "", fold(text))


def _translated(key: str, word: str) -> set[str]:
    said = (
        t(f"pharmacy.route.{word}") if key == "route" else t(f"pharmacy.value.{word}")
        for t in map(translator, LANGUAGES)
    )
    return set(map(_spelled, said))


def not_held(patient: Patient) -> tuple[str, ...]:
    """Stated conditions that no table of ours covers."""
    stated = {
        "pregnant": patient.pregnant,
        "breast_feeding": patient.breast_feeding,
        "age": patient.years_old is not None and not 18 <= patient.years_old < 65,
    }
    return tuple(name for name, said in stated.items() if said)
