"""Reads enzyme and transporter statements out of label sentences, English and Chinese.

Knows: substrate, activation of a prodrug, inhibitor, inducer, strength, negation, and wording about
other drugs ("avoid with strong CYP3A4 inhibitors" tells that this drug is a substrate). Each fact
keeps its sentence; one that may be about another drug is shown and not used.
Does not know: doses, effects, tables or pictures of a label; how large a change is. What is read is
never stored as knowledge.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.i18n import simplified
from core.pharmacy import label_words as words
from core.pharmacy.derivation import Profile
from core.pharmacy.facts import Drug, EnzymeRole, Source
from core.pharmacy.label_lines import LONGEST as LONGEST
from core.pharmacy.label_lines import sentences
from core.pharmacy.label_sentences import Statement, statements
from core.pharmacy.label_words import ANY_CYP
from core.pharmacy.label_words import canonical as canonical
from core.terms.drug_names import DrugNames
from core.terms.folding import fold

# activated: an enzyme makes the active form, so inhibition takes away and does not add.
LabelRole = Literal["substrate", "substrate_implied", "activated", "inhibitor", "inducer"]
_MENTION_ACTS = re.compile(
    r"\s*(?:片|胶囊)?\s*(?:均|都|也)?(?:为|是|属|可|能|会|经|主要|通过|抑制|诱导|"
    r"\b(?:is|are|was|were|can|may|also|inhibit|induc))"
)


@dataclass(frozen=True, slots=True)
class LabelFact:
    """One statement; `quote` is its sentence, `part` the words it was read from.

    `about` names another drug it speaks of; `unclear`: not certain that this drug does so.
    """

    enzyme: str
    role: LabelRole
    strength: str
    negative: bool
    quote: str
    page: int = 0
    about: str = ""
    unclear: bool = False
    part: str = ""

    @property
    def usable(self) -> bool:
        """Does it say something about this drug that the rules can use?"""
        return not (self.negative or self.about or self.unclear or self.enzyme == ANY_CYP)


def read_label(text: str, page: int = 0, own: str = "") -> tuple[LabelFact, ...]:
    """All enzyme statements of a text; `own` is the name of the drug where it is known."""
    found: dict[LabelFact, None] = {}
    for quote in dict.fromkeys(sentences(text)):
        if words.NAMED.search(quote) is None:
            continue
        for statement in statements(_plain(quote, own)):
            found.update(dict.fromkeys(_facts(statement, quote, page)))
    return tuple(found)


def _plain(quote: str, own: str) -> str:
    """The form that is read: simplified, this drug by one word, other inhibitors taken out."""
    plain = quote if quote.isascii() else simplified(quote)
    if own.strip():
        this = "this drug" if own.isascii() else "本品"
        plain = re.sub(re.escape(simplified(own.strip())), this, plain, flags=re.I)
    named_with = rf"({words.ENZYME.pattern})\s?与\s?(?={words.ENZYME.pattern})"
    plain = re.sub(named_with, r"\1和", plain, flags=re.I)
    return words.OTHER_TARGET.sub(" ", plain)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A role that a statement gives to this drug."""

    role: LabelRole
    polar: bool = True  # a negation turns it round
    unclear: bool = False


def _facts(statement: Statement, quote: str, page: int) -> Iterator[LabelFact]:
    strength = _strength(statement.core) or _strength(statement.before[-40:])
    part = f"{statement.before} {statement.core}".strip()
    for reading in _readings(statement):
        for enzyme, negative in dict(_enzymes(statement)).items():
            if not reading.polar:
                negative = _unchanged(statement)
            handled = reading.role in {"substrate", "activated"}
            yield LabelFact(
                enzyme,
                reading.role,
                "" if handled else strength,
                negative,
                quote,
                page,
                unclear=reading.unclear,
                part=part,
            )


def _enzymes(statement: Statement) -> list[tuple[str, bool]]:
    """In the spelling of the tables; the family only where no member of it is named."""
    named = [(canonical(enzyme), negative) for enzyme, negative in statement.enzymes]
    members = [one for one in named if one[0] != ANY_CYP]
    return members or named


def _readings(statement: Statement) -> list[_Reading]:
    """What a statement says of this drug; nothing where it gives no role."""
    core = statement.core
    unclear = bool(words.WHETHER.search(statement.before[-80:] + core))
    acts = [
        role
        for role, pattern in (("inhibitor", words.INHIBITS), ("inducer", words.INDUCES))
        if pattern.search(core)
    ]
    if acts and _others_act(statement):
        return [_Reading("substrate_implied", polar=False, unclear=unclear)]
    unclear = unclear or bool(words.SOMETHING_CHANGES.search(statement.after))
    readings: list[_Reading] = []
    if words.HANDLED.search(core) and (not acts or words.IS_SUBSTRATE.search(core)):
        readings += _handled(statement, bool(acts), unclear)
    readings += [_Reading(role, unclear=unclear) for role in acts]  # type: ignore[arg-type]
    if not readings and statement.negative and words.AFFECTS.search(core):
        readings.append(_Reading("inhibitor", unclear=unclear))
    return readings


