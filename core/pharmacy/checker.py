"""Checks a medicine list: every pair, three-drug rules, food and timing, with nothing left silent.

Knows: the three states of a pair (interaction found; checked, no row; not checked, with reason).
"No row" is a statement about the tables and never the word "safe".
Does not know: screens, files, the network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from core.pharmacy import context as in_context
from core.pharmacy.context import Applied, InContext, Medication, Patient, Question
from core.pharmacy.derivation import Profile
from core.pharmacy.facts import (
    RANK,
    ContextRow,
    FoodRow,
    Severity,
    ThreeDrugRule,
    TimingRow,
    worst,
)
from core.pharmacy.findings import Derivation, Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.selectors import matches
from core.terms.drug_list import Item

State = Literal["interaction", "no_record", "not_checked"]
Reason = Literal["no_enzyme_data", "table_missing"]
MOST_DRUGS = 250  # a list longer than this is refused whole, with its length named


@dataclass(frozen=True, slots=True)
class Medicine:
    """One drug of the list: a line may hold several (a fixed combination written as its parts)."""

    line: int
    item: Item
    profile: Profile
    medication: Medication
    topical: bool = False

    @property
    def id(self) -> str:
        return self.profile.drug.id


@dataclass(frozen=True, slots=True)
class Pair:
    """Two medicines, what was found, and what could not be checked.

    `severity` is after patient, dose and route; `derivation.severity` before them.
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
    missing_tables: tuple[str, ...] = field(default=())

    @property
    def severity(self) -> Severity:
        """The highest grade found, `none` when none was found."""
        three = tuple(t.rule.severity for t in self.three_drugs)
        return worst(tuple(p.severity for p in self.pairs) + three)

    @property
    def complete(self) -> bool:
        return not (
            self.unresolved
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
    `extra` holds drugs read from a label, by id.
    """
    patient = patient or Patient()
    profiles = {**knowledge.profiles, **extra} if extra else knowledge.profiles
    medicines = tuple(_medicines(items, profiles, medications or {}))
    pairs = [
        _pair(a, b, knowledge, patient) for a, b in combinations(medicines, 2) if a.line != b.line
    ]
    pairs.sort(key=_order)
    return Check(
        medicines=medicines,
        unresolved=tuple(item for item in items if not _resolved(item, profiles)),
        pairs=tuple(pairs),
        three_drugs=_three_drugs(medicines, knowledge),
        food=tuple((m, row) for m in medicines for row in m.profile.food),
        timing=tuple((m, row) for m in medicines for row in knowledge.tables.timing.get(m.id, ())),
        patient=patient,
        not_held=in_context.not_held(patient),
        missing_tables=knowledge.missing,
    )


def _resolved(item: Item, profiles: Mapping[str, Profile]) -> bool:
    return bool(item.drugs) and all(drug in profiles for drug in item.drugs)


def _medicines(
    items: Sequence[Item], profiles: Mapping[str, Profile], given: Mapping[int, Medication]
) -> list[Medicine]:
    medicines = []
    for line, item in enumerate(items):
        if not _resolved(item, profiles):
            continue
        said = given.get(line, Medication())
        medication = Medication(
            said.mg_per_day if said.mg_per_day is not None else item.mg_per_day,
            said.route or item.route,
            said.separated_hours,
        )
        topical = medication.route == "topical" if medication.route else item.topical
        medicines += [Medicine(line, item, profiles[d], medication, topical) for d in item.drugs]
    return medicines


def _pair(a: Medicine, b: Medicine, knowledge: Knowledge, patient: Patient) -> Pair:
    derivation = knowledge.derive(a.profile, b.profile)
    rows = _context_rows(a.id, b.id, knowledge.tables.context) if a.id != b.id else ()
    changed = InContext(derivation)
    if rows:
        sides = {a.id: a.medication, b.id: b.medication}
        changed = in_context.apply_context(derivation, rows, sides, patient)
    exceptions = tuple(
        m.id for m in (a, b) if m.topical and m.id in knowledge.tables.still_systemic
    )
    # Without the table of exceptions nothing may be lowered for being topical.
    known = "topical_exceptions" not in knowledge.tables.problems
    topical = known and any(m.topical and m.id not in exceptions for m in (a, b))
    changed = in_context.cap_topical(changed, topical)
    state, reason, not_covered = _state(a, b, changed.derivation, knowledge)
    return Pair(
        a,
        b,
        state,
        changed.derivation.severity,
        changed.derivation,
        reason,
        not_covered,
        _partly_covered(a, b),
        changed.applied,
        changed.questions,
        changed.capped_topical,
        exceptions,
    )


def _state(
    a: Medicine, b: Medicine, derivation: Derivation, knowledge: Knowledge
) -> tuple[State, Reason | None, tuple[str, ...]]:
    if derivation.severity != "none":
        return "interaction", None, ()
    if derivation.findings:
        return "no_record", None, ()  # a stated condition removed the grade; `applied` says which
    if knowledge.missing:
        return "not_checked", "table_missing", ()
    bare = tuple(m.id for m in (a, b) if not m.profile.has_enzyme_data)
    return ("not_checked", "no_enzyme_data", bare) if bare else ("no_record", None, ())


def _partly_covered(a: Medicine, b: Medicine) -> tuple[str, ...]:
    return tuple(m.id for m in (a, b) if m.profile.drug.coverage != "full")


def _context_rows(a: str, b: str, rows: tuple[ContextRow, ...]) -> tuple[ContextRow, ...]:
    return tuple(
        row
        for row in rows
        if (a in row.first and b in row.second) or (b in row.first and a in row.second)
    )


def _order(pair: Pair) -> tuple[int, int, int, str]:
    """Severity, then evidence, then whether there is something to do."""
    weight = {
        "established": 0,
        "probable": 1,
        "suspected": 2,
        "convention": 3,
        "derived": 3,
        "label": 4,
    }
    decided = pair.decided_by
    evidence = weight[decided.evidence] if decided else 9
    return (-RANK[pair.severity], evidence, 0 if decided and decided.management else 1, pair.key)


def _three_drugs(medicines: Sequence[Medicine], knowledge: Knowledge) -> tuple[ThreeDrugs, ...]:
    """Three-drug rules over the substances of the list, components of combinations included."""
    profiles = knowledge.profiles
    substances = sorted(
        {s for m in medicines for s in (m.id, *m.profile.drug.components) if s in profiles}
    )
    return tuple(
        found
        for rule in knowledge.tables.three_drug_rules
        if (found := _holds(rule, substances, knowledge))
    )


def _holds(rule: ThreeDrugRule, substances: list[str], knowledge: Knowledge) -> ThreeDrugs | None:
    named = [
        [s for s in substances if _named(selector, knowledge.profiles[s], knowledge)]
        for selector in rule.selectors
    ]
    triples = (
        (x, y, z) for x in named[0] for y in named[1] if y != x for z in named[2] if z not in (x, y)
    )
    first = next(triples, None)
    if first is None:
        return None
    members = {*first}
    for triple in triples:
        members.update(triple)
        if len(members) == len({*named[0], *named[1], *named[2]}):
            break
    return ThreeDrugs(rule, first, tuple(sorted(members)))


def _named(selector: str, profile: Profile, knowledge: Knowledge) -> bool:
    return matches(selector, profile.drug, profile.effects, knowledge.tables.classes)
