"""The engine in this process: from a request to tokens, to the batch or to the picture queue.

Knows: greedy, both endings of the checkpoint, picture tokens never generated. A question that does
not fit beside its answer is refused with both numbers before anything runs.
Does not know: owners, places in line (`desk`).
"""

import logging
import queue
import threading
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import GenerationConfig

from core.model.conversation import messages
from core.model.engine import End, Origin, Sink
from core.model.loader import Loaded
from core.model.local.pictures import PictureFeatures, answer
from core.model.local.text import TextBatch, named
from core.model.problems import ModelProblem
from core.model.request import Request
from core.model.spec import Load

LOG = logging.getLogger("auscult")
CLOSE_S = 10.0  # for a question with pictures to notice its end
_Picture = tuple[str, dict[str, Any], int, "_Open"]


@dataclass(slots=True)
class _Open:
    """A question with pictures that nobody ended yet."""

    sink: Sink
    stopped: threading.Event = field(default_factory=threading.Event)

    def text(self, piece: str, tokens: int) -> None:
        if not self.stopped.is_set():
            self.sink.text(piece, tokens)


class LocalEngine:
    """Answers with a loaded model until it is closed."""

    def __init__(self, loaded: Loaded, load: Load) -> None:
        self._loaded, self._load = loaded, load
        self._config = greedy(loaded)
        self._text = TextBatch(loaded, self._config, load)
        self._features = PictureFeatures(loaded.model)
        self._waiting: queue.Queue[_Picture | None] = queue.Queue()
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()
        self._added = tuple(loaded.tokenizer.get_added_vocab())
        self._longest = max(map(len, loaded.tokenizer.get_vocab()))
        self._painter = threading.Thread(target=self._pictures, daemon=True)
        self._painter.start()

    @property
    def origin(self) -> Origin:
        checkpoint = self._loaded.checkpoint
        decoding: dict[str, object] = {"do_sample": False}
        precision = self._loaded.decision.precision
        return Origin(checkpoint.name, checkpoint.revision, precision, decoding=decoding)

    def ask(self, job: str, request: Request, sink: Sink) -> None:
        try:
            inputs = self._inputs(request)
        except ModelProblem as problem:
            sink.end("failed", problem)
            return
        except Exception as why:  # templates, processors and torch each have errors of their own
            LOG.exception("a question could not be read")
            torch.cuda.empty_cache()  # does nothing where CUDA was never used
            sink.end("failed", named(why))
            return
        if request.pictures:
            self._open[job] = asked = _Open(sink)
            self._waiting.put((job, inputs, request.budget, asked))
        else:
            self._text.ask(job, inputs["input_ids"][0].tolist(), request.budget, sink)

    def stop(self, job: str) -> None:
        if not self._end(job, "stopped"):
            self._text.stop(job)

    def close(self) -> None:
        for job in list(self._open):
            self._end(job, "stopped")
        self._waiting.put(None)
        self._text.close()
        self._painter.join(CLOSE_S)

    def _inputs(self, request: Request) -> dict[str, Any]:
        """Tensors of a request; raises when it cannot be asked."""
        reader = self._loaded.processor or self._loaded.tokenizer
        self._refuse_megabytes(request)
        if request.pictures and self._loaded.processor is None:
            raise ModelProblem("model.problem.no_pictures")
        said = reader.apply_chat_template(
            messages(request, self._added),
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        )
        count = int(said["input_ids"].shape[1])
        if count + request.budget > self._load.tokens:
            most = self._load.tokens - request.budget
            raise ModelProblem("model.problem.too_long", tokens=count, most=max(most, 0))
        return dict(said.to(self._loaded.model.device, dtype=torch.bfloat16))

    def _refuse_megabytes(self, request: Request) -> None:
        """What cannot fit whatever its tokens is not read: that takes seconds for each megabyte."""
        parts = (part for turn in request.turns for part in turn.parts)
        size = sum(len(part) for part in parts if isinstance(part, str))
        if size > self._load.tokens * self._longest:
            raise ModelProblem("model.problem.far_too_long", characters=size)

    def _end(self, job: str, how: End, problem: ModelProblem | None = None) -> bool:
        """Whoever is first ends it: a stop does not wait for the model."""
        with self._lock:
            asked = self._open.pop(job, None)
        if asked is None:
            return False
        if how == "stopped":
            asked.stopped.set()
        asked.sink.end(how, problem)
        return True

    def _pictures(self) -> None:
        """One question with pictures after the other, each with the model to itself."""
        while (waiting := self._waiting.get()) is not None:
            job, inputs, budget, asked = waiting
            if asked.stopped.is_set():
                continue
            try:
                self._end(job, *self._picture(inputs, budget, asked))
            except Exception as fault:  # the next one is answered; the message may hold text
                LOG.error("an answer could not be handed on: %s", type(fault).__name__)

    def _picture(
        self, inputs: dict[str, Any], budget: int, asked: _Open
    ) -> tuple[End, ModelProblem | None]:
        config = GenerationConfig.from_dict({**self._config.to_dict(), "max_new_tokens": budget})
        try:
            with self._text.paused():
                tokens = answer(
                    self._loaded, self._features, inputs, config, asked.stopped, asked.text
                )
        except Exception as why:  # torch, transformers, or whoever takes the text
            LOG.exception("an answer failed")
            torch.cuda.empty_cache()
            return "failed", named(why)
        ends = self._config.eos_token_id or []
        return ("finished" if tokens and tokens[-1] in ends else "truncated"), None


def greedy(loaded: Loaded) -> GenerationConfig:
    """The checkpoint samples by default and may name one ending only."""
    tokenizer, shipped = loaded.tokenizer, loaded.model.generation_config
    turn = tokenizer.convert_tokens_to_ids("<end_of_turn>")
    ends = shipped.eos_token_id
    named = ends if isinstance(ends, list) else [ends]
    pictures = [
        getattr(loaded.model.config, name, None)
        for name in ("boi_token_index", "eoi_token_index", "image_token_index")
    ]
    return GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False,
        eos_token_id=sorted({int(end) for end in (*named, turn) if end is not None}),
        pad_token_id=shipped.pad_token_id,
        bos_token_id=shipped.bos_token_id,
        suppress_tokens=[int(token) for token in pictures if token is not None] or None,
        max_new_tokens=loaded_limit(loaded),
    )


def loaded_limit(loaded: Loaded) -> int:
    """The most new tokens that the checkpoint's authors state."""
    most = loaded.model.config.get_text_config().max_position_embeddings
    return min(8192, int(most))
