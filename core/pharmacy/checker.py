"""Checks a medicine list: every pair, three-drug rules, food and timing, with nothing left silent.

Knows: the three states of a pair (interaction found; checked, no row; not checked, with reason).
"No row" is a statement about the tables and never the word "safe".
Does not know: screens, files, the network.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from core.errors import BadInput
from core.pharmacy import three_drugs, topical
from core.pharmacy.context import Medication, Patient, Question, not_held
from core.pharmacy.derivation import Profile
from core.pharmacy.facts import FoodRow, Severity, ThreeDrugRule, TimingRow, worst
from core.pharmacy.findings import Derivation, Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.regrading import Applied, InContext, apply_context
from core.terms.drug_list import Item

State = Literal["interaction", "no_record", "not_checked"]
Reason = Literal["no_enzyme_data", "label_only", "table_missing"]
MOST_DRUGS = 250  # a list longer than this is refused whole, with its length named


@dataclass(frozen=True, slots=True)
class Medicine:
    """One drug of the list: a line may hold several (a fixed combination written as its parts)."""

    line: int
    item: Item
    profile: Profile
    medication: Medication = Medication()

    @property
    def id(self) -> str:
        return self.profile.drug.id

    @property
    def topical(self) -> bool:
        return self.medication.route == "topical"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two medicines, what was found, and what could not be checked.

    `severity` and `derivation` are after patient, dose and route; `applied` says what they changed.
    """

    a: Medicine
    b: Medicine
    state: State
    severity: Severity
    derivation: Derivation
    reason: Reason | None = None
    not_covered: tuple[str, ...] = ()
    partly_covered: tuple[str, ...] = ()
    applied: tuple[Applied, ...] = ()
    questions: tuple[Question, ...] = ()
    capped_topical: bool = False
    still_systemic: tuple[str, ...] = ()

    @property
    def decided_by(self) -> Finding | None:
        return self.derivation.decided_by

    @property
    def removed_by_context(self) -> bool:
        """There is a row, and a stated condition takes its grade away."""
        return self.state == "no_record" and bool(self.applied)

    @property
    def key(self) -> str:
        """Names the two drugs, in either order and on whatever lines they stand."""
        return "+".join(sorted((self.a.id, self.b.id)))


@dataclass(frozen=True, slots=True)
class ThreeDrugs:
    """A three-drug rule that holds; `drugs` is one triple, `members` everything that takes part."""

    rule: ThreeDrugRule
    drugs: tuple[str, str, str]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """The answer for one list."""

    medicines: tuple[Medicine, ...]
    unresolved: tuple[Item, ...]
    pairs: tuple[Pair, ...]
    three_drugs: tuple[ThreeDrugs, ...]
    food: tuple[tuple[Medicine, FoodRow], ...]
    timing: tuple[tuple[Medicine, TimingRow], ...]
    patient: Patient
    not_held: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    missing_tables: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """The highest grade found, `none` when none was found."""
        three = tuple(t.rule.severity for t in self.three_drugs)
        return worst(tuple(p.severity for p in self.pairs) + three)

    @property
    def too_few(self) -> bool:
        """Fewer than two names: there is nothing to compare."""
        return len(self.medicines) + len(self.unresolved) < 2

    @property
    def complete(self) -> bool:
        return not (
            self.too_few
            or self.unresolved
            or self.missing_tables
            or any(p.state == "not_checked" for p in self.pairs)
        )

    @property
    def state(self) -> State:
        if any(p.state == "interaction" for p in self.pairs) or self.three_drugs:
            return "interaction"
        return "no_record" if self.complete else "not_checked"