def _handled(statement: Statement, acts: bool, unclear: bool) -> list[_Reading]:
    core = statement.core
    own = words.IS_SUBSTRATES.search(core) or statement.is_continued
    if words.OTHERS_HANDLED.search(core) and not own:
        # "raises drugs metabolised by CYP2D6": said of others; left to the person
        return [] if acts else [_Reading("substrate", unclear=True)]
    active = words.MAKES_ACTIVE.search(core + statement.after)
    return [_Reading("activated" if active else "substrate", unclear=unclear)]


def _others_act(statement: Statement) -> bool:
    """Is the inhibitor or inducer somebody else, so that this drug must be a substrate?"""
    core, known = statement.core, f"{statement.before}{statement.core}"
    if words.APPOSED.search(known):
        return False
    if words.NOUN.search(core):
        is_one = words.IS_NOUN.search(known) or statement.is_continued
        if not is_one or words.OTHER_IS_NOUN.search(known):
            return True
    elif words.OTHERS_ACT.search(known) and not words.SELF_ACTS.search(known):
        return True
    changes = words.THIS_DRUG_CHANGES.search(statement.whole)
    return bool(changes) and not words.SELF_ACTS.search(known)


def _unchanged(statement: Statement) -> bool:
    """ "No dose adjustment with CYP3A4 inhibitors" implies nothing that a rule could use."""
    said = statement.core + statement.after
    return bool(words.UNCHANGED.search(said)) and not words.WARNED.search(said)


def _strength(part: str) -> str:
    named = [name for name, pattern in words.STRENGTHS if pattern.search(part)]
    if named[:2] == ["strong", "moderate"]:
        return "strong_or_moderate"
    return named[0] if named else ""


def about_others(facts: Sequence[LabelFact], own: str, names: DrugNames) -> tuple[LabelFact, ...]:
    """Marks facts whose words speak of another known drug ("clarithromycin is a …")."""
    match = names.resolve(own)
    own_drugs = set(match.drugs) if match else set()
    heads = {fact.part: "" for fact in facts if fact.role != "substrate_implied"}
    said = {part: _subject(part, own_drugs, names) for part in heads}
    return tuple(replace(fact, about=said.get(fact.part, "")) for fact in facts)


def _subject(part: str, own: set[str], names: DrugNames) -> str:
    """The other drug that acts in these words, named before the first enzyme."""
    folded = fold(part)
    enzyme = words.ENZYME.search(folded)
    head = folded[: enzyme.start() + 1] if enzyme else folded
    for mention in names.mentions(head):
        if mention.drug not in own and _MENTION_ACTS.match(folded[mention.end :]):
            return mention.drug
    return ""


def label_drug(drug_id: str, name: str, facts: Sequence[LabelFact]) -> Profile:
    """A temporary drug that has exactly what the usable facts state, at "size unknown"."""
    drug = Drug(
        id=drug_id,
        name_en=name,
        name_zh_cn=name,
        name_zh_tw=name,
        atc=(),
        drug_class="",
        kind="drug",
        coverage="label",
        therapeutic_index="",
        danger="",
        critical_for=frozenset(),
        components=(),
        source=Source("label", "label"),
    )
    usable = [fact for fact in facts if fact.usable]
    activated = {fact.enzyme for fact in usable if fact.role == "activated"}
    roles = dict.fromkeys(
        _role(drug_id, fact)
        for fact in usable
        if fact.role == "activated" or not (_handles(fact) and fact.enzyme in activated)
    )
    return Profile(
        drug=drug,
        acts=tuple(r for r in roles if r.role in {"inhibitor", "inducer"}),
        suffers=tuple(r for r in roles if r.role not in {"inhibitor", "inducer"}),
        has_enzyme_data=bool(roles),
    )


def _handles(fact: LabelFact) -> bool:
    return fact.role in {"substrate", "substrate_implied"}


def _role(drug_id: str, fact: LabelFact) -> EnzymeRole:
    page = f", p. {fact.page}" if fact.page else ""
    source = Source(f"label{page}: {fact.quote[:300]}", "label")
    if _handles(fact):
        return EnzymeRole(drug_id, fact.enzyme, "substrate", "", "", source)
    if fact.role == "activated":
        return EnzymeRole(drug_id, fact.enzyme, "prodrug_activated_by", "", "", source)
    # "moderate to strong" counts as strong: of two grades the stricter
    strength = fact.strength.partition("_")[0]
    return EnzymeRole(drug_id, fact.enzyme, fact.role, strength, "", source)
