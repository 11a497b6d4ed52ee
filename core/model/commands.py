"""`python -m core model parse --jsonl` tells thought and answer apart; `… download ID` fetches.

Knows: `{"chunks": […]}` per line in, `{"thought", "answer", "state"}` per line out, in order; a
line that cannot be read is answered with what is wrong with it. Of a download: the question for the
terms, a bar on a terminal, one JSON line per step with `--jsonl`. Does not know: how it is done.
"""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from core.i18n import LANGUAGES, Language, Translator
from core.model.download import Fetched, Step, fetch, online
from core.model.problems import ModelProblem
from core.model.thought import parse

YES = "yes"
REFUSED, STOPPED = 2, 130


def add_to(parser: argparse.ArgumentParser, language: Language) -> None:
    """Adds the commands with their options."""
    commands = parser.add_subparsers(dest="command", required=True)
    parsing = commands.add_parser("parse", help="tell thought and answer apart, a text per line")
    parsing.add_argument("--jsonl", action="store_true", required=True)
    fetching = commands.add_parser("download", help="fetch a checkpoint from a model hub")
    fetching.add_argument("id", metavar="ID", help="owner/name")
    fetching.add_argument("--accept-terms", action="store_true", help="they were read before")
    fetching.add_argument("--jsonl", action="store_true", help="print a JSON line per step")
    fetching.add_argument("--lang", choices=LANGUAGES, default=language)


def download(options: argparse.Namespace, t: Translator) -> int:
    """Fetches a checkpoint; exit code 0, or 2 with a sentence, or 130 when it was stopped."""
    online()
    said = _Lines() if options.jsonl else _Terminal(t)
    try:
        if not options.accept_terms:
            _accept(t, options.jsonl)
        with said:
            found = fetch(options.id, said.step)
    except ModelProblem as problem:
        said.problem(problem)
        return REFUSED
    except KeyboardInterrupt:
        said.problem(ModelProblem("model.download.stopped"))
        return STOPPED
    said.end(found, options.id)
    return 0


def _accept(t: Translator, jsonl: bool) -> None:
    """Asks in a terminal; elsewhere `--accept-terms` says that somebody read them."""
    if jsonl or not sys.stdin.isatty():
        raise ModelProblem("model.download.terms_missing")
    print(t("model.download.terms"), flush=True)
    try:
        typed = input(t("model.download.ask", yes=YES))
    except EOFError:
        typed = ""
    if typed.strip().lower() != YES:
        raise ModelProblem("model.download.not_accepted")


class _Lines:
    """One JSON object per line."""

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def step(self, step: Step) -> None:
        self._print(asdict(step))

    def end(self, found: Fetched, _: str) -> None:
        self._print({"folder": str(found.folder), "revision": found.revision})

    def problem(self, problem: ModelProblem) -> None:
        self._print({"problem": problem.key, "values": problem.values})

    def _print(self, said: dict[str, Any]) -> None:
        print(json.dumps(said, ensure_ascii=False), flush=True)


class _Terminal:
    """A bar over the bytes of all files; without a terminal nothing until the end."""

    def __init__(self, t: Translator) -> None:
        self._t = t
        self._bar: Any = None

    def __enter__(self) -> "_Terminal":
        from tqdm import tqdm

        self._bar = tqdm(total=0, unit="B", unit_scale=True, disable=None, dynamic_ncols=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def step(self, step: Step) -> None:
        self._bar.total = step.bytes_whole
        self._bar.set_description(f"{step.done}/{step.whole} {step.file}", refresh=False)
        self._bar.update(step.bytes_done - self._bar.n)

    def end(self, found: Fetched, name: str) -> None:
        values = {"name": name, "revision": found.revision, "folder": found.folder}
        print(self._t("model.download.done", **values))

    def problem(self, problem: ModelProblem) -> None:
        print(self._t(problem.key, **problem.values), file=sys.stderr)


def parse_jsonl(stdin: BinaryIO) -> int:
    """Answers each line as it arrives; the exit code is 0 also when lines were bad."""
    for line in stdin:
        print(json.dumps(_answer(line), ensure_ascii=False), flush=True)
    return 0


def _answer(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return _refused("not_json")
    chunks = asked.get("chunks") if isinstance(asked, dict) else None
    if not isinstance(chunks, list) or not all(isinstance(chunk, str) for chunk in chunks):
        return _refused("no_chunks")
    return asdict(parse(chunks))


def _refused(problem: str) -> dict[str, Any]:
    return {"thought": "", "answer": "", "state": None, "error": problem}