def check(
    items: Sequence[Item],
    knowledge: Knowledge,
    patient: Patient | None = None,
    medications: Mapping[int, Medication] | None = None,
    extra: Mapping[str, Profile] | None = None,
) -> Check:
    """Checks the items of a list against each other.

    `medications` gives dose, route and separation by line and wins over what the line says;
    `extra` holds drugs read from a label, by id. `BadInput` for a list that is too long.
    """
    patient = patient or Patient()
    profiles = {**knowledge.profiles, **extra} if extra else knowledge.profiles
    medicines = tuple(_medicines(items, profiles, medications or {}))
    if len(medicines) > MOST_DRUGS:
        raise BadInput("error.list.too_many", n=len(medicines), most=MOST_DRUGS)
    pairs = [
        compare(a, b, knowledge, patient)
        for a, b in combinations(medicines, 2)
        if a.line != b.line or a.item.how == "combination"
    ]
    pairs.sort(key=lambda pair: (*pair.derivation.place, pair.key))
    return Check(
        medicines=medicines,
        unresolved=tuple(_unresolved(items, profiles)),
        pairs=tuple(pairs),
        three_drugs=rules_of_three(medicines, knowledge),
        food=tuple((m, row) for m in medicines for row in m.profile.food),
        timing=tuple((m, row) for m in medicines for row in knowledge.tables.timing.get(m.id, ())),
        patient=patient,
        not_held=not_held(patient),
        missing_tables=knowledge.missing,
    )


def _unresolved(items: Sequence[Item], profiles: Mapping[str, Profile]) -> Iterable[Item]:
    for item in items:
        if not item.drugs:
            yield item
        elif not _held(item, profiles):
            yield replace(item, reason="not_in_tables")


def _held(item: Item, profiles: Mapping[str, Profile]) -> bool:
    return bool(item.drugs) and all(drug in profiles for drug in item.drugs)


def _medicines(
    items: Sequence[Item], profiles: Mapping[str, Profile], given: Mapping[int, Medication]
) -> Iterable[Medicine]:
    for line, item in enumerate(items):
        if _held(item, profiles):
            medication = _medication(item, given.get(line, Medication()))
            yield from (Medicine(line, item, profiles[drug], medication) for drug in item.drugs)


def _medication(item: Item, said: Medication) -> Medication:
    """What was said, else what the line says. A dose for several drugs is the dose of none."""
    dose = said.mg_per_day if said.mg_per_day is not None else item.mg_per_day
    return Medication(
        dose if len(item.drugs) == 1 else None,
        said.route or item.route or ("topical" if item.topical else None),
        said.separated_hours,
    )


def compare(a: Medicine, b: Medicine, knowledge: Knowledge, patient: Patient) -> Pair:
    """What the tables hold for two medicines, after patient, dose and route."""
    tables = knowledge.tables
    changed = InContext(knowledge.derive(a.profile, b.profile))
    if a.id != b.id:
        sides = {a.id: a.medication, b.id: b.medication}
        changed = apply_context(changed.derivation, tables.context, sides, patient)
    if any(_stays_local(m, knowledge) for m in (a, b)):
        changed = topical.cap(changed)
    state, reason, not_covered = _state(a, b, changed.derivation, knowledge)
    return Pair(
        a,
        b,
        state,
        changed.derivation.severity,
        changed.derivation,
        reason,
        not_covered,
        tuple(m.id for m in (a, b) if m.profile.drug.coverage != "full"),
        changed.applied,
        changed.questions,
        changed.capped_topical,
        tuple(m.id for m in (a, b) if m.topical and m.id in tables.still_systemic),
    )


def _stays_local(medicine: Medicine, knowledge: Knowledge) -> bool:
    return medicine.topical and topical.is_local(medicine.profile.drug, knowledge.tables)


def _state(
    a: Medicine, b: Medicine, derivation: Derivation, knowledge: Knowledge
) -> tuple[State, Reason | None, tuple[str, ...]]:
    if derivation.severity != "none":
        return "interaction", None, ()
    if knowledge.missing:
        return "not_checked", "table_missing", ()
    if derivation.findings:
        return "no_record", None, ()  # removed by a stated condition; `applied` says which
    bare = tuple(m.id for m in (a, b) if not m.profile.has_enzyme_data)
    if bare:
        return "not_checked", "no_enzyme_data", bare
    label = tuple(m.id for m in (a, b) if m.profile.drug.coverage == "label")
    return ("not_checked", "label_only", label) if label else ("no_record", None, ())


def rules_of_three(medicines: Iterable[Medicine], knowledge: Knowledge) -> tuple[ThreeDrugs, ...]:
    """Three-drug rules that hold; what stays on skin or eye takes no part."""
    taken = (m.profile for m in medicines if not _stays_local(m, knowledge))
    return tuple(ThreeDrugs(*held) for held in three_drugs.holding(taken, knowledge))
