"""An answer in words: each row with its id, sentences, source and mark, and what is not held.

Knows: one shape for page, command line and model. Sentences are those of the tables, as on the
cards. Does not know: screens; nothing here decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from core.i18n import Text
from core.pharmacy import pair_text
from core.pharmacy.asking import CONDITIONS, OF_PAIRS, Answer
from core.pharmacy.checker import Medicine, Pair, ThreeDrugs
from core.pharmacy.facts import ContextRow, EnzymeRole, FoodRow, Severity, Source, TimingRow
from core.pharmacy.question_words import EVERY_FOOD
from core.pharmacy.wording import Words

MOST_NAMED = 12  # pairs without a row that are named; of more the number is said
NOT_IN_ANY_TABLE = ("pregnant", "breast_feeding", "age")
NAME_OF = {"renal": "renal_impairment", "hepatic": "hepatic_impairment", "potassium": "potassium"}

RowKind = Literal["timing", "food", "enzyme", "pair", "three", "context"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row that answers. `said`: a term and its text, each in the language asked for.

    `managements`: what a rule says to do, in the tables' own words, for the gate of the model.
    """

    kind: RowKind
    id: str
    drugs: tuple[str, ...]
    head: str
    said: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    severity: Severity | None = None
    managements: tuple[Text, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "drugs": list(self.drugs),
            "severity": self.severity,
            "said": [{"term": term, "text": text} for term, text in self.said],
            "sources": [{"source": s.name, "verified": s.verified} for s in self.sources],
        }


def rows(answer: Answer, words: Words) -> tuple[Row, ...]:
    """Every row that answers, in the order in which a page shows them."""
    asked = answer.question
    first = asked.asks("management", "order") and not asked.asks("interaction", "mechanism")
    return (
        *(_timing(medicine, row, words) for medicine, row in answer.timing),
        *(_food(medicine, row, words) for medicine, row in answer.food),
        *(_pair(pair, words, first, asked.asks("mechanism")) for pair in answer.pairs),
        *(_three(three, words) for three in answer.three),
        *(_context(row, answer, words) for row in answer.context),
        *(_enzyme(medicine, role, words) for medicine, role in answer.enzymes),
    )


def understood(answer: Answer, words: Words) -> str:
    """What the question was read as, so that a misreading shows."""
    t, asked = words.t, answer.question
    comma = t("list.comma")
    topics = [t(f"pharmacy.asking.topic.{topic}") for topic in asked.topics if topic != "food"]
    foods = [t(f"pharmacy.food.{kind}") for kind in asked.foods if kind != EVERY_FOOD]
    topics += foods or ([t("pharmacy.asking.topic.food")] if asked.asks("food") else [])
    names = words.names([medicine.id for medicine in answer.medicines])
    if not names:
        names = t("pharmacy.asking.about_none")
    elif not asked.named:
        names = t("pharmacy.asking.about_list", count=len(answer.medicines))
    return t("pharmacy.asking.read", topics=comma.join(topics), medicines=names)


def remarks(answer: Answer, words: Words) -> tuple[str, ...]:
    """What the tables do not hold or the program does not say, each a sentence."""
    return (*refusals(answer, words), *gaps(answer, words))


def refusals(answer: Answer, words: Words) -> tuple[str, ...]:
    """What the program does not say, and what was left out of its answer."""
    return tuple(_refusals(answer, words))


def gaps(answer: Answer, words: Words) -> tuple[str, ...]:
    """What was looked for and is not held."""
    return tuple(dict.fromkeys(_gaps(answer, words)))


def _refusals(answer: Answer, words: Words) -> Iterable[str]:
    t, asked = words.t, answer.question
    if asked.asks("order"):
        yield t("pharmacy.asking.order")
    if asked.unknown:
        yield t("pharmacy.asking.unknown", names=t("list.comma").join(asked.unknown))
    if answer.left_out:
        yield t("pharmacy.asking.left_out", names=t("list.comma").join(answer.left_out))
    if not answer.medicines and not asked.unknown:
        yield t("pharmacy.asking.no_medicine")


