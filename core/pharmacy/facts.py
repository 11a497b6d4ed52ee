"""The facts of the interaction tables as values; the words are those of the tables.

Knows: what one row says and where it comes from. Every fact carries its source and whether that
source was read for this row (`verified`).
Does not know: how facts combine; that is `derivation`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.i18n import Language, Text

Severity = Literal["none", "minor", "moderate", "major", "contraindicated"]
SEVERITIES: tuple[Severity, ...] = ("none", "minor", "moderate", "major", "contraindicated")
RANK: dict[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}

# source_copy: compared with a stored page. recall: written from knowledge of the source, not
# re-read. convention: a rule of this project. label: read now from the text a person gave.
Mark = Literal["source_copy", "recall", "convention", "label"]
Family = Literal["exposure", "absorption", "effect", "duplicate", "food"]
Danger = Literal["", "both", "toxicity", "loss"]
Coverage = Literal["full", "partial", "name_only", "label"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact stands and whether somebody opened that place for this row."""

    name: str
    verified: Mark
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Drug:
    """A substance or fixed combination; `components` are ids of other drugs."""

    id: str
    name_en: str
    name_zh_cn: str
    name_zh_tw: str
    atc: tuple[str, ...]
    drug_class: str
    kind: str
    coverage: Coverage
    therapeutic_index: str
    danger: Danger
    critical_for: frozenset[str]
    components: tuple[str, ...]
    source: Source

    def name(self, language: Language) -> str:
        if language == "en":
            return self.name_en
        return self.name_zh_cn if language == "zh-CN" else self.name_zh_tw


@dataclass(frozen=True, slots=True)
class EnzymeRole:
    """What a drug does to an enzyme or transporter, or what the enzyme does to the drug."""

    drug: str
    enzyme: str
    role: str
    strength: str
    only: str
    source: Source


@dataclass(frozen=True, slots=True)
class Effect:
    """A pharmacodynamic tag of a drug, graded or not."""

    tag: str
    grade: str
    source: Source


@dataclass(frozen=True, slots=True)
class PairRow:
    """An explicit row between two drugs, a drug and a class, or two classes.

    `first` and `second` are the drugs of its two sides; `object` says whose effect changes.
    """

    id: str
    severity: Severity
    specificity: int
    first: frozenset[str]
    second: frozenset[str]
    object: Literal["a", "b", "both"]
    family: Family
    effect: Text
    mechanism: Text
    management: Text
    alternatives: tuple[str, ...]
    evidence: str
    source: Source
    check_verdict: str
    check_url: str
    check_note: str


@dataclass(frozen=True, slots=True)
class ExposureRule:
    """One cell of the grade table: who acts how strongly on what kind of substrate."""

    id: str
    severity: Severity
    predicted: Text
    source: Source


@dataclass(frozen=True, slots=True)
class EffectRule:
    """Two selectors of drugs whose effects add up or oppose each other."""

    id: str
    group: str
    first: str
    second: str
    severity: Severity
    effect: Text
    management: Text
    suppressed_by: str
    source: Source


@dataclass(frozen=True, slots=True)
class ThreeDrugRule:
    """Three selectors that matter only together."""

    id: str
    selectors: tuple[str, str, str]
    severity: Severity
    effect: Text
    management: Text
    source: Source


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Drug classes of one therapeutic group; two members at once are a duplication."""

    group: str
    severity: Severity
    source: Source


@dataclass(frozen=True, slots=True)
class FoodRow:
    """A food, drink or habit that changes what a drug does."""

    food: str
    severity: Severity
    detail: Text
    source: Source


@dataclass(frozen=True, slots=True)
class TimingRow:
    """When to take a drug in relation to meals."""

    with_food: str
    detail: Text
    source: Source


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A stated condition of the patient, dose or route that changes the grade of a pair row."""

    id: str
    first: frozenset[str]
    second: frozenset[str]
    condition: str
    value: str
    severity: Severity
    note: Text
    unless: str
    source: Source


def worst(severities: Iterable[Severity]) -> Severity:
    """The highest of several grades, `none` for an empty list."""
    return max(severities, key=RANK.__getitem__, default="none")
