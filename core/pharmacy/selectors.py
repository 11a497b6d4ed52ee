"""How rules name drugs: `drug:x`, `class:x`, `tag:x`, `tag:x=strong`, `ti:x`.

`+` joins conditions that must all hold, `/` joins alternatives. Knows only which drugs a selector
names, not what follows from it.
"""

from collections.abc import Collection, Mapping
from functools import cache

from core.pharmacy.facts import Drug, Effect

Classes = dict[str, frozenset[str]]


def members(selector: str, classes: Classes) -> frozenset[str]:
    """The drugs of a plain `drug:` or `class:` selector."""
    kind, _, name = selector.partition(":")
    return frozenset((name,)) if kind == "drug" else classes[name]


def names_drugs(selector: str, drugs: Collection[str], classes: Collection[str]) -> bool:
    """Is it a plain `drug:` or `class:` selector, as `members` needs?"""
    kind, _, name = selector.partition(":")
    return name in {"drug": drugs, "class": classes}.get(kind, ())


def selector_is_valid(selector: str, drugs: Collection[str], classes: Collection[str]) -> bool:
    return all(
        _part_is_valid(part, drugs, classes)
        for choice in selector.split("/")
        for part in choice.split("+")
    )


def _part_is_valid(part: str, drugs: Collection[str], classes: Collection[str]) -> bool:
    kind, _, name = part.partition(":")
    if kind == "drug":
        return name in drugs
    if kind == "class":
        return name in classes
    return bool(name) and kind in {"tag", "ti"}


def traits(drug: Drug, effects: Mapping[str, Effect], classes: Classes) -> frozenset[str]:
    """Every plain selector that names this drug."""
    return frozenset(
        (
            f"drug:{drug.id}",
            f"ti:{drug.therapeutic_index}",
            *(f"class:{name}" for name, held in classes.items() if drug.id in held),
            *(f"tag:{tag}" for tag in effects),
            *(f"tag:{tag}={effect.grade}" for tag, effect in effects.items()),
        )
    )


def matches(selector: str, held: frozenset[str]) -> bool:
    """Does a selector name the drug that has these traits?"""
    return any(map(held.issuperset, _choices(selector)))


@cache  # the selectors of the rules, read once and not once for each drug
def _choices(selector: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(choice.split("+")) for choice in selector.split("/"))


def tags(selector: str) -> tuple[str, ...]:
    """The effect tags that a selector reads."""
    parts = selector.replace("/", "+").split("+")
    return tuple(p.removeprefix("tag:").partition("=")[0] for p in parts if p.startswith("tag:"))