def _gaps(answer: Answer, words: Words) -> Iterable[str]:
    t, asked = words.t, answer.question
    for kind in asked.patient:
        if kind in NOT_IN_ANY_TABLE and not _speaks_of(kind, answer):
            yield t(f"pharmacy.not_held.{kind}")
        elif answer.medicines and not _speaks_of(kind, answer):
            yield t("pharmacy.asking.no_condition", what=t(f"pharmacy.patient.{NAME_OF[kind]}"))
    for topic, drugs in answer.silent:
        yield t(f"pharmacy.asking.silent.{topic}", names=words.names(drugs))
    if answer.clear:
        yield t("pharmacy.asking.clear", pairs=_named(answer.clear, words))
    if answer.unchecked:
        yield t("pharmacy.asking.unchecked", pairs=_named(answer.unchecked, words))
    compared = answer.pairs or answer.clear or answer.unchecked or answer.three
    alone = not (asked.unknown or asked.foods or compared)
    if answer.medicines and asked.asks(*OF_PAIRS) and alone:
        yield t("pharmacy.asking.only_pairs")
    if asked.asks("not_held"):
        yield t("pharmacy.asking.not_held")


def _speaks_of(kind: str, answer: Answer) -> bool:
    return any(row.condition in CONDITIONS.get(kind, ()) for row in answer.context)


def _named(pairs: tuple[Pair, ...], words: Words) -> str:
    if len(pairs) > MOST_NAMED:
        return words.t("pharmacy.asking.pairs", count=len(pairs))
    return words.t("list.comma").join(map(words.pair, pairs))


def _timing(medicine: Medicine, row: TimingRow, words: Words) -> Row:
    said = (words.t(f"pharmacy.timing.{row.with_food}"), words.t.text(row.detail))
    return Row(
        "timing",
        f"timing:{medicine.id}",
        (medicine.id,),
        words.name(medicine.id),
        (said,),
        (row.source,),
        managements=(row.detail,),
    )


def _food(medicine: Medicine, row: FoodRow, words: Words) -> Row:
    said = (words.t(f"pharmacy.food.{row.food}"), words.t.text(row.detail))
    return Row(
        "food",
        f"food:{medicine.id}:{row.food}",
        (medicine.id,),
        words.name(medicine.id),
        (said,),
        (row.source,),
        row.severity,
        managements=(row.detail,),
    )


def _enzyme(medicine: Medicine, role: EnzymeRole, words: Words) -> Row:
    said = words.t(
        f"pharmacy.role.{role.role}",
        drug=words.name(medicine.id),
        enzyme=role.enzyme,
        strength=words.t(f"pharmacy.strength.{role.strength or 'assumed'}"),
    )
    return Row(
        "enzyme",
        f"enzyme:{medicine.id}:{role.enzyme}:{role.role}",
        (medicine.id,),
        words.name(medicine.id),
        ((role.enzyme, said),),
        (role.source,),
    )


def _pair(pair: Pair, words: Words, management_first: bool, chain: bool) -> Row:
    t, decided = words.t, pair.decided_by
    assert decided is not None
    management = (t("pharmacy.card.management"), words.management(decided))
    rest = [
        (t("pharmacy.card.effect"), words.effect(decided)),
        (t("pharmacy.card.mechanism"), words.mechanism(decided)),
    ]
    said = [management, *rest] if management_first else [*rest, management]
    if chain:
        said.append((t("reasoning.title"), "\n".join(pair_text.why(decided, words))))
    return Row(
        "pair",
        decided.rule,
        (pair.a.id, pair.b.id),
        words.pair(pair),
        tuple(said),
        pair_text.sources(decided),
        pair.severity,
        managements=(decided.management,) if decided.management else (),
    )


def _three(three: ThreeDrugs, words: Words) -> Row:
    t, rule = words.t, three.rule
    return Row(
        "three",
        rule.id,
        three.members,
        words.names(three.members),
        (
            (t("pharmacy.card.effect"), t.text(rule.effect)),
            (t("pharmacy.card.management"), t.text(rule.management)),
        ),
        (rule.source,),
        rule.severity,
        managements=(rule.management,),
    )


def _context(row: ContextRow, answer: Answer, words: Words) -> Row:
    """The condition, then what it makes of the grade between the medicines that are meant."""
    t = words.t
    sides = row.first | row.second
    drugs = tuple(m.id for m in (*answer.medicines, *answer.beside) if m.id in sides)
    ask = t(f"pharmacy.ask.{row.condition}", value=row.value, drug="")
    return Row(
        "context",
        row.id,
        tuple(dict.fromkeys(drugs)),
        words.names(tuple(dict.fromkeys(drugs))),
        ((ask, t.text(row.note)),),
        (row.source,),
        row.severity,
        managements=(row.note,),
    )
