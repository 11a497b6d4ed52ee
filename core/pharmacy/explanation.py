"""A worded explanation of one pair: what the model is given, and what is compared afterwards.

Knows: the model gets the decided finding and its steps, nothing else, in English. What it says is
compared with them (`worded`). Does not know: whether a sentence is true.
"""

from collections.abc import Mapping

from core.i18n import Language, translator
from core.model.request import Request
from core.pharmacy import pair_text, worded
from core.pharmacy.checker import Pair
from core.pharmacy.derivation import Profile
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.wording import Words
from core.safety.orders import CitedRow

PURPOSE = "interaction"
Profiles = Mapping[str, Profile]


def request(
    pair: Pair, knowledge: Knowledge, language: Language, profiles: Profiles | None = None
) -> Request:
    """The question about a pair with a decided finding.

    `profiles`: those of the check, where a medicine of the list comes from a label.
    """
    given = facts(pair, knowledge, profiles)
    return worded.request(
        PURPOSE, PURPOSE, given, cited(pair), language, about=pair.key, knowledge=knowledge
    )


def cited(pair: Pair) -> tuple[CitedRow, ...]:
    """The management that an answer may restate; none where the tables hold no advice."""
    management = _decided(pair).management
    return (worded.cited_row((pair.a.id, pair.b.id), management),) if management else ()


def facts(pair: Pair, knowledge: Knowledge, profiles: Profiles | None = None) -> str:
    """What the rows hold of a pair, in English, one fact to a line."""
    words = Words(translator("en"), profiles or knowledge.profiles)
    decided = _decided(pair)
    names = (
        f"{words.name(m.id)} ({words.profiles[m.id].drug.name('zh-CN')})" for m in (pair.a, pair.b)
    )
    lines = [
        f"Medicines: {' + '.join(names)}",
        f"Grade: {words.severity(pair.severity)}",
        f"Effect: {words.effect(decided)}",
        f"Mechanism: {words.mechanism(decided)}",
        *(f"Step: {step.text}" for step in words.steps(decided)),
        f"Management: {words.management(decided)}",
        *(f"Also: {line}" for line in pair_text.context_lines(pair, knowledge, words)),
    ]
    return "\n".join(dict.fromkeys(lines))


def compare(
    answer: str, pair: Pair, knowledge: Knowledge, profiles: Profiles | None = None
) -> tuple[worded.Mark, ...]:
    """What an answer names that the rows do not hold, each once, in the order of kinds."""
    given, drugs = facts(pair, knowledge, profiles), (pair.a.id, pair.b.id)
    return worded.compare(answer, given, drugs, (pair.severity,))


def _decided(pair: Pair) -> Finding:
    if pair.decided_by is None:
        raise ValueError("a pair without a finding has nothing to explain")
    return pair.decided_by
