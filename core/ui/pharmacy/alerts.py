"""What was found, as cards: the gravest interrupt, the others stand folded by grade.

Knows: the order, how many cards interrupt, that the same two drugs on several lines are one card.
Every pair of a grave grade that has no open card is named in one line above its folded group.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import streamlit as st

from core.i18n import Translator
from core.pharmacy.checker import Check, Pair, ThreeDrugs
from core.pharmacy.facts import RANK, Severity
from core.pharmacy.findings import EVIDENCE
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.ui import badges
from core.ui.folds import fold
from core.ui.markup import draw, fill
from core.ui.pharmacy.cards import card, three_card
from core.ui.pharmacy.overrides import standing

MOST_ALERTS = 3  # more interrupting alerts get clicked away (Paterno 2009)
MOST_CARDS = 20  # in one folded group; the exports hold all
MOST_NAMED = 200  # lines that name what has no open card; the exports hold all
ROWS = ("pair_row", "class_row", "food")


@dataclass(frozen=True, slots=True)
class Alert:
    """A three-drug rule, or the pairs of two drugs that say the same on their lines."""

    found: ThreeDrugs | tuple[Pair, ...]

    @property
    def grade(self) -> Severity:
        if isinstance(self.found, ThreeDrugs):
            return self.found.rule.severity
        return self.found[0].severity

    @property
    def count(self) -> int:
        return 1 if isinstance(self.found, ThreeDrugs) else len(self.found)

    def overridden(self, worklist: Worklist) -> bool:
        held = () if isinstance(self.found, ThreeDrugs) else self.found[:1]
        return any(standing(worklist, pair) for pair in held)

    def place(self, worklist: Worklist) -> tuple[int, bool, bool, int]:
        """By grade; then what nobody overrode, rows of the tables, the better evidence."""
        derived, evidence = True, EVIDENCE.index("derived")
        if not isinstance(self.found, ThreeDrugs) and (decided := self.found[0].decided_by):
            derived, evidence = decided.kind not in ROWS, EVIDENCE.index(decided.evidence)
        return -RANK[self.grade], self.overridden(worklist), derived, evidence


def found(check: Check) -> list[Alert]:
    """All alerts of a check; pairs of the same drugs with the same answer are one."""
    same: dict[str, list[list[Pair]]] = {}
    for pair in check.pairs:
        if pair.state == "interaction":
            groups = same.setdefault(pair.key, [])
            group = next((g for g in groups if _says(g[0]) == _says(pair)), None)
            if group is None:
                groups.append([pair])
            else:
                group.append(pair)
    pairs = [Alert(tuple(group)) for groups in same.values() for group in groups]
    return [*map(Alert, check.three_drugs), *pairs]


def _says(pair: Pair) -> tuple[object, ...]:
    return pair.severity, pair.applied, pair.questions, pair.capped_topical


def alerts(t: Translator, words: Words, check: Check, worklist: Worklist) -> None:
    """Up to three interrupting cards, then a group of each grade, counted."""
    every = sorted(found(check), key=lambda alert: alert.place(worklist))
    first = [a for a in every if _grave(a.grade) and not a.overridden(worklist)][:MOST_ALERTS]
    for alert in first:
        _draw(t, words, check, worklist, alert)
    rest = [alert for alert in every if alert not in first]
    few = not first and len(rest) <= MOST_ALERTS
    for severity, group in groupby(rest, key=lambda alert: alert.grade):
        members = list(group)
        highest = not first and severity == rest[0].grade
        _group(t, words, check, worklist, members, open_first=few or highest)


def _grave(grade: Severity) -> bool:
    return RANK[grade] >= RANK["major"]


def _group(
    t: Translator,
    words: Words,
    check: Check,
    worklist: Worklist,
    members: list[Alert],
    *,
    open_first: bool,
) -> None:
    grade, count = members[0].grade, sum(alert.count for alert in members)
    named = st.container(key=f"named-{grade}")
    label = t("pharmacy.group_of", severity=words.severity(grade), count=count)
    panel = fold(label, f"rest-{grade}", open_first=open_first)
    if panel.open:
        with panel:
            for alert in members[:MOST_CARDS]:
                _draw(t, words, check, worklist, alert)
    without = members[MOST_CARDS:] if panel.open else members
    with named if _grave(grade) else panel:
        if without and (_grave(grade) or panel.open):
            _named(t, words, worklist, without)


def _named(t: Translator, words: Words, worklist: Worklist, members: list[Alert]) -> None:
    """One line for each, so that nothing grave is out of sight; a list that is cut says so."""
    draw(
        '<ul class="named">', *(_line(t, words, worklist, a) for a in members[:MOST_NAMED]), "</ul>"
    )
    if len(members) > MOST_NAMED:
        st.info(t("pharmacy.more_in_export", count=len(members) - MOST_NAMED))


def _line(t: Translator, words: Words, worklist: Worklist, alert: Alert) -> str:
    names, effect = _said(t, words, alert)
    mark = badges.origin(t, "person") if alert.overridden(worklist) else ""
    return (
        fill(
            '<li title="$names: $effect"><span class="mark mark-$grade" role="img" '
            'aria-label="$word">$symbol</span><b>$names$times</b> ',
            grade=alert.grade,
            word=words.severity(alert.grade),
            symbol=badges.SYMBOLS[alert.grade],
            names=names,
            times=f" ×{alert.count}" if alert.count > 1 else "",
            effect=effect,
        )
        + mark
        + fill(" $effect</li>", effect=effect)
    )


def _said(t: Translator, words: Words, alert: Alert) -> tuple[str, str]:
    if isinstance(alert.found, ThreeDrugs):
        return words.names(alert.found.members), t.text(alert.found.rule.effect)
    decided = alert.found[0].decided_by
    return words.pair(alert.found[0]), words.effect(decided) if decided else ""


def _draw(t: Translator, words: Words, check: Check, worklist: Worklist, alert: Alert) -> None:
    if isinstance(alert.found, ThreeDrugs):
        three_card(t, words, alert.found)
    else:
        card(t, words, check, alert.found, worklist)


def counts(check: Check) -> dict[Severity, int]:
    """How many findings of each grade, the highest first; none is left out."""
    grades: Iterable[Severity] = (
        *(three.rule.severity for three in check.three_drugs),
        *(pair.severity for pair in check.pairs if pair.severity != "none"),
    )
    numbers: dict[Severity, int] = {}
    for one in sorted(grades, key=lambda g: -RANK[g]):
        numbers[one] = numbers.get(one, 0) + 1
    return numbers
