"""Drug names as people write them: which drug is meant, or which ones it could be.

Knows: exact names first (INN, Chinese, brands, both scripts), then the same without dose, salt and
form words, then fixed combinations, then pinyin that fits one drug only. A near name is never
taken: it is offered.
Does not know: whether the drug interacts, or any brand that no table lists.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from rapidfuzz import fuzz, process

from core.errors import BadTable
from core.settings import current
from core.tables import filled, one_of, read_table
from core.terms.dose import without_regimen
from core.terms.folding import fold, initials, pinyin

How = Literal[
    "exact",
    "without_dose",
    "without_salt_or_form",
    "combination",
    "pinyin",
    "in_text",
    "from_label",
    "chosen",
]
SALTS_EN = re.compile(
    r"\b(hydrochloride|hydrobromide|calcium|sodium|potassium|magnesium|maleate|mesylate|mesilate|"
    r"besylate|besilate|tosylate|tartrate|succinate|fumarate|sulfate|sulphate|phosphate|acetate|"
    r"citrate|nitrate|bisulfate|dihydrate|trihydrate|monohydrate|hydrate|disoproxil|medoxomil|"
    r"etexilate|cilexetil|tablets?|capsules?|injection|oral|solution|suspension|"
    r"(?:extended|sustained)[- ]release|er|xr|sr|cr|ir|dr|ec|xl|hcl|"
    r"cream|ointment|gel|lotion|shampoo|"
    r"eye drops?|ear drops?)\b"
)
# 复方 (compound) is not among them: a compound product holds other drugs than its name giver.
BEFORE_ZH = tuple(
    re.findall(
        r"\S+",
        """注射用 盐酸 硫酸 磷酸 马来酸 富马酸 琥珀酸 酒石酸 枸橼酸 甲磺酸 苯磺酸 氢溴酸 醋酸 硝酸
        重酒石酸 门冬氨酸 乳酸 口服""",
    )
)
AFTER_ZH = tuple(
    re.findall(
        r"\S+",
        """缓释胶囊 控释片 缓释片 肠溶胶囊 肠溶片 分散片 口崩片 咀嚼片 泡腾片
        薄膜衣片 膜衣锭 干混悬剂 鼻喷雾剂 喷雾剂 气雾剂 吸入粉雾剂 粉雾剂
        透皮贴剂 贴剂 贴片 栓剂 栓 糖浆 冻干粉针 粉针 眼膏 滴耳液 洗剂
        混悬液 口服溶液 口服液 注射液 注射剂 颗粒 软胶囊 胶囊 片剂 滴丸
        凝胶 软膏 乳膏 滴眼液 吸入剂 片 锭 酯 钙 钠 钾 镁 氢钾 硫酸氢盐
        水合物 盐""",
    )
)
TOPICAL = re.compile(
    r"乳膏|软膏|凝胶|洗剂|搽剂|滴眼液|眼药水|眼膏|滴耳液|洗发|"
    r"\b(?:cream|ointment|gel|lotion|shampoo|eye drops?|ear drops?)\b"
)
JOINING = re.compile(r"[\s/、+,，()\-]|和|与|及|\band\b|\d+(?:\.\d+)?(?:mg|g)?|复方")
NEAR = 72  # of 100; below it the offered names were no help in a trial with 60 typed errors


@dataclass(frozen=True, slots=True)
class Name:
    """One written form of a drug. `in_text` says that it may be searched for in running text."""

    text: str
    drug: str
    language: str
    kind: str
    in_text: bool


@dataclass(frozen=True, slots=True)
class Match:
    """What a name resolved to: several drugs only for a combination without a row of its own."""

    drugs: tuple[str, ...]
    how: How


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in running text, at `start` of the folded text."""

    start: int
    end: int
    drug: str


