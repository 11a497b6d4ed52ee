"""Text questions of all sessions in one running batch (transformers' continuous batching).

Knows: token ids only. Every question streams; one that is stopped is told so at once, whatever the
batch still does with it. A batch that died fails its questions and is made anew for the next. What
is asked while somebody else has the model begins afterwards, whether a batch runs or not.
Does not know: pictures, which run while the batch is paused. Attention stays sdpa: the batch may
not switch to flash attention, which ignores the mask of pictures.
"""

import logging
import math
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tokenizers.decoders import DecodeStream
from transformers import ContinuousBatchingConfig, GenerationConfig

from core.model.engine import Sink
from core.model.loader import Loaded
from core.model.problems import ModelProblem
from core.model.shape import Shape
from core.model.spec import Load

LOG = logging.getLogger("auscult")
LOOK_S = 0.1
STOP_S = 10.0
PAGE = 64  # tokens; the memory of the cache is counted in these
SHORT = ("out of memory", "allocate memory", "available memory")
# Tokens in one step. Masks grow with it, and while a long question is read the others wait a step.
STEP = {"cpu": 512, "cuda": 1024}


@dataclass(slots=True)
class _Open:
    """A question being answered: the batch it is in, what was already handed on."""

    sink: Sink
    tokens: list[int]
    budget: int
    manager: Any = None
    decoder: DecodeStream = field(default_factory=lambda: DecodeStream(skip_special_tokens=True))
    shown: int = 0


