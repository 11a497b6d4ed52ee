"""What the shared model costs: several questions together against `generate`, one after the other.

    .venv/bin/python bench/model.py [--size small] [--jobs 1,2,4,6,8] [--new-tokens 16]

The checkpoint is random, in the shape of the 4 B model (`random_model.py`), made once outside the
repository. Both sides ask the same loaded model the same prompts, the facts of real pairs, in turn.
No time is judged but as a ratio of one run; `docs/performance.md` says how figures are taken.
"""

import argparse
import resource
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import torch  # noqa: E402
from figures import HEAD, alternating, line, timed  # noqa: E402
from random_model import checkpoint  # noqa: E402
from transformers import GenerationConfig  # noqa: E402
from transformers.generation.streamers import BaseStreamer  # noqa: E402

from core.model import machine  # noqa: E402
from core.model.checkpoint import read_checkpoint  # noqa: E402
from core.model.loader import Loaded, load  # noqa: E402
from core.model.local.engine import LocalEngine, greedy  # noqa: E402
from core.model.problems import ModelProblem  # noqa: E402
from core.model.request import Request  # noqa: E402
from core.model.spec import PRECISIONS, Decision, Load, Memory, decide  # noqa: E402
from core.pharmacy.checker import check  # noqa: E402
from core.pharmacy.explanation import request  # noqa: E402
from core.pharmacy.knowledge import knowledge  # noqa: E402
from core.terms.drug_list import Item  # noqa: E402

DRUGS = (
    *("warfarin", "clarithromycin", "atorvastatin", "amiodarone"),
    *("fluconazole", "digoxin", "simvastatin", "aspirin"),
)
ANSWER = 400  # tokens of a thought and an explanation; times for as many are computed
GOAL = {("cpu", 6): 3.5, ("cuda", 8): 5.0}
ALONE = 1.03
QUOTED = "commonly quoted for a 4 B model: 6.2 and 9.8 GB"
HEADING = (
    f"\n{'':4} {'all answers, s':^25}  {'first token, s':^17}  {'tokens a second':^24}"
    f"  {ANSWER}-token answers\n{'jobs':4} {'together':>9} {'in turn':>8} {'times':>6}"
    f"  {'together':>8} {'in turn':>8}  {'together':>8} {'in turn':>8} {'times':>6}  times, goal"
)
_LIMIT_S = 1800


@dataclass(slots=True)
class Answer:
    """When each token of one answer came, and which it was."""

    asked: float
    tokens: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    problem: object = None
    ended: threading.Event = field(default_factory=threading.Event)

    def more(self, tokens: list[int]) -> None:
        new = tokens[len(self.tokens) :]
        self.tokens += new
        self.times += [time.perf_counter()] * len(new)

    def text(self, piece: str, tokens: int) -> None:
        """A sink's; the batch is read for tokens, which carry no text at times."""

    def end(self, how: str, problem: object = None) -> None:
        self.problem = problem or (None if how in ("finished", "truncated") else how)
        self.ended.set()


@dataclass(frozen=True, slots=True)
class Run:
    """Some questions answered. `read`: s until every one had its first token; `rate`: tokens/s
    while all were being written (one after the other: while one was)."""

    whole: float
    read: float
    rate: float
    answers: tuple[Answer, ...]

    @property
    def first(self) -> float:
        """Seconds until a first token, on average over all who asked at the beginning."""
        begun = self.answers[0].asked
        return statistics.mean(answer.times[0] - begun for answer in self.answers)

    @property
    def long(self) -> float:
        """Seconds for answers of `ANSWER` tokens, computed."""
        return self.read + len(self.answers) * ANSWER / self.rate


