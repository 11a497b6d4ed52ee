"""Rules that hold only for three drugs together.

Knows: which drugs of a list take part in which rule. A product and its own component are one drug.
Does not know: lines, routes, patients; who calls leaves out what stays on the skin.
"""

from collections.abc import Iterable, Iterator, Sequence

from core.pharmacy.derivation import Profile
from core.pharmacy.facts import ThreeDrugRule
from core.pharmacy.knowledge import Knowledge

Triple = tuple[str, str, str]
Held = tuple[ThreeDrugRule, Triple, tuple[str, ...]]


def holding(drugs: Iterable[Profile], knowledge: Knowledge) -> Iterator[Held]:
    """Each rule that holds, with one triple for it and everything that takes part."""
    substances = _substances(drugs, knowledge)
    for bit, rule in enumerate(knowledge.tables.three_drug_rules):
        named = [[s for s in substances if s.of_three[side] >> bit & 1] for side in range(3)]
        triple = _triple(named)
        if triple:
            yield rule, triple, _members(named, triple)


def _substances(drugs: Iterable[Profile], knowledge: Knowledge) -> list[Profile]:
    """Every drug once, products first, with the components of products."""
    found: dict[str, Profile] = {}
    for profile in drugs:
        if profile.drug.id not in found:
            found[profile.drug.id] = profile
            found |= {part: knowledge.profiles[part] for part in profile.drug.components}
    return sorted(found.values(), key=lambda p: (not p.drug.components, p.drug.id))


def _triple(named: Sequence[Sequence[Profile]]) -> Triple | None:
    return next(
        (
            (x.drug.id, y.drug.id, z.drug.id)
            for x in named[0]
            for y in named[1]
            if _apart(x, y)
            for z in named[2]
            if _apart(x, z) and _apart(y, z)
        ),
        None,
    )


def _apart(x: Profile, y: Profile) -> bool:
    """Two drugs, neither of which holds the other."""
    return x is not y and x.drug.id not in y.drug.components and y.drug.id not in x.drug.components


def _members(named: Sequence[Sequence[Profile]], triple: Triple) -> tuple[str, ...]:
    """Every drug of some triple; of a product and its component only one is named."""
    taking_part = {
        drug.drug.id: drug
        for side, drugs in enumerate(named)
        for drug in drugs
        if _triple([*named[:side], [drug], *named[side + 1 :]])
    }
    inside = {part for drug in taking_part.values() for part in drug.drug.components}
    return tuple(sorted((taking_part.keys() - inside) | {*triple}))
