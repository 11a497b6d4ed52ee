"""What is known of the patient, dose and route, and which grades it changes.

Knows: the conditions of `context.csv` and `topical_exceptions.csv`; nothing else moves a grade.
Does not know: conditions without a row (pregnancy, breast-feeding, age); these are answered with
"not held, see the label". eGFR never stands in for creatinine clearance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from core.errors import BadInput
from core.pharmacy.facts import RANK, ContextRow, Severity
from core.pharmacy.findings import Derivation, Finding, headline

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
UMOL_PER_MG_DL = 88.4  # creatinine, molar mass 113.12 g/mol
YES_NO = (
    "renal_impairment",
    "hepatic_impairment",
    "pregnant",
    "breast_feeding",
    "stable_alpha_blocker",
)
WORDS = ("sex", "history", "monitoring", "dose_reduced", "smoking")


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
        return self.age_years * 365.25 if self.age_years else None

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


@dataclass(frozen=True, slots=True)
class Applied:
    """A context row that changed a grade; `assumed` when it is only the stricter of two grades."""

    row: ContextRow
    before: Severity
    after: Severity
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class InContext:
    """A derivation after patient, dose and route."""

    derivation: Derivation
    applied: tuple[Applied, ...] = ()
    questions: tuple[Question, ...] = ()
    capped_topical: bool = False
    still_systemic: tuple[str, ...] = field(default=())


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
    if key == "indication":
        return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
    if key == "sex":
        return _sex(str(value).lower())
    return str(value)


def number(key: str, value: Any, low: float, high: float) -> float:
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise BadInput("error.context.value", name=key, value=str(value)[:40]) from None
    if isinstance(value, bool) or not low <= result <= high:
        raise BadInput("error.context.range", name=key, value=str(value)[:40], low=low, high=high)
    return result


def _sex(word: str) -> str:
    known = {
        "m": "male",
        "male": "male",
        "男": "male",
        "f": "female",
        "female": "female",
        "女": "female",
    }
    if word not in known:
        raise BadInput("error.context.value", name="sex", value=word[:40])
    return known[word]


def apply_context(
    derivation: Derivation,
    rows: tuple[ContextRow, ...],
    sides: Mapping[str, Medication],
    patient: Patient,
) -> InContext:
    """Changes the grade of a derivation by the context rows of its pair.

    `sides` maps each drug id of the pair to its medication. Of several rows that hold, the
    strictest counts. A row touches only findings of the mechanism that its pair row describes.
    """
    row_finding = next((f for f in derivation.findings if f.row), None)
    if row_finding is None:
        return InContext(derivation)
    held, assumed, questions = [], [], []
    for row in rows:
        answer = holds(row, sides, patient)
        if answer == "yes":
            held.append(row)
        elif answer == "unclear" and RANK[row.severity] > RANK[row_finding.severity]:
            assumed.append(row)
        if answer in {"unknown", "unclear"} and row.severity != derivation.severity:
            questions.append(_question(row, sides))
    chosen = max(held + assumed, key=lambda row: RANK[row.severity], default=None)
    if chosen is None:
        return InContext(derivation, questions=tuple(questions))
    changed = _regraded(derivation, row_finding, chosen.severity)
    applied = Applied(chosen, derivation.severity, changed.severity, chosen not in held)
    return InContext(changed, (applied,), tuple(questions))


def _regraded(derivation: Derivation, ruled: Finding, severity: Severity) -> Derivation:
    """The row's mechanism takes the new grade; findings of another mechanism keep theirs."""

    def regrade(finding: Finding) -> Finding:
        if finding is ruled:
            return replace(finding, severity=severity)
        if finding.family == ruled.family and RANK[finding.severity] > RANK[severity]:
            return replace(finding, severity=severity)
        return finding

    findings = tuple(map(regrade, derivation.findings))
    ruling = headline(findings)
    return Derivation(ruling.severity if ruling else "none", ruling, findings)


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


def _question(row: ContextRow, sides: Mapping[str, Medication]) -> Question:
    x, y = tuple(sides)
    a, b = (x, y) if x in row.first and y in row.second else (y, x)
    drug = {"dose_a_at_most_mg": a, "route_a": a, "route_b": b}.get(row.condition, "")
    return Question(row.id, row.condition, row.value, row.severity, drug)


def _is(condition: bool) -> Answer:
    return "yes" if condition else "no"


def _stated(value: bool | None) -> Answer:
    return "unknown" if value is None else _is(value)


def _at_most(value: float | None, limit: float) -> Answer:
    return "unknown" if value is None else _is(value <= limit)


def cap_topical(context: InContext, topical: bool) -> InContext:
    """A cream, gel or drops reaches the blood little: at most minor; exceptions have a table."""
    derivation = context.derivation
    if not topical or RANK[derivation.severity] <= RANK["minor"]:
        return context
    capped = Derivation("minor", derivation.decided_by, derivation.findings)
    return replace(context, derivation=capped, capped_topical=True)


def not_held(patient: Patient) -> tuple[str, ...]:
    """Stated conditions that no table of ours covers."""
    stated = {
        "pregnant": patient.pregnant,
        "breast_feeding": patient.breast_feeding,
        "age": patient.age_years is not None and not 18 <= patient.age_years < 65,
    }
    return tuple(name for name, said in stated.items() if said)
