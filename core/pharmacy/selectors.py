"""How rules name drugs: `drug:x`, `class:x`, `tag:x`, `tag:x=strong`, `ti:x`.

`+` joins conditions that must all hold, `/` joins alternatives. Knows only which drugs a selector
names, not what follows from it.
"""

from collections.abc import Collection, Mapping

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


def matches(selector: str, drug: Drug, effects: Mapping[str, Effect], classes: Classes) -> bool:
    """Does a selector name this drug?"""
    return any(
        all(_part_matches(part, drug, effects, classes) for part in choice.split("+"))
        for choice in selector.split("/")
    )


def _part_matches(part: str, drug: Drug, effects: Mapping[str, Effect], classes: Classes) -> bool:
    kind, _, name = part.partition(":")
    if kind == "drug":
        return drug.id == name
    if kind == "class":
        return drug.id in classes[name]
    if kind == "ti":
        return drug.therapeutic_index == name
    tag, _, grade = name.partition("=")
    return tag in effects and (not grade or effects[tag].grade == grade)


def tags(selector: str) -> tuple[str, ...]:
    """The effect tags that a selector reads."""
    parts = selector.replace("/", "+").split("+")
    return tuple(p.removeprefix("tag:").partition("=")[0] for p in parts if p.startswith("tag:"))