class TextBatch:
    """Made once for a loaded model; its threads run from the first question to `close`."""

    def __init__(self, loaded: Loaded, config: GenerationConfig, load: Load) -> None:
        self._loaded, self._config, self._load = loaded, config, load
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()
        self._manager: Any = None
        self._follower: threading.Thread | None = None
        self._lent = self._closing = False

    def ask(self, job: str, tokens: list[int], budget: int, sink: Sink) -> None:
        with self._lock:
            closing = self._closing
            if not closing:
                self._open[job] = _Open(sink, tokens, budget)
        if closing:
            sink.end("stopped")
        else:
            self._begin(job)

    def _begin(self, job: str) -> None:
        """Hands a question to the batch, unless somebody has the model now."""
        try:
            with self._lock:
                found = self._open.get(job)
                if self._lent or self._closing or found is None or found.manager is not None:
                    return
                if self._manager is not None and not _alive(self._manager):
                    return  # it begins once the batch that died gave its memory back
                found.manager = self._running()
                found.manager.add_request(
                    found.tokens, request_id=job, max_new_tokens=found.budget, streaming=True
                )
        except Exception as why:  # a batch that cannot begin ends this question, not the caller
            LOG.exception("an answer could not begin")
            self._end(job, "failed", named(why))

    def stop(self, job: str) -> None:
        with self._lock:
            found = self._open.get(job)
            if found is not None and found.manager is not None:
                found.manager.cancel_request(job)
        self._end(job, "stopped")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The model is the caller's alone, one at a time; questions go on or begin afterwards."""
        with self._lock:
            self._lent, manager = True, self._manager
        try:
            with ExitStack() as held:
                if _alive(manager):
                    try:
                        held.enter_context(manager.pause())
                    except RuntimeError:  # it died before it could pause, so nothing runs
                        LOG.warning("the batch ended while it was to pause")
                yield
        finally:
            with self._lock:
                self._lent = False
            self._begin_waiting()

    def _begin_waiting(self) -> None:
        with self._lock:
            waiting = [job for job, found in self._open.items() if found.manager is None]
        for job in waiting:
            self._begin(job)

    def close(self) -> None:
        with self._lock:
            self._closing = True
            manager, self._manager = self._manager, None
        if manager is not None and manager.is_running():
            manager.stop(block=True, timeout=STOP_S, hard_stop=True)
        for job in list(self._open):
            self._end(job, "stopped")
        # Until it has ended it holds the batch, and with it the weights.
        if self._follower is not None and self._follower is not threading.current_thread():
            self._follower.join(STOP_S)

    def _running(self) -> Any:
        if self._manager is not None:
            return self._manager
        manager = self._loaded.model.init_continuous_batching(
            generation_config=self._config,
            continuous_batching_config=ContinuousBatchingConfig(
                page_size=PAGE,
                num_blocks=pages(self._loaded.checkpoint.shape, self._load),
                max_batch_tokens=STEP[self._loaded.model.device.type],
                max_requests_per_batch=self._load.jobs,
                auto_switch_to_flash=False,
                use_cuda_graph=False,
            ),
        )
        manager.start()
        self._manager = manager
        self._follower = threading.Thread(target=self._follow, args=(manager,), daemon=True)
        self._follower.start()
        return manager

    def _follow(self, manager: Any) -> None:
        """Hands each new token to its question, until the batch ends."""
        while manager.is_running() or not manager.output_router.output_queue.empty():
            output = manager.get_result(timeout=LOOK_S)
            if output is not None:
                self._taken(manager, output)
        if not self._closing:
            self._died(manager)

    def _died(self, manager: Any) -> None:
        why = manager.background_thread_status.fatal_error
        LOG.error("the batch ended: %s", why)
        if why is not None:
            why.__traceback__ = None  # its frames hold the memory of the batch
        manager.stop(block=True, timeout=STOP_S, hard_stop=True)
        with self._lock:
            if self._manager is manager:
                self._manager = None
            own = [job for job, found in self._open.items() if found.manager is manager]
        for job in own:
            self._end(job, "failed", named(why))
        self._begin_waiting()

    def _taken(self, manager: Any, output: Any) -> None:
        try:
            self._take(output)
        except Exception as fault:  # the other answers go on; the message may hold text
            LOG.error("an answer could not be handed on: %s", type(fault).__name__)
            manager.cancel_request(output.request_id)
            self._end(output.request_id, "failed", named(fault))

    def _take(self, output: Any) -> None:
        found = self._open.get(output.request_id)
        if found is None:
            return
        if output.error is not None and self._closing:
            self._end(output.request_id, "stopped")
            return
        if output.error is not None:
            LOG.error("an answer failed: %s", output.error)
            self._end(output.request_id, "failed", named(output.error))
            return
        tokens = output.generated_tokens
        new, found.shown = tokens[found.shown :], len(tokens)
        pieces = (found.decoder.step(self._backend, token) for token in new)
        text = "".join(piece for piece in pieces if piece)
        if text:
            found.sink.text(text, len(tokens))
        if output.is_finished():
            ended = bool(tokens) and tokens[-1] in self._ends
            self._end(output.request_id, "finished" if ended else "truncated")

    def _end(self, job: str, how: Any, problem: ModelProblem | None = None) -> None:
        with self._lock:
            found = self._open.pop(job, None)
        if found is None:
            return
        try:
            found.sink.end(how, problem)
        except Exception as fault:  # as above
            LOG.error("an end could not be handed on: %s", type(fault).__name__)

    @property
    def _backend(self) -> Any:
        return self._loaded.tokenizer._tokenizer

    @property
    def _ends(self) -> list[int]:
        ends = self._config.eos_token_id
        return ends if isinstance(ends, list) else [int(ends or 0)]


def _alive(manager: Any) -> bool:
    """Whether this batch takes questions: one that is about to end drops them."""
    if manager is None or not manager.is_running():
        return False
    return manager.background_thread_status.can_accept_new_requests() is None


def named(why: object) -> ModelProblem:
    """What an error of torch, or its text, means to a person.

    On a CPU it is no error of its own when memory runs out.
    """
    said = str(why).lower()
    short = isinstance(why, MemoryError) or any(words in said for words in SHORT)
    return ModelProblem("model.problem.full" if short else "model.problem.broke")


def pages(shape: Shape, load: Load) -> int:
    """Pages, each through all layers, that hold what the load needs: local layers keep a window."""
    layers = shape.local_layers + shape.global_layers
    local = shape.local_layers * -(-min(load.tokens, shape.window) // PAGE)
    whole = shape.global_layers * -(-load.tokens // PAGE)
    # Both kinds of layers take memory in portions that suit the page sizes of both.
    portion = math.lcm(max(shape.local_layers, 1), max(shape.global_layers, 1))
    needed = load.jobs * (local + whole) + 2 * portion
    return math.ceil(needed / layers)
