"""Compares our derivation with a reference engine over all pairs; freezes a sample for the tests.

    python tools/compare_derivation.py FOLDER_WITH_REFERENCE_ENGINE [--freeze]

Prints the number of pairs that differ in grade or deciding rule. `--freeze` writes a stratified
sample of 3 000 pairs and the counts per grade to `tests/core/pharmacy/`.
"""

import collections
import csv
import importlib
import itertools
import json
import random
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from core.pharmacy.knowledge import Knowledge, load  # noqa: E402

SAMPLE = 3000


def reference_pool(engine: Any, findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ruling = [
        f
        for f in findings
        if (f["kind"] == "explicit" and f["specificity"] == 2) or f["kind"] == "food"
    ]
    hard = [f for f in findings if f["kind"] in ("same_ingredient", "duplicate_class")]
    return ruling + hard if ruling else findings


def reference_rule(finding: dict[str, Any]) -> str:
    """The rule id in our spelling; food rows carry no id of their own."""
    if finding["kind"] == "duplicate_class":
        return f"duplicate:{finding['group']}"
    return str(finding.get("rule") or finding["kind"])


def reference(engine: Any, a: str, b: str) -> tuple[str, str]:
    """Grade and deciding rule by the reference engine."""
    grade, _ = engine.check(a, b)
    if grade == "none":
        return grade, ""
    parts = [[x, *engine.split(engine.DRUGS[x]["components"])] for x in (a, b)]
    whole = engine.check_single(a, b)
    decided = any(f["kind"] == "explicit" and f["specificity"] == 2 for f in whole)
    for x, y in itertools.product(*parts):
        here = engine.check_single(x, y)
        same = any(f["kind"] == "same_ingredient" for f in here)
        if decided and (x, y) != (a, b) and not same:
            continue
        for finding in reference_pool(engine, here):
            if finding["severity"] == grade and engine.headline(here) == grade:
                return grade, reference_rule(finding)
    raise AssertionError((a, b, grade))


def ours(knowledge: Knowledge, a: str, b: str) -> tuple[str, str]:
    derivation = knowledge.deriver.pair(knowledge.profiles[a], knowledge.profiles[b])
    rule = derivation.decided_by.rule if derivation.decided_by else ""
    return derivation.severity, "food" if rule.startswith("food:") else rule


def freeze(answers: dict[tuple[str, str], tuple[str, str]]) -> None:
    """A third without finding, the rest spread over rules so that each rule has its share."""
    folder = ROOT / "tests" / "core" / "pharmacy"
    folder.mkdir(parents=True, exist_ok=True)
    counts = collections.Counter(grade for grade, _ in answers.values())
    (folder / "grade_counts.json").write_text(
        json.dumps(dict(counts), indent=2) + "\n", encoding="utf-8"
    )
    by_rule: dict[str, list[tuple[str, str]]] = collections.defaultdict(list)
    for pair, (_, rule) in sorted(answers.items()):
        by_rule[rule].append(pair)
    chosen = random.Random(1).sample(by_rule.pop(""), SAMPLE // 3)
    decks = [random.Random(1).sample(pairs, len(pairs)) for _, pairs in sorted(by_rule.items())]
    while len(chosen) < SAMPLE:
        chosen += [deck.pop() for deck in decks if deck][: SAMPLE - len(chosen)]
    with (folder / "pair_sample.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["a", "b", "severity", "rule"])
        writer.writerows([*pair, *answers[pair]] for pair in sorted(chosen))


def main(folder: str, *options: str) -> int:
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    engine = importlib.import_module("reference_engine")
    knowledge = load(ROOT / "assets" / "pharmacy")
    differing = 0
    answers = {}
    for a, b in itertools.combinations(sorted(engine.DRUGS), 2):
        answers[a, b] = reference(engine, a, b)
        mine = ours(knowledge, a, b)
        if mine != answers[a, b]:
            differing += 1
            if differing <= 20:
                print(a, b, "reference", answers[a, b], "ours", mine)
    print(f"{len(answers)} pairs, {differing} differ")
    if "--freeze" in options and not differing:
        freeze(answers)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