class DrugNames:
    """An index over all written forms; everything that is matched is folded first."""

    def __init__(
        self,
        names: Iterable[Name],
        traps: Iterable[tuple[str, str]],
        problem: BadTable | None = None,
    ) -> None:
        self.problem = problem
        self.names = tuple(names)
        self.by_form: dict[str, str] = {}
        self.in_text: dict[str, str] = {}
        self.by_sound: dict[str, set[str]] = defaultdict(set)
        for name in self.names:
            form = fold(name.text)
            self.by_form.setdefault(form, name.drug)
            if name.in_text:
                self.in_text.setdefault(form, name.drug)
            if name.kind != "brand" and name.language == "zh-CN":
                for sound in (pinyin(name.text), initials(name.text)):
                    self.by_sound[sound].add(name.drug)
        self.traps = tuple((fold(phrase), drug) for phrase, drug in traps)
        self._longest_first = sorted(self.in_text, key=len, reverse=True)
        self._forms = tuple(self.by_form)
        self._sounds = tuple(self.by_sound)

    def resolve(self, text: str) -> Match | None:
        """The drug that a name means, or `None`. Never guesses."""
        folded = fold(text)
        if folded in self.by_form:
            return Match((self.by_form[folded],), "exact")
        bare = without_regimen(re.sub(r"[\(\[].*?[\)\]]", "", folded).strip())
        if bare in self.by_form:
            return Match((self.by_form[bare],), "without_dose")
        drug = self._without_english_salt(bare) or self._without_chinese_salt(bare)
        if drug:
            return Match((drug,), "without_salt_or_form")
        parts = self.combination(bare)
        if parts:
            return Match(parts, "combination")
        heard = self.by_sound.get(bare, set())
        if len(bare) >= 4 and len(heard) == 1:
            return Match(tuple(heard), "pinyin")
        return None

    def _without_english_salt(self, bare: str) -> str | None:
        rest = re.sub(r"\s+", " ", SALTS_EN.sub(" ", bare)).strip(" -,/")
        return self.by_form.get(rest)

    def _without_chinese_salt(self, bare: str) -> str | None:
        """Takes salt and form words off either end, fewest first (硫酸氢氯吡格雷 is a name)."""
        forms, seen = [bare], {bare}
        for rest in forms:
            if rest in self.by_form:
                return self.by_form[rest]
            for shorter in _one_word_less(rest):
                if shorter not in seen:
                    seen.add(shorter)
                    forms.append(shorter)
        return None

    def combination(self, folded: str) -> tuple[str, ...]:
        """The parts of a combination written as its parts; every character must be explained."""
        mentions = self.mentions(folded)
        if len(mentions) < 2:
            return ()
        rest = folded
        for mention in reversed(mentions):
            rest = rest[: mention.start] + " " + rest[mention.end :]
        rest = SALTS_EN.sub(" ", rest)
        for word in sorted((*BEFORE_ZH, *AFTER_ZH), key=len, reverse=True):
            rest = rest.replace(word, " ")
        return () if JOINING.sub("", rest) else tuple(dict.fromkeys(m.drug for m in mentions))

    def mentions(self, folded: str) -> tuple[Mention, ...]:
        """Names in folded running text, longest first, without what only looks like a name."""
        taken = [False] * len(folded)
        blocked = [
            (found.start(), found.end(), drug)
            for phrase, drug in self.traps
            for found in re.finditer(re.escape(phrase), folded)
        ]
        mentions = []
        for form in self._longest_first:
            if form not in folded:
                continue
            drug = self.in_text[form]
            for found in re.finditer(re.escape(form), folded):
                start, end = found.span()
                trapped = any(s <= start and end <= e and d == drug for s, e, d in blocked)
                if not trapped and not any(taken[start:end]) and _whole_word(folded, start, end):
                    taken[start:end] = [True] * (end - start)
                    mentions.append(Mention(start, end, drug))
        return tuple(sorted(mentions, key=lambda m: m.start))

    def near(self, text: str, limit: int = 5) -> tuple[str, ...]:
        """Drugs whose names are close to what was typed, best first; to be offered, never taken."""
        bare = without_regimen(fold(text))[:60]
        if len(bare) < 2:
            return ()
        scored: dict[str, float] = {}
        for form, score, _ in process.extract(
            bare, self._forms, scorer=fuzz.ratio, limit=12, score_cutoff=NEAR
        ):
            drug = self.by_form[form]
            scored[drug] = max(score, scored.get(drug, 0))
        for sound, score, _ in process.extract(
            pinyin(bare), self._sounds, scorer=fuzz.ratio, limit=8, score_cutoff=NEAR + 8
        ):
            for drug in self.by_sound[sound]:
                scored[drug] = max(score - 5, scored.get(drug, 0))
        for form, drug in self.by_form.items():
            if form.startswith(bare):
                scored[drug] = max(95, scored.get(drug, 0))
        return tuple(sorted(scored, key=lambda drug: (-scored[drug], drug)))[:limit]

    def is_topical(self, text: str) -> bool:
        """Does the name say cream, gel, eye drops or the like?"""
        return bool(TOPICAL.search(fold(text)))


def _one_word_less(rest: str) -> list[str]:
    """The name without one leading or trailing word; at least two characters must stay."""
    shorter = [
        rest.removesuffix(w) for w in AFTER_ZH if rest.endswith(w) and len(rest) > len(w) + 1
    ]
    return shorter + [
        rest.removeprefix(w) for w in BEFORE_ZH if rest.startswith(w) and len(rest) > len(w) + 1
    ]


def _whole_word(folded: str, start: int, end: int) -> bool:
    """A Latin name must not be cut out of a longer word; a Chinese one has no word edges."""
    if not re.match(r"[a-z0-9]", folded[start]):
        return True
    before = start > 0 and re.match(r"[a-z0-9]", folded[start - 1])
    after = end < len(folded) and re.match(r"[a-z0-9]", folded[end])
    return not before and not after


def load(folder: Path) -> DrugNames:
    """The index of `folder`; with a bad row it is empty and `problem` says where."""
    try:
        return DrugNames(_names(folder), _traps(folder))
    except BadTable as problem:
        return DrugNames((), (), problem)


def _names(folder: Path) -> list[Name]:
    rows = read_table(
        folder / "drug_names.csv",
        {
            "name": filled,
            "drug_id": filled,
            "lang": one_of("en", "zh-CN", "zh-TW"),
            "kind": one_of("generic", "synonym", "brand"),
            "text_safe": one_of("yes", "no"),
        },
    )
    return [
        Name(r["name"], r["drug_id"], r["lang"], r["kind"], r["text_safe"] == "yes") for r in rows
    ]


def _traps(folder: Path) -> list[tuple[str, str]]:
    rows = read_table(
        folder / "drug_name_traps.csv",
        {"phrase": filled, "blocks_drug_id": filled, "reason": filled},
    )
    return [(row["phrase"], row["blocks_drug_id"]) for row in rows]


@cache
def drug_names() -> DrugNames:
    """The names of this process, loaded at first use."""
    return load(current().assets / "terms")
