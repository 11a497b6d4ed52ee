"""The command line: `python -m core pharmacy …`, `… records`, `… ward`, `… model`, `… safety`.

Knows: options, standard input and output, exit codes (0 answered, 1 a table is bad, 2 wrong call).
Does not know: how anything is decided.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from core.errors import AuscultError, BadInput
from core.i18n import LANGUAGES, Language, choose, translator
from core.model import commands as model
from core.pharmacy import asking_command, facts_summary
from core.pharmacy.checker import Check, Pair
from core.pharmacy.knowledge import Knowledge, knowledge
from core.pharmacy.report import as_json, not_held, why_none
from core.pharmacy.request import misshapen, run
from core.pharmacy.wording import Words
from core.records import options as records
from core.safety import commands as safety
from core.settings import Settings, current, read
from core.terms.drug_names import drug_names
from core.ward import options as ward

ASKED = ("drugs", "context")
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
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Half a character in a typed name must not end a stream of answers.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if options.page == "records":
        return _records(options)
    if options.page == "safety":
        return safety.orders_jsonl(sys.stdin.buffer)
    if options.page == "model":
        return _model(options)
    if options.page == "ward":
        return _ward(options)
    words = Words(translator(options.lang), knowledge().profiles)
    try:
        if options.command == "facts":
            names = drug_names().problem
            print(facts_summary.text(knowledge(), names, words.t))
            return 1 if knowledge().tables.problems or names else 0
        if options.command == "ask":
            given = (options.question, options.drugs, words)
            print(asking_command.ask(*given, as_json=options.json))
            return 0
        if options.jsonl:
            return _answer_lines(sys.stdin.buffer, words)
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
    asking = commands.add_parser("ask", help="a question about a list, answered from the rows")
    asking.add_argument("question")
    asking.add_argument("--drugs", nargs="*", default=[], help="names of the list")
    asking.add_argument("--json", action="store_true", help="print one JSON object")
    summary = commands.add_parser(
        "facts", help="counts, versions, marks and problems of the tables"
    )
    keeping = pages.add_parser("records", help="what is stored: keys, audit, backup, erase")
    judging = pages.add_parser("safety", help="what a model may not say")
    orders = judging.add_subparsers(dest="command", required=True).add_parser(
        "orders", help="find what reads as an order, one text per line"
    )
    orders.add_argument("--jsonl", action="store_true", required=True)
    model.add_to(pages.add_parser("model", help="the shared model"), _terminal_language())
    keeping.add_argument("--data", metavar="DIR", help="the folder, as start.py was given it")
    for command in (checking, asking, summary, *records.add_to(keeping)):
        command.add_argument("--lang", choices=LANGUAGES, default=_terminal_language())
    ward.add_to(pages.add_parser("ward", help="the ward network: what start.py --lan settles"))
    return parser


def _model(options: argparse.Namespace) -> int:
    if options.command == "parse":
        return model.parse_jsonl(sys.stdin.buffer)
    return model.download(options, translator(options.lang))


def _ward(options: argparse.Namespace) -> int:
    from core.ward import preparing  # as do a database and a certificate library

    return preparing.run(options, current())


def _records(options: argparse.Namespace) -> int:
    from core.records import commands  # a database library takes half a second to load

    t = translator(options.lang)
    try:
        return commands.run(options, _settings(options), t)
    except AuscultError as problem:
        print(t(problem.key, **problem.values), file=sys.stderr)
        return 2


def _settings(options: argparse.Namespace) -> Settings:
    """Those of the environment, with the folder that the command names."""
    return read({**os.environ, "AUSCULT_DATA": options.data}) if options.data else current()


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
        print("\n".join(_lines(result, knowledge(), words)))
    return 0


def _answer_lines(lines: Iterable[bytes], words: Words) -> int:
    """One answer per line, in order; a line that cannot be read is answered too."""
    for line in lines:
        print(_dump(_answer(line, words)), flush=True)
    return 0


def _answer(line: bytes, words: Words) -> dict[str, Any]:
    try:
        asked = _asked(line)
        context = asked.get("context") or {}
        if not isinstance(asked.get("drugs"), list) or not isinstance(context, dict):
            raise misshapen()
        return as_json(run(asked["drugs"], context, knowledge()), knowledge(), words)
    except AuscultError as problem:
        return _refused(words.t(problem.key, **problem.values))


def _asked(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise misshapen() from None
    if not isinstance(asked, dict):
        raise misshapen()
    for key in asked:
        if key not in ASKED:
            raise BadInput("error.jsonl.key", name=key[:40], accepted=", ".join(ASKED))
    return asked


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which every key stands once: of two values neither may be dropped unseen."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise BadInput("error.jsonl.twice", name=key[:40])
        made[key] = value
    return made


def _refused(sentence: str) -> dict[str, Any]:
    return {
        "state": "not_checked",
        "severity": None,
        "complete": False,
        "pairs": [],
        "unresolved": [],
        "error": sentence,
    }


def _dump(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


def _lines(result: Check, known: Knowledge, words: Words) -> list[str]:
    """A short answer for a terminal: what was not checked first, then pairs by severity."""
    t = words.t
    lines = [f"! {i.text}: {t(f'pharmacy.unresolved.{i.reason}')}" for i in result.unresolved]
    for name in result.missing_tables:
        problem = known.tables.problems[name]
        said = t(problem.key, **problem.values)
        lines.append(f"! {t('pharmacy.table_missing', table=name, problem=said)}")
    if result.too_few:
        lines.append(t("pharmacy.empty.two_needed"))
    for pair in result.pairs:
        lines += _pair_lines(pair, words)
    for three in result.three_drugs:
        grade, names = words.severity(three.rule.severity), words.names(three.members)
        lines.append(f"{grade} · {names} · {t.text(three.rule.effect)}")
    return lines + not_held(result, words)


def _pair_lines(pair: Pair, words: Words) -> list[str]:
    decided = pair.decided_by
    questions = [f"  ? {words.question(q)}" for q in pair.questions]
    if pair.state != "interaction" or decided is None:
        said = why_none(pair, words) or words.t("pharmacy.state.no_record")
        return [f"{words.pair(pair)}: {said}", *questions]
    return [
        f"{words.severity(pair.severity)} · {words.pair(pair)} · {decided.rule}",
        f"  {words.effect(decided)}",
        f"  {words.mechanism(decided)}",
        f"  {words.management(decided)}",
        *(f"  {words.source(source)}" for source in dict.fromkeys(decided.sources)),
        *questions,
    ]
