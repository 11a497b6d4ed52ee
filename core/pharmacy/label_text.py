"""Reads enzyme and transporter statements out of label sentences, English and Chinese.

Knows: substrate, inhibitor, inducer, strength, negation, and wording about other drugs ("avoid with
strong CYP3A4 inhibitors" tells that this drug is a substrate). Each fact keeps its sentence.
Does not know: doses, effects, tables or pictures of a label; how large a change is. What is read is
never stored as knowledge.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.i18n import simplified
from core.pharmacy.derivation import Profile
from core.pharmacy.facts import Drug, EnzymeRole, Source
from core.terms.drug_names import DrugNames
from core.terms.folding import fold

LONGEST = 400_000  # characters; a label is about 20 000
LabelRole = Literal["substrate", "substrate_implied", "inhibitor", "inducer"]
ANY_CYP = "CYP_any"
SENTENCE = re.compile(r"[。；;!?！？\n]|\.(?=\s|$)")
CLAUSE = re.compile(r"[，,]|但是?|\bhowever\b|\bbut\b", re.I)
JOINED = re.compile(r"(和|以及|及|、|并|\band\b|\bas well as\b)", re.I)
ENZYME = re.compile(
    r"CYP\s*-?\s*(?:1A2|2A6|2B6|2C8|2C9|2C19|2D6|2E1|3A4/5|3A4|3A5|3A)(?!\d)|P\s*-?\s*gp(?![a-z])|"
    r"P\s*-?\s*(?:糖|醣)蛋白|P-glycoprotein|OATP\s*1B[13]|BCRP|UGT\s*1A\d+|UGT|OAT[13](?!P)|OCT2|MATE\s*1|"
    r"MATE\s*2-?K|(?:细胞色素|cytochrome)\s*P?450\s*3A4?|(?<![\w])(?:3A4|2D6|2C9|2C19)(?!\d)",
    re.I,
)
WHOLE_FAMILY = re.compile(r"CYP|P450|细胞色素", re.I)
NEGATED = re.compile(
    r"不经|不由|非经|不是|并非|无|未|没有|不抑制|不诱导|不影响|不会|不属于|\bnot\b|\bno\b|neither|\bnor\b|without",
    re.I,
)
OTHERS = re.compile(
    r"[与和同]|避免|慎用|禁止|禁用|合用|并用|联用|\bwith\b|avoid|coadminist|concomitant|contraindicated",
    re.I,
)
INHIBITS = re.compile(r"抑制|inhibit", re.I)
INDUCES = re.compile(r"诱导|induc", re.I)
HANDLED = re.compile(r"代谢|底物|受质|转运|metaboli|substrate|transported", re.I)
IS_SUBSTRATE = re.compile(r"底物|受质|substrate", re.I)
SAYS_ITSELF = re.compile(
    r"(?:为|是|属于|\bis an?\b).{0,24}(?:抑制|诱导|inhibit|induc)|"
    r"(?:本品|本药|该药).{0,6}(?:抑制|诱导)",
    re.I,
)
STRENGTHS = (
    ("strong", re.compile(r"强|\bstrong|\bpotent", re.I)),
    ("moderate", re.compile(r"中效|中度|中等|\bmoderate", re.I)),
    ("weak", re.compile(r"弱|\bweak", re.I)),
)


@dataclass(frozen=True, slots=True)
class LabelFact:
    """One statement; `quote` is the sentence as printed, `about` another drug it speaks of."""

    enzyme: str
    role: LabelRole
    strength: str
    negative: bool
    quote: str
    page: int = 0
    about: str = ""

    @property
    def usable(self) -> bool:
        """Does it say something about this drug that the rules can use?"""
        return not self.negative and not self.about and self.enzyme != ANY_CYP


def read_label(text: str, page: int = 0) -> tuple[LabelFact, ...]:
    """All enzyme statements of a text; empty when it says none."""
    found: list[LabelFact] = []
    for sentence in SENTENCE.split(unicodedata.normalize("NFKC", text[:LONGEST])):
        quote = re.sub(r"\s+", " ", sentence).strip()
        for clause in CLAUSE.split(simplified(quote)):
            for part in _parts(clause):
                found += _facts(part, quote, page)
    return tuple(dict.fromkeys(found))


def _parts(clause: str) -> list[str]:
    """Splits at "and" only where both sides name an enzyme and a role of their own."""
    pieces = JOINED.split(clause)
    parts = [pieces[0]]
    for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if _complete(parts[-1]) and _complete(piece):
            parts.append(piece)
        else:
            parts[-1] += joint + piece
    return parts


def _complete(piece: str) -> bool:
    role = HANDLED.search(piece) or INHIBITS.search(piece) or INDUCES.search(piece)
    return bool(ENZYME.search(piece) and role)


def _facts(part: str, quote: str, page: int) -> list[LabelFact]:
    enzymes = dict.fromkeys(canonical(found.group()) for found in ENZYME.finditer(part))
    negative = bool(NEGATED.search(part))
    if not enzymes:
        family = WHOLE_FAMILY.search(part) and re.search(r"代谢|metaboli", part, re.I)
        return (
            [LabelFact(ANY_CYP, "substrate", "", True, quote, page)] if family and negative else []
        )
    strength = _strength(part)
    return [
        LabelFact(
            enzyme, role, strength if role != "substrate" else "", negative and polar, quote, page
        )
        for enzyme in enzymes
        for role, polar in _roles(part)
    ]


def _roles(part: str) -> list[tuple[LabelRole, bool]]:
    """The roles a part states; the flag says whether a negation in it turns the role around."""
    inhibits, induces = INHIBITS.search(part), INDUCES.search(part)
    if (inhibits or induces) and OTHERS.search(part) and not SAYS_ITSELF.search(part):
        return [("substrate_implied", False)]
    roles: list[tuple[LabelRole, bool]] = []
    if HANDLED.search(part) and (not (inhibits or induces) or IS_SUBSTRATE.search(part)):
        roles.append(("substrate", True))
    if inhibits:
        roles.append(("inhibitor", True))
    if induces:
        roles.append(("inducer", True))
    return roles


def _strength(part: str) -> str:
    named = [name for name, pattern in STRENGTHS if pattern.search(part)]
    if named[:2] == ["strong", "moderate"]:
        return "strong_or_moderate"
    return named[0] if named else ""


def canonical(enzyme: str) -> str:
    """The spelling of the tables: CYP3A and CYP3A5 count as CYP3A4, as in the FDA table."""
    name = re.sub(r"[\s-]", "", enzyme.upper())
    if "蛋白" in name or name in {"PGP", "PGLYCOPROTEIN"}:
        return "P-gp"
    if "450" in name or name in {"CYP3A", "CYP3A4/5", "CYP3A5", "3A4"}:
        return "CYP3A4"
    if name in {"2D6", "2C9", "2C19"}:
        return f"CYP{name}"
    return "MATE2-K" if name == "MATE2K" else name


def about_others(facts: Sequence[LabelFact], own: str, names: DrugNames) -> tuple[LabelFact, ...]:
    """Marks facts whose sentence speaks of another known drug ("clarithromycin is a …")."""
    match = names.resolve(own)
    own_drugs = set(match.drugs) if match else set()
    return tuple(_with_subject(fact, own_drugs, names) for fact in facts)


def _with_subject(fact: LabelFact, own: set[str], names: DrugNames) -> LabelFact:
    if fact.role not in {"inhibitor", "inducer", "substrate"}:
        return fact
    quote = fold(fact.quote)
    enzyme = ENZYME.search(quote)
    for mention in names.mentions(quote):
        says = re.match(r"\s*(?:片|胶囊)?\s*(?:为|是|\bis\b|可|经|主要)", quote[mention.end :])
        if says and mention.drug not in own and (enzyme is None or mention.start < enzyme.start()):
            return LabelFact(
                fact.enzyme,
                fact.role,
                fact.strength,
                fact.negative,
                fact.quote,
                fact.page,
                mention.drug,
            )
    return fact


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
    roles = dict.fromkeys(_role(drug_id, fact) for fact in facts if fact.usable)
    return Profile(
        drug=drug,
        acts=tuple(r for r in roles if r.role != "substrate"),
        suffers=tuple(r for r in roles if r.role == "substrate"),
        has_enzyme_data=bool(roles),
    )


def _role(drug_id: str, fact: LabelFact) -> EnzymeRole:
    page = f", p. {fact.page}" if fact.page else ""
    source = Source(f"label{page}: {fact.quote[:300]}", "label")
    if fact.role in {"substrate", "substrate_implied"}:
        return EnzymeRole(drug_id, fact.enzyme, "substrate", "", "", source)
    # "moderate to strong" counts as strong: of two grades the stricter
    strength = fact.strength.partition("_")[0]
    return EnzymeRole(drug_id, fact.enzyme, fact.role, strength, "", source)