class Both:
    """The same questions to the engine, together, and to `generate`, one after the other."""

    def __init__(self, loaded: Loaded, requests: list[Request], most: Load) -> None:
        self._loaded, self._requests = loaded, requests
        self.engine = LocalEngine(loaded, most)
        self._open: dict[str, Answer] = {}
        self._count = 0
        take = self.engine._text._take

        def taken(output: Any) -> None:
            self._open[output.request_id].more(output.generated_tokens)
            take(output)

        self.engine._text._take = taken  # type: ignore[method-assign]

    def warm(self) -> None:
        """The batch and the caches of both sides are made on first use."""
        whole, self._requests = self._requests, [replace(self._requests[0], budget=2)]
        self.turn(1, swapped=False)
        self._requests = whole

    def turn(self, jobs: int, swapped: bool) -> tuple[Run, Run]:
        """Ours and theirs, one right after the other."""
        if swapped:
            theirs = self.in_turn(jobs)
            return self.together(jobs), theirs
        return self.together(jobs), self.in_turn(jobs)

    def together(self, jobs: int) -> Run:
        begun = time.perf_counter()
        answers = []
        for asked in self._requests[:jobs]:
            self._count += 1
            name, answer = f"job-{self._count}", Answer(begun)
            self._open[name] = answer
            answers.append(answer)
            self.engine.ask(name, asked, answer)
        for answer in answers:
            if not answer.ended.wait(_LIMIT_S) or answer.problem:
                raise SystemExit(f"an answer failed: {answer.problem}")
        whole = time.perf_counter() - begun
        all_begun = max(answer.times[0] for answer in answers)
        one_ended = min(answer.times[-1] for answer in answers)
        written = [t for a in answers for t in a.times if all_begun < t <= one_ended]
        rate = len(written) / (one_ended - all_begun) if written else float("nan")
        return Run(whole, all_begun - begun, rate, tuple(answers))

    def in_turn(self, jobs: int) -> Run:
        begun = time.perf_counter()
        answers = [self._generated(asked) for asked in self._requests[:jobs]]
        whole = time.perf_counter() - begun
        read = sum(answer.times[0] - answer.asked for answer in answers)
        writing = sum(answer.times[-1] - answer.times[0] for answer in answers)
        rate = sum(len(answer.times) - 1 for answer in answers) / writing
        return Run(whole, read, rate, tuple(answers))

    def _generated(self, asked: Request) -> Answer:
        answer = Answer(time.perf_counter())
        config = greedy(self._loaded).to_dict() | {"max_new_tokens": asked.budget}
        self._loaded.model.generate(
            **self.engine._inputs(asked),
            generation_config=GenerationConfig.from_dict(config),
            streamer=_Tokens(answer),
        )
        return answer


class _Tokens(BaseStreamer):
    """As little as a streamer can do; the first thing it is handed is the prompt."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self._prompt = answer, True

    def put(self, value: torch.Tensor) -> None:
        if not self._prompt:
            self._answer.more(self._answer.tokens + value.reshape(-1).tolist())
        self._prompt = False

    def end(self) -> None:
        self._answer.ended.set()


def questions(most: int, tokens: int) -> list[Request]:
    """Explanations of pairs as the pharmacy page asks for them, each another one."""
    known = knowledge()
    found = check([Item(drug, (drug,), "chosen") for drug in DRUGS], known)
    pairs = [pair for pair in found.pairs if pair.state == "interaction"]
    asked = [replace(request(pair, known, "zh-CN"), budget=tokens) for pair in pairs[:most]]
    if len(asked) < most:
        raise SystemExit(f"at most {len(asked)} jobs: there are no more prompts")
    return asked


def compared(both: Both, jobs: list[int], rounds: int, device: str) -> None:
    """One line for each number of jobs, medians over rounds; the order is swapped each round."""
    both.warm()
    print(HEADING, flush=True)
    made = []
    for number in jobs:
        pairs = [both.turn(number, swapped=n % 2 == 1) for n in range(rounds)]
        print(_line(number, pairs, device), flush=True)
        made += pairs
    print(differing(made))


def _line(number: int, pairs: list[tuple[Run, Run]], device: str) -> str:
    whole, first, rate = (
        [statistics.median(measure(pair[side]) for pair in pairs) for side in (0, 1)]
        for measure in (lambda run: run.whole, lambda run: run.first, lambda run: run.rate)
    )
    long = statistics.median(theirs.long / ours.long for ours, theirs in pairs)
    return (
        f"{number:4} {whole[0]:9.2f} {whole[1]:8.2f} {whole[1] / whole[0]:6.2f}  "
        f"{first[0]:8.2f} {first[1]:8.2f}  {rate[0]:8.2f} {rate[1]:8.2f} "
        f"{rate[0] / rate[1]:6.2f}  {long:5.2f}{_goal(number, whole[0] / whole[1], long, device)}"
    )


def _goal(number: int, cost: float, times: float, device: str) -> str:
    if number == 1:
        return f", cost {cost:.3f} <= {ALONE}: {'met' if cost <= ALONE else 'MISSED'}"
    goal = GOAL.get((device, number))
    return f" >= {goal}: {'met' if times >= goal else 'MISSED'}" if goal else ""


def differing(pairs: list[tuple[Run, Run]]) -> str:
    """How much of what the batch wrote is not what `generate` wrote."""
    both = [
        (ours.tokens, theirs.tokens)
        for run, peer in pairs
        for ours, theirs in zip(run.answers, peer.answers, strict=True)
    ]
    tokens = sum(max(len(ours), len(theirs)) for ours, theirs in both)
    same = sum(a == b for ours, theirs in both for a, b in zip(ours, theirs, strict=False))
    answers = sum(ours != theirs for ours, theirs in both)
    share = 100 * (tokens - same) / tokens
    return (
        f"tokens that differ from generate: {tokens - same} of {tokens} ({share:.1f} %), "
        f"in {answers} of {len(both)} answers"
    )


def products(loaded: Loaded) -> None:
    """The widest product of a layer as this program does it, beside torch's own."""
    layer = loaded.model.get_decoder().layers[0].mlp.up_proj
    if type(layer) is torch.nn.Linear or loaded.model.device.type != "cpu":
        return
    plain = torch.nn.Linear(layer.in_features, layer.out_features, bias=False, dtype=torch.bfloat16)
    print(f"\n{HEAD}")
    for rows in (1, 6, 256):
        given = torch.randn(rows, layer.in_features, dtype=torch.bfloat16)
        with torch.inference_mode():
            ours, peer = alternating(
                lambda _, x=given: timed(lambda: layer(x)),
                lambda _, x=given: timed(lambda: plain(x)),
                9,
            )
        print(line(f"one product, {rows} rows; peer: torch in bf16", ours, peer))


