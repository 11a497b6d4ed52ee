"""The rows that answer a question about the list: collected, never written.

Knows: whose rows are meant (medicines named in the question, else the whole list), which tables
hold what is asked, and for which medicines they hold nothing.
Does not know: words for a screen (`answer_rows`), the model (`reply`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from core.pharmacy.checker import Check, Medicine, Pair, ThreeDrugs, compare, rules_of_three
from core.pharmacy.derivation import FOOD_AS_DRUG
from core.pharmacy.facts import ContextRow, EnzymeRole, FoodRow, TimingRow
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.question import Question, read_question
from core.pharmacy.question_words import EVERY_FOOD, Topic
from core.terms.drug_list import Item

# Topics that pairs answer. A question for a dose, or whether to stop, gets their management.
OF_PAIRS: tuple[Topic, ...] = ("interaction", "mechanism", "management", "order")
OF_A_MEAL = ("food", "high_fat", "high_protein")
CONDITIONS = {
    "renal": ("renal_impairment", "crcl_below", "egfr_at_least"),
    "hepatic": ("hepatic_impairment",),
    "age": ("age_below_days",),
    "potassium": ("potassium_above",),
}
NOT_A_LINE = -1  # a medicine of the question that is not on the list


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tables hold on a question. `silent`: topics on which they hold nothing for whom.

    `pairs` interact; `clear` were compared and no row holds; `unchecked` could not be compared.
    `beside`: the list, which a single named medicine meets.
    `left_out`: lines that are no known medicine, where the whole list is meant.
    """

    question: Question
    medicines: tuple[Medicine, ...]
    beside: tuple[Medicine, ...] = ()
    timing: tuple[tuple[Medicine, TimingRow], ...] = ()
    food: tuple[tuple[Medicine, FoodRow], ...] = ()
    enzymes: tuple[tuple[Medicine, EnzymeRole], ...] = ()
    pairs: tuple[Pair, ...] = ()
    clear: tuple[Pair, ...] = ()
    unchecked: tuple[Pair, ...] = ()
    three: tuple[ThreeDrugs, ...] = ()
    context: tuple[ContextRow, ...] = ()
    silent: tuple[tuple[Topic, tuple[str, ...]], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether at least one row answers."""
        return any((self.timing, self.food, self.enzymes, self.pairs, self.three, self.context))


def answer(text: str, check: Check, knowledge: Knowledge) -> Answer:
    """Collects the rows that answer; `BadInput` for a question that is too long."""
    question = read_question(text, check.medicines)
    about = _about(question, check, knowledge)
    timing = tuple(_timing(about, knowledge)) if question.asks("timing") else ()
    food = tuple(_food(question, about))
    enzymes = tuple(_enzymes(about)) if question.asks("enzymes") else ()
    compared = _pairs(question, about, check, knowledge)
    return Answer(
        question=question,
        medicines=about,
        beside=check.medicines if len(question.named) < 2 else (),
        timing=timing,
        food=food,
        enzymes=enzymes,
        pairs=tuple(pair for pair in compared if pair.state == "interaction"),
        clear=tuple(pair for pair in compared if pair.state == "no_record"),
        unchecked=tuple(pair for pair in compared if pair.state == "not_checked"),
        three=_three(question, about, check, knowledge),
        context=tuple(_context(question, about, check, knowledge)),
        silent=tuple(_silent(question, about, timing, food, enzymes)),
        left_out=() if question.named else tuple(item.text for item in check.unresolved),
    )


def _about(question: Question, check: Check, knowledge: Knowledge) -> tuple[Medicine, ...]:
    """Medicines named in the question, on the list or not; none named means all of the list."""
    listed = {medicine.id: medicine for medicine in reversed(check.medicines)}
    if not question.named:
        return () if question.unknown else tuple(reversed(listed.values()))
    return tuple(
        listed.get(drug) or _beside(drug, knowledge)
        for drug in question.named
        if drug in listed or drug in knowledge.profiles
    )


def _beside(drug: str, knowledge: Knowledge) -> Medicine:
    return Medicine(NOT_A_LINE, Item(drug, (drug,), "in_text"), knowledge.profiles[drug])


def _timing(
    about: tuple[Medicine, ...], knowledge: Knowledge
) -> Iterable[tuple[Medicine, TimingRow]]:
    for medicine in about:
        for row in knowledge.tables.timing.get(medicine.id, ()):
            yield medicine, row


def _food(question: Question, about: tuple[Medicine, ...]) -> Iterable[tuple[Medicine, FoodRow]]:
    """Rows on the foods that are asked for; a question for meals takes those on meals."""
    kinds = {*question.foods, *(OF_A_MEAL if question.asks("timing") else ())}
    for medicine in about:
        for row in medicine.profile.food:
            if row.food in kinds or EVERY_FOOD in kinds:
                yield medicine, row


def _enzymes(about: tuple[Medicine, ...]) -> Iterable[tuple[Medicine, EnzymeRole]]:
    for medicine in about:
        for role in (*medicine.profile.acts, *medicine.profile.suffers):
            yield medicine, role


def _pairs(
    question: Question, about: tuple[Medicine, ...], check: Check, knowledge: Knowledge
) -> tuple[Pair, ...]:
    """The pairs that are meant, each two drugs once, the worst first."""
    found = [*_with_foods(question, about, check, knowledge)]
    if question.asks(*OF_PAIRS):
        found += _among(question, about, check, knowledge)
    once: dict[str, Pair] = {}
    for pair in sorted(found, key=lambda pair: (*pair.derivation.place, pair.key)):
        once.setdefault(pair.key, pair)
    return tuple(once.values())


def _among(
    question: Question, about: tuple[Medicine, ...], check: Check, knowledge: Knowledge
) -> Iterable[Pair]:
    """Two or more named: among them. One named: with the list. None named: all of the list."""
    if len(question.named) > 1:
        return _compared(combinations(about, 2), check, knowledge)
    of_the_food = question.foods and not question.asks("management", "order")
    if of_the_food or question.unknown:
        return ()  # what is asked is the food, or a medicine that no table holds
    if not question.named:
        return check.pairs
    others = (m for m in check.medicines if m.id not in question.named)
    return _compared(((one, other) for one in about for other in others), check, knowledge)


def _with_foods(
    question: Question, about: tuple[Medicine, ...], check: Check, knowledge: Knowledge
) -> Iterable[Pair]:
    """Foods that are also drugs of the tables meet each medicine; a food row is shown as such."""
    drugs = [drug for drug, kind in FOOD_AS_DRUG.items() if kind in question.foods]
    foods = [_beside(drug, knowledge) for drug in drugs if drug in knowledge.profiles]
    both = ((one, food) for one in about for food in foods if one.id != food.id)
    return [
        pair
        for pair in _compared(both, check, knowledge)
        if pair.decided_by is None or pair.decided_by.kind != "food"
    ]


def _compared(
    both: Iterable[tuple[Medicine, Medicine]], check: Check, knowledge: Knowledge
) -> list[Pair]:
    """Pairs of the check where they stand in it, with what was stated for their lines."""
    held: dict[str, list[Pair]] = {}
    for pair in check.pairs:
        held.setdefault(pair.key, []).append(pair)
    pairs: list[Pair] = []
    for one, other in both:
        key = "+".join(sorted((one.id, other.id)))
        pairs += held.get(key) or [compare(one, other, knowledge, check.patient)]
    return pairs


def _three(
    question: Question, about: tuple[Medicine, ...], check: Check, knowledge: Knowledge
) -> tuple[ThreeDrugs, ...]:
    """Three-drug rules in which a named medicine takes part, or all of the list."""
    of_the_food = question.foods and not question.asks("management", "order")
    if not question.asks(*OF_PAIRS) or not about or question.unknown or of_the_food:
        return ()
    if not question.named:
        return check.three_drugs
    named = set(question.named)
    taken = about if len(about) > 1 else (*about, *check.medicines)
    once = {medicine.id: medicine for medicine in taken}
    return tuple(
        held
        for held in rules_of_three(once.values(), knowledge)
        if named & set(held.members) and (len(about) == 1 or set(held.drugs) <= named)
    )


def _context(
    question: Question, about: tuple[Medicine, ...], check: Check, knowledge: Knowledge
) -> Iterable[ContextRow]:
    """Conditions that change a grade between medicines of the question and of the list."""
    asked = {condition for kind in question.patient for condition in CONDITIONS.get(kind, ())}
    named = {medicine.id for medicine in about}
    others = check.medicines if len(question.named) < 2 else ()
    beside = named | {medicine.id for medicine in others}
    for row in knowledge.tables.context if asked else ():
        one_way = row.first & named and row.second & beside
        if row.condition in asked and (one_way or (row.first & beside and row.second & named)):
            yield row


def _silent(
    question: Question,
    about: tuple[Medicine, ...],
    timing: tuple[tuple[Medicine, TimingRow], ...],
    food: tuple[tuple[Medicine, FoodRow], ...],
    enzymes: tuple[tuple[Medicine, EnzymeRole], ...],
) -> Iterable[tuple[Topic, tuple[str, ...]]]:
    """Medicines for which a topic of one medicine has no row; pairs say it of themselves."""
    kinds = set(question.foods) - set(FOOD_AS_DRUG.values())
    held: dict[Topic, set[str]] = {
        "timing": {medicine.id for medicine, _ in timing},
        "food": {m.id for m, row in food if row.food in kinds or EVERY_FOOD in kinds},
        "enzymes": {medicine.id for medicine, _ in enzymes},
    }
    for topic, drugs in held.items():
        left = tuple(medicine.id for medicine in about if medicine.id not in drugs)
        if question.asks(topic) and left and (topic != "food" or kinds):
            yield topic, left
