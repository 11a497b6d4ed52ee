"""The list a pharmacist is working on: lines, doses, patient, label drugs, overrides.

Knows: how it changes and how it goes to disk and back. A value, so every change gives a new list.
Each line has a random id of its own, which says which line is meant after another one was removed.
Does not know: screens, storage, grades.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from core.pharmacy.context import Medication
from core.pharmacy.derivation import Profile
from core.pharmacy.label_text import LabelFact, label_drug
from core.pharmacy.overrides import Override
from core.terms.drug_list import Item, read_name
from core.terms.drug_names import DrugNames

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the item as read, and dose and route as they stand now.

    What the text said of dose and route is taken over once, when the line is added (`read`), and
    is not in `item` any more, so that a person can clear what was misread.
    """

    item: Item
    medication: Medication = Medication()
    id: str = ""

    @classmethod
    def read(cls, item: Item) -> "Line":
        route = item.route or ("topical" if item.topical else None)
        bare = replace(item, mg_per_day=None, route=None, topical=False)
        return cls(bare, Medication(item.mg_per_day, route), secrets.token_hex(4))


@dataclass(frozen=True, slots=True)
class LabelDrug:
    """A drug known only from label sentences that a person confirmed."""

    id: str
    name: str
    facts: tuple[LabelFact, ...]


@dataclass(frozen=True, slots=True)
class Worklist:
    """Immutable; `patient` holds stated values by the keys of `context.Patient`."""

    lines: tuple[Line, ...] = ()
    patient: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[LabelDrug, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)
    heard: tuple[str, ...] = ()
    group: str = ""  # the record group of its decisions, once there is one
    question: str = ""  # what was asked about it last

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(line.item for line in self.lines)

    @property
    def medications(self) -> dict[int, Medication]:
        return {n: line.medication for n, line in enumerate(self.lines)}

    @property
    def extra(self) -> dict[str, Profile]:
        return {label.id: label_drug(label.id, label.name, label.facts) for label in self.labels}

    @property
    def room(self) -> int:
        """How many more lines fit."""
        return MOST_LINES - len(self.lines)

    def add(self, items: tuple[Item, ...]) -> "Worklist":
        """Appends lines, as many as there is room for; the caller tells when some did not fit."""
        return replace(self, lines=self.lines + tuple(map(Line.read, items[: self.room])))

    def add_label(self, name: str, facts: tuple[LabelFact, ...]) -> "Worklist":
        """Appends a drug known from its label, if there is room."""
        if not self.room:
            return self
        last = max((int(label.id.removeprefix("label-")) for label in self.labels), default=0)
        label = LabelDrug(f"label-{last + 1}", name, facts)
        item = Item(name, (label.id,), "from_label")
        return replace(self.add((item,)), labels=(*self.labels, label))

    def place(self, line: str) -> int | None:
        """Where the line with this id stands now."""
        return next((n for n, held in enumerate(self.lines) if held.id == line), None)

    def choose(self, line: int, drug: str) -> "Worklist":
        """The person says which drug an unresolved line means."""
        item = replace(self.lines[line].item, drugs=(drug,), how="chosen", reason=None, near=())
        return self._with(line, replace(self.lines[line], item=item))

    def state(self, line: int, medication: Medication) -> "Worklist":
        return self._with(line, replace(self.lines[line], medication=medication))

    def _with(self, line: int, new: Line) -> "Worklist":
        return replace(self, lines=(*self.lines[:line], new, *self.lines[line + 1 :]))

    def drop(self, line: int) -> "Worklist":
        """Without one line, and without overrides and label facts of drugs gone with it."""
        lines = (*self.lines[:line], *self.lines[line + 1 :])
        left = Counter(drug for kept in lines for drug in set(kept.item.drugs))
        overrides = {k: v for k, v in self.overrides.items() if Counter(k.split("+")) <= left}
        labels = tuple(label for label in self.labels if label.id in left)
        return replace(self, lines=lines, labels=labels, overrides=overrides)

    def without_recorded(self) -> "Worklist":
        """Without the decisions that stand in a record."""
        kept = {pair: given for pair, given in self.overrides.items() if not given.entry}
        return replace(self, overrides=kept, group="")

    def override(self, pair: str, override: Override | None) -> "Worklist":
        kept = {key: value for key, value in self.overrides.items() if key != pair}
        return replace(self, overrides=kept if override is None else {**kept, pair: override})

    def hear(self, nonce: str) -> "Worklist":
        """Remembers a choice of the name field, so that it is not added a second time."""
        return replace(self, heard=(*self.heard, nonce)[-16:]) if nonce else self

    def ask(self, question: str) -> "Worklist":
        return replace(self, question=question)

    def about(self, patient: Mapping[str, Any]) -> "Worklist":
        return replace(self, patient=dict(patient))


def from_names(names: list[str], index: DrugNames) -> Worklist:
    """A list from plain names, as a demo case holds them."""
    return Worklist().add(tuple(read_name(name, index) for name in names))


def dump(worklist: Worklist) -> dict[str, Any]:
    """Plain data for the draft store."""
    plain = asdict(worklist)
    for override in plain["overrides"].values():
        override["when"] = override["when"].isoformat()
    return plain


def restore(plain: Mapping[str, Any]) -> Worklist:
    """A list from the draft store; `TypeError`, `KeyError` or `ValueError` for another shape."""
    return Worklist(
        lines=tuple(
            Line(_item(line["item"]), Medication(**line["medication"]), line["id"])
            for line in plain["lines"]
        ),
        patient={key: _tuple(value) for key, value in plain["patient"].items()},
        labels=tuple(
            LabelDrug(label["id"], label["name"], tuple(LabelFact(**f) for f in label["facts"]))
            for label in plain["labels"]
        ),
        overrides={key: _override(value) for key, value in plain["overrides"].items()},
        heard=tuple(plain["heard"]),
        group=plain.get("group", ""),
        question=str(plain.get("question", "")),
    )


def _item(plain: Mapping[str, Any]) -> Item:
    return Item(**{key: _tuple(value) for key, value in plain.items()})


def _override(plain: Mapping[str, Any]) -> Override:
    when = datetime.fromisoformat(plain["when"])
    return Override(**{**plain, "when": when})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
