"""Derives the interaction between two drugs from rows and rules; `docs/pharmacy.md` tells how.

Knows: explicit rows first, then exposure by enzyme and transporter, effects, duplication, food.
Does not know: names as typed, the patient, more than two drugs. Dose, duration, formulation and
genetics are covered only where a row of `context.csv` exists.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.pharmacy import findings as found
from core.pharmacy.columns import SUBSTRATES
from core.pharmacy.exposure import exposure
from core.pharmacy.facts import (
    RANK,
    Drug,
    DuplicateGroup,
    Effect,
    EffectRule,
    EnzymeRole,
    FoodRow,
    Source,
    worst,
)
from core.pharmacy.findings import Derivation, Finding
from core.pharmacy.loading import Tables
from core.pharmacy.selectors import matches, tags, traits

HANDLED = {*SUBSTRATES, "prodrug_activated_by"}
# Foods that are also drugs of the tables, so that they can be typed into the list.
FOOD_AS_DRUG = {
    "alcohol": "alcohol",
    "grapefruit": "grapefruit",
    "tobacco": "smoking",
    "licorice": "licorice",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything the tables hold about one drug, ready to be compared with another.

    `first` and `second` are bit sets over the effect rules: bit n says that the selector on that
    side of rule n names this drug. `of_three`: the same for the sides of three-drug rules.
    """

    drug: Drug
    acts: tuple[EnzymeRole, ...] = ()
    suffers: tuple[EnzymeRole, ...] = ()
    effects: dict[str, Effect] = field(default_factory=dict)
    first: int = 0
    second: int = 0
    of_three: tuple[int, int, int] = (0, 0, 0)
    duplicate: DuplicateGroup | None = None
    food: tuple[FoodRow, ...] = ()
    has_enzyme_data: bool = False


def profile(drug: Drug, tables: Tables) -> Profile:
    roles = tables.roles.get(drug.id, ())
    effects = tables.effects.get(drug.id, {})
    held = traits(drug, effects, tables.classes)

    def named(selectors: Iterable[str]) -> int:
        return sum(1 << bit for bit, one in enumerate(selectors) if matches(one, held))

    three = tables.three_drug_rules
    return Profile(
        drug=drug,
        acts=tuple(r for r in roles if r.role in {"inhibitor", "inducer"}),
        suffers=tuple(r for r in roles if r.role in HANDLED),
        effects=effects,
        first=named(rule.first for rule in tables.effect_rules),
        second=named(rule.second for rule in tables.effect_rules),
        of_three=(
            named(rule.selectors[0] for rule in three),
            named(rule.selectors[1] for rule in three),
            named(rule.selectors[2] for rule in three),
        ),
        duplicate=tables.duplicates.get(drug.drug_class),
        food=tables.food.get(drug.id, ()),
        has_enzyme_data=_has_enzyme_data(drug, tables),
    )


def _has_enzyme_data(drug: Drug, tables: Tables) -> bool:
    """Rows of its own, or for a combination rows of each component ("no role" is a row too)."""
    parts = drug.components
    return drug.id in tables.roles or bool(parts) and all(p in tables.roles for p in parts)


