"""The engine in this process: from a request to tokens, to the batch or to the picture queue.

Knows: greedy, both endings of the checkpoint, picture tokens never generated. A question that does
not fit beside its answer is refused with both numbers before anything runs.
Does not know: owners, places in line (`desk`).
"""

import logging
import queue
import threading
from typing import Any

import torch
from transformers import GenerationConfig

from core.model.conversation import messages
from core.model.engine import End, Origin, Sink
from core.model.loader import Loaded
from core.model.local.pictures import PictureFeatures, answer
from core.model.local.text import TextBatch
from core.model.problems import ModelProblem
from core.model.request import Request
from core.model.spec import Load

LOG = logging.getLogger("auscult")
CLOSE_S = 10.0  # for a question with pictures to notice its end
_Picture = tuple[str, dict[str, Any], int, Sink]


class LocalEngine:
    """Answers with a loaded model until it is closed."""

    def __init__(self, loaded: Loaded, load: Load) -> None:
        self._loaded, self._load = loaded, load
        self._config = greedy(loaded)
        self._text = TextBatch(loaded, self._config, load)
        self._features = PictureFeatures(loaded.model)
        self._waiting: queue.Queue[_Picture | None] = queue.Queue()
        self._stops: dict[str, threading.Event] = {}
        self._added = tuple(loaded.tokenizer.get_added_vocab())
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
        if request.pictures:
            self._stops[job] = threading.Event()
            self._waiting.put((job, inputs, request.budget, sink))
        else:
            self._text.ask(job, inputs["input_ids"][0].tolist(), request.budget, sink)

    def stop(self, job: str) -> None:
        if asked := self._stops.get(job):
            asked.set()
        else:
            self._text.stop(job)

    def close(self) -> None:
        for asked in self._stops.values():
            asked.set()
        self._waiting.put(None)
        self._text.close()
        self._painter.join(CLOSE_S)

    def _inputs(self, request: Request) -> dict[str, Any]:
        """Tensors of a request; raises when it cannot be asked."""
        reader = self._loaded.processor or self._loaded.tokenizer
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

    def _pictures(self) -> None:
        """One question with pictures after the other, each with the model to itself."""
        while (asked := self._waiting.get()) is not None:
            job, inputs, budget, sink = asked
            how, problem = self._picture(job, inputs, budget, sink)
            del self._stops[job]
            sink.end(how, problem)

    def _picture(
        self, job: str, inputs: dict[str, Any], budget: int, sink: Sink
    ) -> tuple[End, ModelProblem | None]:
        stop = self._stops[job]
        config = GenerationConfig.from_dict({**self._config.to_dict(), "max_new_tokens": budget})
        try:
            with self._text.paused():
                tokens = answer(self._loaded, self._features, inputs, config, stop, sink.text)
        except torch.OutOfMemoryError:
            LOG.exception("an answer ran out of memory")
            torch.cuda.empty_cache()
            return "failed", ModelProblem("model.problem.full")
        except (RuntimeError, ValueError):
            LOG.exception("an answer failed")
            return "failed", ModelProblem("model.problem.broke")
        if stop.is_set():
            return "stopped", None
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