def memory(device: str) -> str:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    said = f"peak of the process {peak / 1e9:.1f} GB"
    if device == "cuda":
        now, most = torch.cuda.memory_allocated(), torch.cuda.max_memory_allocated()
        said = f"GPU now {now / 1e9:.1f} GB, peak {most / 1e9:.1f} GB; {said}"
    return said


def decided(shape: Any, device: str, precision: str, most: Load) -> Decision:
    free = machine.memory()
    if device == "cuda" and free.gpu is None:
        raise SystemExit("no GPU was found")
    return decide(shape, precision, Memory(free.cpu) if device == "cpu" else free, most)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=("full", "small"), default="full")
    parser.add_argument("--jobs", default="1,2,4,6,8", help="numbers of concurrent jobs")
    parser.add_argument("--new-tokens", type=int, default=16, help="tokens of each answer")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--precision", choices=("auto", *PRECISIONS), default="auto")
    options = parser.parse_args(arguments)
    if options.new_tokens < 4:
        parser.error("a rate needs at least 4 new tokens")
    jobs = [int(number) for number in options.jobs.split(",")]
    asked = questions(max(jobs), options.new_tokens)
    found = read_checkpoint(checkpoint(options.size))
    most = Load(jobs=max(jobs))
    try:
        decision = decided(found.shape, options.device, options.precision, most)
        begun = time.perf_counter()
        loaded = load(found, decision, lambda done, of: None)
    except ModelProblem as problem:
        raise SystemExit(f"{problem.key} {problem.values}") from problem
    took, where = time.perf_counter() - begun, decision.device
    print(
        f"{found.shape.parameters / 1e9:.2f} B parameters, {decision.precision} on {where}", end=""
    )
    print(f", {torch.get_num_threads()} threads; loaded in {took:.1f} s")
    print(f"memory after loading: {memory(where)}; {QUOTED}")
    both = Both(loaded, asked, most)
    lengths = sorted(both.engine._inputs(one)["input_ids"].shape[1] for one in asked)
    print(
        f"prompts of {lengths[0]} to {lengths[-1]} tokens, {options.new_tokens} new ones",
        flush=True,
    )
    compared(both, jobs, options.rounds, where)
    products(loaded)
    print(f"memory at the end: {memory(where)}")
    both.engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
