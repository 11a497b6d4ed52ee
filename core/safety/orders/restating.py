"""Whether a sentence says what the management of a cited row says, and nothing more.

Knows: which act is tied to which drug, amount or time in a sentence, in both languages. Does not
know: the tables; the caller hands in plain values. An act on another drug, a further drug, another
number or a missing one makes it a sentence of the model's own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.safety.orders.measures import AMOUNTS, TIMES, amounts
from core.safety.orders.medicines import name_forms
from core.safety.orders.plain import plain
from core.terms.drug_names import drug_names


@dataclass(frozen=True, slots=True)
class CitedRow:
    """The drugs of a row that an answer cites, by id, and its management text in each language."""

    drugs: frozenset[str]
    managements: tuple[str, ...]


_ACTS = {
    "not_combine": r"not (?:combine|co-?administer|be (?:combined|used together|"
    r"co-?administered))|avoid (?:the )?(?:combin\w+|concurrent|concomitant)|"
    r"禁止合用|避免合用|避免联用|不要合用|禁止联用|不宜合用|不得合用|勿合用|避免同时",
    "not": r"not(?![a-z])|don't|never|avoid\w*|without|"
    r"不要|不得|不可|勿|避免|禁止|不宜|不应|不能|别",
    "stop": r"stop\w*|suspend\w*|discontinu\w*|h[eo]ld\w*|withh\w+|omit\w*|interrupt\w*|停用|停药|"
    r"停服|暂停|停止",
    "switch": r"switch\w*|replac\w*|swap\w*|instead|alternative|改用|换用|替换|改为|换为|换成",
    "use": r"us(?:e|ed|ing)|tak(?:e|en|ing)|giv(?:e|en|ing)|start\w*|choose|prefer\w*|add\w*|"
    r"服用|使用|选用|给予|加用|开始",
    "continue": r"continu\w*|resum\w*|继续|恢复",
    "reduce": r"reduc\w*|lower\w*|decreas\w*|halv\w*|减量|减少|减至|减半|降低",
    "increase": r"increas\w*|rais\w*|doubl\w*|加量|增加|增至|加倍",
    "limit": r"limit\w*|exceed\w*|maxim\w*|at most|up to|不超过|最大|限|≤",
    "watch": r"monitor\w*|check\w*|watch\w*|measur\w*|监测|复查|查|观察|留意",
}
_ACT = re.compile("|".join(f"(?P<{name}>(?<![a-z])(?:{words}))" for name, words in _ACTS.items()))
Fact = tuple[str, str]
# A maximum must stay one, and nothing may be turned round or made less sure.
_BOUNDS = tuple(
    re.compile(words)
    for words in (
        r"limit\w*|no more than|not (?:to )?exceed\w*|exceed\w*|max\w*|at most|up to|≤|"
        r"不超过|最[大高多]|限",
        r"at least|no less than|not less than|minimum|or more|≥|至少|不[少低]于|以上",
        r"wrong|untrue|not true|false|incorrect|mistake|myth|"
        r"no need|need not|unnecessary|错误|不必|无需|不需",
    )
)


def restates(sentence: str, rows: Iterable[CitedRow]) -> bool:
    """Whether one of the rows says all that the sentence does, with the same numbers."""
    said = _facts(sentence)
    drugs, numbers = _drugs(said), _numbers(sentence)
    if not drugs:
        return False
    return any(
        drugs <= row.drugs | _drugs(rule)
        and _drugs(rule) <= drugs | row.drugs
        and numbers == _numbers(management)
        and _bounds(sentence) == _bounds(management)
        and _tied(sentence, management)
        and ("watch" in {act for act, _ in said}) >= ("watch" in {act for act, _ in rule})
        and all(_held(fact, rule, row) for fact in said)
        for row in rows
        for management in row.managements
        for rule in (_facts(management),)
    )


def _held(fact: Fact, rule: frozenset[Fact], row: CitedRow) -> bool:
    """A row that forbids the combination forbids it for its own drugs, which it need not name."""
    act, what = fact
    if fact in rule:
        return True
    return what in row.drugs and act == "not_combine" and any(a == act for a, _ in rule)


def _bounds(text: str) -> tuple[bool, ...]:
    spelled = plain(text, name_forms())
    return tuple(bool(words.search(spelled)) for words in _BOUNDS)


def _tied(sentence: str, management: str) -> bool:
    """Whether each amount belongs to the drug to which the row gives it, where it names one."""
    rule = _amounts_of(management)
    return all(
        (drug, amount) in rule or ("", amount) in rule for drug, amount in _amounts_of(sentence)
    ) or not any(drug for drug, _ in _amounts_of(sentence))


def _amounts_of(text: str) -> frozenset[Fact]:
    """Amounts with the drug named last before them, or with the first where none was."""
    spelled = plain(text, name_forms())
    named = [(m.start, m.drug) for m in drug_names().mentions(spelled)]
    found = set[Fact]()
    for amount in AMOUNTS.finditer(spelled):
        before = [drug for place, drug in named if place < amount.start()]
        drug = before[-1] if before else named[0][1] if named else ""
        found |= {(drug, f"{number:g} {unit}") for number, unit in amounts(amount.group())}
    return frozenset(found)


def _facts(text: str) -> frozenset[Fact]:
    """Each act with the drugs behind it, up to the next act; acts without a drug stand alone."""
    spelled = plain(text, name_forms())
    named = {m.start: m.drug for m in drug_names().mentions(spelled)}
    acts = [(found.start(), found.lastgroup or "") for found in _ACT.finditer(spelled)]
    marks = sorted([*acts, *((place, f"\0{drug}") for place, drug in named.items())])
    facts, act = set[Fact](), ""
    for _, mark in marks:
        if mark.startswith("\0"):
            facts.add((act, mark[1:]))
        else:
            act = f"not {mark}" if act == "not" else mark
            facts.add((act, ""))
    return frozenset(facts - {("not", "")})


def _drugs(facts: frozenset[Fact]) -> frozenset[str]:
    return frozenset(what for _, what in facts if what)


def _numbers(text: str) -> frozenset[str]:
    """Amounts and times, and every other number that the text gives."""
    spelled = plain(text, name_forms())
    said = {f"{number:g} {unit}" for number, unit in amounts(spelled)}
    rest = TIMES.sub(" ", AMOUNTS.sub(" ", spelled))
    times = {re.sub(r"\W+", "", found.group()) for found in TIMES.finditer(spelled)}
    return frozenset(said | times | set(re.findall(r"\d+(?:\.\d+)?", rest)))
