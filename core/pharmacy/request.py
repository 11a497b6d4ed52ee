"""A list as a program asks for it: names or objects, with details beside them or in the context.

Knows: how a detail finds its drug. What cannot be told apart is refused, since the dose of one drug
must never be taken for that of another.
Does not know: JSON text, options, how anything is decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import BadInput
from core.pharmacy.checker import MOST_DRUGS, Check, check
from core.pharmacy.context import Medication, read_medication, read_patient, stricter
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.stated_words import without_unread
from core.terms.drug_list import Item, read_entry
from core.terms.drug_names import DrugNames, drug_names
from core.terms.folding import fold

SHAPE = '{"drugs": ["…"], "context": {}}'
LONGEST_NAME = 500
NAMED = ("name", "drug")
DETAILS = ("dose_mg", "route", "separated_hours")
Detail = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list; a name may hold several drugs."""

    text: str
    items: tuple[Item, ...]
    detail: Detail
    in_context: Detail = field(default_factory=dict)

    @property
    def drugs(self) -> tuple[str, ...]:
        return tuple(drug for item in self.items for drug in item.drugs)


def run(drugs: Sequence[Any], context: Mapping[str, Any], known: Knowledge) -> Check:
    """Checks names (or objects with `name`, `dose_mg`, `route`, `separated_hours`) in a context.

    `dose_mg` is the dose per day in mg. `context["drugs"]` may hold the same details, by place or
    by name. Where name, list and context disagree about a drug, the higher dose and the shorter
    separation count. `Check.unread` names what was stated in words that no row knows.
    """
    if len(drugs) > MOST_DRUGS:
        raise BadInput("error.list.too_many", n=len(drugs), most=MOST_DRUGS)
    names = drug_names()
    if names.problem:
        raise names.problem
    entries = [_entry(drug, names) for drug in drugs]
    for place, detail in _of_context(context.get("drugs"), entries, names):
        _add(entries[place], detail)
    items: list[Item] = []
    medications: dict[int, Medication] = {}
    for entry in entries:
        if entry.detail or entry.in_context:
            medications[len(items)] = _medication(entry)
        items.extend(entry.items)
    stated, unread = without_unread(context)
    return replace(check(items, known, read_patient(stated), medications), unread=unread)


def _add(entry: Entry, detail: Detail) -> None:
    """Keeps a detail of the context; refused where the context says two things about one drug."""
    for key, value in detail.items():
        if entry.in_context.setdefault(key, value) != value:
            raise BadInput("error.drug.twice", name=entry.text[:40])


def misshapen() -> BadInput:
    return BadInput("error.jsonl.shape", shape=SHAPE)


def _entry(drug: Any, names: DrugNames) -> Entry:
    text = _name(drug) if isinstance(drug, dict) else drug
    if not isinstance(text, str):
        raise misshapen()
    detail = _detail(drug) if isinstance(drug, dict) else {}
    if len(text) > LONGEST_NAME:  # cut, it could lose a drug unseen
        return Entry(text, (Item(text[:LONGEST_NAME], reason="unknown_name"),), detail)
    return Entry(text, read_entry(text, names), detail)


def _name(detail: Mapping[str, Any]) -> Any:
    names = [detail[key] for key in NAMED if detail.get(key) is not None]
    if len(names) > 1 and names[0] != names[1]:
        raise BadInput("error.drug.twice", name=str(names[0])[:40])
    return names[0] if names else None


def _detail(given: Mapping[str, Any]) -> Detail:
    """What is stated about a drug, without its name; an unknown key is refused."""
    for key in given:
        if key not in (*NAMED, *DETAILS):
            raise BadInput("error.drug.key", name=str(key)[:40], accepted=", ".join(DETAILS))
    return {key: given[key] for key in DETAILS if given.get(key) is not None}


def _of_context(
    details: Any, entries: Sequence[Entry], names: DrugNames
) -> Iterator[tuple[int, Detail]]:
    """Details with the place of their entry: by name where one is given, else in list order."""
    if details is None:
        return
    if isinstance(details, dict):
        details = [_named(name, _object(detail)) for name, detail in details.items()]
    if not isinstance(details, list):
        raise misshapen()
    for place, given in enumerate(details):
        detail, name = _object(given), _name(_object(given))
        if name is not None:
            yield _place(name, entries, names), _detail(detail)
        elif place < len(entries):
            yield place, _detail(detail)
        else:
            raise misshapen()


def _named(name: str, detail: Detail) -> Detail:
    """A detail under its name; refused where it names another drug itself."""
    if _name(detail) not in (None, name):
        raise BadInput("error.drug.twice", name=name[:40])
    return {**detail, "name": name}


def _object(detail: Any) -> Detail:
    if detail is not None and not isinstance(detail, dict):
        raise misshapen()
    return detail or {}


def _place(name: Any, entries: Sequence[Entry], names: DrugNames) -> int:
    """The one entry of this text, of this drug id, or of the drug that the name means."""
    if not isinstance(name, str):
        raise misshapen()
    drugs = tuple(d for item in read_entry(name[:LONGEST_NAME], names) for d in item.drugs)
    found = (
        [n for n, entry in enumerate(entries) if fold(entry.text) == fold(name)]
        or [n for n, entry in enumerate(entries) if name in entry.drugs]
        or [n for n, entry in enumerate(entries) if drugs and entry.drugs == drugs]
    )
    if len(found) != 1:
        raise BadInput("error.drug.unmatched", name=name[:40])
    return found[0]


def _medication(entry: Entry) -> Medication:
    """Refused where it is not clear which of several drugs is meant; a product has one route."""
    dosed = "dose_mg" in entry.detail or "dose_mg" in entry.in_context
    if len(entry.items) > 1 or (dosed and len(entry.drugs) > 1):
        raise BadInput("error.drug.several", name=entry.text[:40])
    said = stricter(read_medication(entry.detail), read_medication(entry.in_context))
    item = entry.items[0]
    spoken = "oral" if item.route == "oral" else None  # the rows ask for other routes
    in_name = Medication(item.mg_per_day if len(item.drugs) == 1 else None, spoken)
    return stricter(said, in_name)
