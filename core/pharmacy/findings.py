"""What the derivation finds between two drugs, as values that a page, an export and a test read.

Knows: each finding with rule id, texts, evidence, sources and, for exposure, the chain behind it.
Does not know: how it was found, or how it is drawn.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from core.i18n import Text
from core.pharmacy.facts import RANK, EnzymeRole, Family, PairRow, Severity, Source

Kind = Literal[
    "pair_row",
    "class_row",
    "same_ingredient",
    "duplicate_group",
    "food",
    "exposure",
    "effect",
]
Evidence = Literal["established", "probable", "suspected", "derived", "convention", "label"]
EVIDENCE: tuple[Evidence, ...] = get_args(Evidence)  # the best first


@dataclass(frozen=True, slots=True)
class ExposureChain:
    """How one drug changes the exposure of another, from enzyme role to predicted change.

    `predicted` is the FDA size class for CYP enzymes where there is one, else words without a size.
    """

    by: EnzymeRole
    on: EnzymeRole
    active_drug: Literal["up", "down"]
    predicted: Text
    strength_assumed: bool
    therapeutic_index: str
    index_counts: bool
    critical: bool
    prodrug: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for a grade between the drugs `between` (ids, the affected one where known)."""

    kind: Kind
    family: Family
    severity: Severity
    rule: str
    between: tuple[str, str]
    evidence: Evidence
    sources: tuple[Source, ...] = ()
    effect: Text | None = None
    management: Text | None = None
    row: PairRow | None = None
    chain: ExposureChain | None = None
    group: str = ""
    tags: tuple[str, ...] = ()

    @property
    def decides(self) -> bool:
        """A drug-drug row and a food row stand above what is derived."""
        return self.kind in {"pair_row", "food"}

    @property
    def is_duplicate(self) -> bool:
        return self.kind in {"same_ingredient", "duplicate_group"}


@dataclass(frozen=True, slots=True)
class Derivation:
    """The findings between two drugs and the one that gives the grade."""

    severity: Severity
    decided_by: Finding | None
    findings: tuple[Finding, ...] = ()

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands in a list: by severity, evidence, and whether something can be done."""
        decided = self.decided_by
        evidence = EVIDENCE.index(decided.evidence) if decided else len(EVIDENCE)
        return -RANK[self.severity], evidence, 0 if decided and decided.management else 1


NOTHING = Derivation("none", None)


def headline(findings: tuple[Finding, ...]) -> Finding | None:
    """The finding that gives the grade: a drug-drug row decides, a class row is only a floor."""
    ruling = tuple(f for f in findings if f.decides)
    pool = ruling + tuple(f for f in findings if f.is_duplicate) if ruling else findings
    return max(pool, key=lambda f: RANK[f.severity], default=None)
