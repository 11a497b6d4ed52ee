"""A check as rows of a table: names not checked first, then pairs, each with its own state.

Knows: the columns, in a fixed order; those for text of a model are there only with such text.
Does not know: CSV and what a spreadsheet would run.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from core.exports.csv_table import Cell, csv_file
from core.pharmacy import model_words, pair_text
from core.pharmacy.checker import Check, Pair, ThreeDrugs
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.model_words import Worded
from core.pharmacy.overrides import Override
from core.pharmacy.report import why_none
from core.pharmacy.wording import Words

COLUMNS = (
    "state",
    "severity",
    "first",
    "second",
    "reason",
    "effect",
    "mechanism",
    "management",
    "alternatives",
    "evidence",
    "source",
    "mark",
    "rule",
    "context",
    "override",
    "knowledge",
    "when",
    "sample",
)
EXPLAINED = ("explained_label", "explained", "explained_remarks", "aigc")
Row = dict[str, Cell]


def check_csv(
    check: Check,
    knowledge: Knowledge,
    words: Words,
    *,
    sample: bool,
    when: datetime,
    overrides: Mapping[str, Override],
    explained: Sequence[Worded] = (),
) -> bytes:
    """The file; each row carries version, time and the sample mark, since rows get copied."""
    always: Row = {
        "knowledge": f"{knowledge.version} ({knowledge.digest})",
        "when": pair_text.moment(when),
        "sample": words.t("export.sample") if sample else "",
    }
    columns = (*COLUMNS, *EXPLAINED) if explained else COLUMNS
    rows = (row | always for row in check_rows(check, knowledge, words, overrides, explained))
    header = [words.t(f"export.csv.{column}") for column in columns]
    return csv_file(header, ([row.get(column) for column in columns] for row in rows))


def check_rows(
    check: Check,
    knowledge: Knowledge,
    words: Words,
    overrides: Mapping[str, Override],
    explained: Sequence[Worded] = (),
) -> Iterator[Row]:
    """A row per name not checked, three-drug rule and pair; pairs not checked come first."""
    t = words.t
    texts = {one.pair: _explained(one, words) for one in explained}
    for item in check.unresolved:
        yield {
            "state": t("export.state.name_not_checked"),
            "first": pair_text.typed(item.text),
            "reason": t(f"pharmacy.unresolved.{item.reason}"),
        }
    for three in check.three_drugs:
        yield _three(three, words)
    for pair in sorted(check.pairs, key=lambda p: p.state != "not_checked"):
        row = _pair(pair, check, knowledge, words, overrides.get(pair.key))
        yield row | texts.get(pair.key, {})


def _explained(found: Worded, words: Words) -> Row:
    label = model_words.ai_label((found,))
    return {
        "explained_label": model_words.label(found, words),
        "explained": found.text,
        "explained_remarks": words.t("list.sentence").join(model_words.remarks(found, words)),
        "aigc": label.json() if label else "",
    }


def _pair(
    pair: Pair, check: Check, knowledge: Knowledge, words: Words, override: Override | None
) -> Row:
    changed = pair_text.context_lines(pair, knowledge, words)
    row: Row = {
        "state": words.t(f"export.state.{_state(pair)}"),
        "first": words.name(pair.a.id),
        "second": words.name(pair.b.id),
        "reason": why_none(pair, words) or "",
        "context": _joined((*changed, *pair_text.partly(pair, words)), words),
        "override": _joined(pair_text.override_lines(pair, override, words), words),
    }
    if pair.state == "interaction" and pair.decided_by:
        offered = pair_text.alternative_lines(pair, check, knowledge, words)
        row |= {"severity": words.severity(pair.severity), "alternatives": _joined(offered, words)}
        row |= _finding(pair.decided_by, words)
    return row


def _state(pair: Pair) -> str:
    return "removed_by_context" if pair.removed_by_context else pair.state


def _finding(finding: Finding, words: Words) -> Row:
    listed = pair_text.sources(finding)
    return {
        "effect": words.effect(finding),
        "mechanism": words.mechanism(finding),
        "management": words.management(finding),
        "evidence": words.evidence(finding),
        "source": "; ".join(source.name for source in listed),
        "mark": "; ".join(dict.fromkeys(map(words.mark, listed))),
        "rule": finding.rule,
    }


def _three(found: ThreeDrugs, words: Words) -> Row:
    t, rule = words.t, found.rule
    return {
        "state": t("export.state.interaction"),
        "severity": words.severity(rule.severity),
        "first": words.names(found.members),
        "effect": t.text(rule.effect),
        "management": t.text(rule.management),
        "source": rule.source.name,
        "mark": words.mark(rule.source),
        "rule": rule.id,
    }


def _joined(lines: tuple[str, ...], words: Words) -> str:
    return words.t("list.sentence").join(lines)
