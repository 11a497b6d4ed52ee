"""The command line: `python -m core pharmacy check …`, `python -m core pharmacy facts`.

Knows: options, standard input and output, exit codes (0 answered, 2 wrong call).
Does not know: how anything is decided.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import AuscultError, BadInput
from core.i18n import LANGUAGES, Language, choose, translator
from core.pharmacy import facts_summary
from core.pharmacy.checker import MOST_DRUGS, Check, check
from core.pharmacy.context import Medication, number, read_patient
from core.pharmacy.knowledge import Knowledge, knowledge
from core.pharmacy.report import as_json
from core.pharmacy.wording import Words
from core.terms.drug_list import Item, read_name
from core.terms.drug_names import drug_names

CONTEXT_OPTIONS = {
    "age-years": "years",
    "age-days": "days, for neonates",
    "sex": "male or female",
    "weight-kg": "kg",
    "creatinine-umol-l": "serum creatinine in µmol/L",
    "egfr": "mL/min/1.73 m²; never used as creatinine clearance",
    "crcl": "creatinine clearance in mL/min",
    "potassium": "mmol/L",
    "pregnant": "yes or no",
    "renal-impairment": "yes or no",
    "hepatic-impairment": "yes or no",
    "indication": "as in assets/pharmacy/context.csv",
    "history": "as in assets/pharmacy/context.csv",
}


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    words = Words(translator(options.lang), knowledge().profiles)
    try:
        if options.command == "facts":
            print(facts_summary.text(knowledge(), words.t))
            return 1 if knowledge().tables.problems else 0
        if options.jsonl:
            return _answer_lines(sys.stdin, words)
        return _answer_one(options, words)
    except AuscultError as problem:
        print(words.t(problem.key, **problem.values), file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core")
    pages = parser.add_subparsers(dest="page", required=True)
    pharmacy = pages.add_parser("pharmacy", help="drug interactions")
    commands = pharmacy.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="check a medicine list")
    checking.add_argument("drugs", nargs="*", help="names, each optionally with dose and frequency")
    checking.add_argument("--json", action="store_true", help="print one JSON object")
    checking.add_argument(
        "--jsonl", action="store_true", help="read one list per line from standard input"
    )
    for name, text in CONTEXT_OPTIONS.items():
        checking.add_argument(f"--{name}", help=text)
    summary = commands.add_parser(
        "facts", help="counts, versions, marks and problems of the tables"
    )
    for command in (checking, summary):
        command.add_argument("--lang", choices=LANGUAGES, default=_terminal_language())
    return parser


def _terminal_language() -> Language:
    return choose(
        None, None, os.environ.get("LC_ALL") or os.environ.get("LANG", "").partition(".")[0]
    )


def _answer_one(options: argparse.Namespace, words: Words) -> int:
    given = {
        name.replace("-", "_"): getattr(options, name.replace("-", "_")) for name in CONTEXT_OPTIONS
    }
    result = run(options.drugs, given, knowledge())
    if options.json:
        print(_dump(as_json(result, knowledge(), words)))
    else:
        print("\n".join(_lines(result, words)))
    return 0


def _answer_lines(lines: Iterable[str], words: Words) -> int:
    """One answer per line, in order; a line that cannot be read is answered too."""
    for line in lines:
        if line.strip():
            print(_dump(_answer(line, words)), flush=True)
    return 0


def _answer(line: str, words: Words) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        if not isinstance(asked, dict) or not isinstance(asked.get("drugs"), list):
            raise BadInput("error.jsonl.shape")
        context = asked.get("context") or {}
        if not isinstance(context, dict):
            raise BadInput("error.jsonl.shape")
        return as_json(run(asked["drugs"], context, knowledge()), knowledge(), words)
    except (ValueError, RecursionError):
        return _refused(words.t("error.jsonl.shape"))
    except AuscultError as problem:
        return _refused(words.t(problem.key, **problem.values))


def _refused(sentence: str) -> dict[str, Any]:
    return {
        "state": "not_checked",
        "severity": None,
        "complete": False,
        "pairs": [],
        "unresolved": [],
        "error": sentence,
    }


def run(drugs: list[Any], context: Mapping[str, Any], known: Knowledge) -> Check:
    """Checks names (or objects with `name`, `dose_mg`, `route`, `separated_hours`) in a context.

    `dose_mg` is the dose per day in mg. The context may hold the same details as `drugs`, by place.
    """
    if len(drugs) > MOST_DRUGS:
        raise BadInput("error.list.too_many", n=len(drugs), most=MOST_DRUGS)
    names = drug_names()
    items = [read_name(_name(drug), names) for drug in drugs]
    medications = {
        line: _medication(drug) for line, drug in enumerate(drugs) if isinstance(drug, dict)
    }
    medications.update(_by_place(context.get("drugs"), drugs, items))
    return check(items, known, read_patient(context), medications)


def _name(drug: Any) -> str:
    text = drug.get("name") or drug.get("drug") if isinstance(drug, dict) else drug
    if not isinstance(text, str):
        raise BadInput("error.jsonl.shape")
    return text[:500]


def _by_place(details: Any, drugs: list[Any], items: list[Item]) -> dict[int, Medication]:
    """Details of the context, given in the order of the list or under the names of the list."""
    if not details:
        return {}
    if isinstance(details, dict):
        details = [
            details.get(_name(drug)) or details.get((*i.drugs, "")[0])
            for drug, i in zip(drugs, items, strict=True)
        ]
    if not isinstance(details, list) or len(details) > len(drugs):
        raise BadInput("error.jsonl.shape")
    named = {_name(drug): line for line, drug in reversed(list(enumerate(drugs)))}
    found = {}
    for place, detail in enumerate(details):
        if isinstance(detail, dict):
            found[named.get(str(detail.get("name") or detail.get("drug")), place)] = _medication(
                detail
            )
    return found


def _medication(detail: Mapping[str, Any]) -> Medication:
    dose, hours = detail.get("dose_mg"), detail.get("separated_hours")
    route = detail.get("route")
    return Medication(
        None if dose is None else number("dose_mg", dose, 0, 1_000_000),
        None if route is None else str(route)[:40].lower(),
        None if hours is None else number("separated_hours", hours, 0, 72),
    )


def _dump(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


def _lines(result: Check, words: Words) -> list[str]:
    """A short answer for a terminal: unresolved names first, then pairs by severity."""
    t = words.t
    lines = [f"! {i.text}: {t(f'pharmacy.unresolved.{i.reason}')}" for i in result.unresolved]
    if len(result.medicines) + len(result.unresolved) < 2:
        lines.append(t("pharmacy.empty.two_needed"))
    for pair in result.pairs:
        decided = pair.decided_by
        if pair.state == "interaction" and decided:
            lines += [
                f"{words.severity(pair.severity)} · {words.pair(pair)} · {decided.rule}",
                f"  {words.effect(decided)}",
                f"  {words.mechanism(decided)}",
                f"  {words.management(decided)}",
                *(f"  {words.source(source)}" for source in dict.fromkeys(decided.sources)),
            ]
        elif pair.state == "not_checked":
            lines.append(f"{words.pair(pair)}: {words.reason(pair)}")
        else:
            lines.append(f"{words.pair(pair)}: {t('pharmacy.state.no_record')}")
        lines += [f"  ? {words.question(q)}" for q in pair.questions]
    for three in result.three_drugs:
        grade, names = words.severity(three.rule.severity), words.names(three.members)
        lines.append(f"{grade} · {names} · {t.text(three.rule.effect)}")
    return lines