class Deriver:
    """Compares two profiles by the rules of one set of tables."""

    def __init__(self, tables: Tables, profiles: dict[str, Profile]) -> None:
        self.tables = tables
        self.profiles = profiles

    def pair(self, a: Profile, b: Profile) -> Derivation:
        """All findings between two drugs, their components included, and the deciding one."""
        everything: list[Finding] = []
        heads: list[Finding] = []
        whole = self.single(a, b)
        decided = any(f.kind == "pair_row" for f in whole)
        for x in self._parts(a):
            for y in self._parts(b):
                here = whole if (x, y) == (a, b) else self.single(x, y)
                everything.extend(here)
                same = any(f.kind == "same_ingredient" for f in here)
                head = found.headline(here)
                if head and (not decided or here is whole or same):
                    heads.append(head)
        if not everything:
            return found.NOTHING
        everything.sort(key=lambda f: (-RANK[f.severity], f.row is None))
        decided_by = max(heads, key=lambda f: RANK[f.severity], default=None)
        severity = decided_by.severity if decided_by else "none"
        return Derivation(severity, decided_by, tuple(everything))

    def _parts(self, p: Profile) -> tuple[Profile, ...]:
        components = p.drug.components
        return (p, *(self.profiles[c] for c in components)) if components else (p,)

    def single(self, a: Profile, b: Profile) -> tuple[Finding, ...]:
        """Findings between two substances, combinations not taken apart."""
        if a.drug.id == b.drug.id:
            return (_same_ingredient(a),)
        return (
            *_duplicate_group(a, b),
            *self._explicit(a, b),
            *_food(a, b),
            *_food(b, a),
            *self.exposure(a, b),
            *self.exposure(b, a),
            *self._effects(a, b),
        )

    def _explicit(self, a: Profile, b: Profile) -> tuple[Finding, ...]:
        """The most specific row; of several class rows the strictest."""
        rows = self.tables.pairs.get(frozenset((a.drug.id, b.drug.id)))
        if not rows:
            return ()
        specificity = max(row.specificity for row in rows)
        row = max(
            (row for row in rows if row.specificity == specificity),
            key=lambda row: RANK[row.severity],
        )
        return (
            Finding(
                kind="pair_row" if specificity == 2 else "class_row",
                family=row.family,
                severity=row.severity,
                rule=row.id,
                between=(a.drug.id, b.drug.id),
                evidence=row.evidence,  # type: ignore[arg-type]  # checked on load
                sources=(row.source,),
                effect=row.effect,
                management=row.management,
                row=row,
            ),
        )

    def exposure(self, by: Profile, on: Profile) -> list[Finding]:
        """`by` inhibits or induces an enzyme or transporter that handles `on`."""
        return exposure(by.drug, by.acts, on.drug, on.suffers, self.tables.exposure_rules)

    def _effects(self, a: Profile, b: Profile) -> list[Finding]:
        """The strictest rule of each group; a group may be silenced by another that applies."""
        hits = (a.first & b.second) | (b.first & a.second)
        best: dict[str, EffectRule] = {}
        while hits:
            bit = (hits & -hits).bit_length() - 1
            hits &= hits - 1
            rule = self.tables.effect_rules[bit]
            key = rule.first if rule.group == "additive" else rule.group
            if key not in best or RANK[rule.severity] > RANK[best[key].severity]:
                best[key] = rule
        return [
            Finding(
                kind="effect",
                family="absorption" if rule.group in {"chelation", "binder", "acid"} else "effect",
                severity=rule.severity,
                rule=rule.id,
                between=(a.drug.id, b.drug.id),
                evidence="derived",
                sources=(rule.source, *_tag_sources(rule.first, rule.second, a, b)),
                effect=rule.effect,
                management=rule.management,
                group=rule.group,
                tags=tuple(dict.fromkeys(tags(rule.first) + tags(rule.second))),
            )
            for rule in best.values()
            if not (rule.suppressed_by and rule.suppressed_by in best)
        ]


def _tag_sources(first: str, second: str, a: Profile, b: Profile) -> tuple[Source, ...]:
    used = tags(first) + tags(second)
    return tuple(
        dict.fromkeys(p.effects[tag].source for p in (a, b) for tag in used if tag in p.effects)
    )


def _same_ingredient(p: Profile) -> Finding:
    return Finding(
        kind="same_ingredient",
        family="duplicate",
        severity="major",
        rule="same_ingredient",
        between=(p.drug.id, p.drug.id),
        evidence="convention",
    )


def _duplicate_group(a: Profile, b: Profile) -> tuple[Finding, ...]:
    if not (a.duplicate and b.duplicate and a.duplicate.group == b.duplicate.group):
        return ()
    return (
        Finding(
            kind="duplicate_group",
            family="duplicate",
            severity=worst([a.duplicate.severity, b.duplicate.severity]),
            rule=f"duplicate:{a.duplicate.group}",
            between=(a.drug.id, b.drug.id),
            evidence="convention",
            sources=(a.duplicate.source,),
            group=a.duplicate.group,
        ),
    )


def _food(eaten_with: Profile, food: Profile) -> tuple[Finding, ...]:
    kind = FOOD_AS_DRUG.get(food.drug.id)
    return tuple(
        Finding(
            kind="food",
            family="food",
            severity=row.severity,
            rule=f"food:{eaten_with.drug.id}:{row.food}",
            between=(eaten_with.drug.id, food.drug.id),
            evidence="established",
            sources=(row.source,),
            effect=row.detail,
        )
        for row in eaten_with.food
        if kind and row.food == kind
    )
