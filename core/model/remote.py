"""Any OpenAI-compatible server that an administrator named: vLLM, SGLang, llama.cpp, Ollama.

Knows: streaming, pictures as data, thoughts in a field of their own, one more try before the first
token, a server that goes away in mid-answer. TLS is verified, nothing is redirected, no proxy of
the environment is used; a certificate is trusted when this machine trusts its authority. The key is
read from a file and is in no message.
Does not know: what the server logs; whether its model is the one it names.
"""

import logging
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai
from httpx2 import Client, InvalidURL, Timeout, TransportError, create_ssl_context
from openai.types.chat import ChatCompletionChunk

from core.model.engine import End, Origin, Sink
from core.model.problems import ModelProblem
from core.model.reading import Answer
from core.model.request import Request
from core.model.sending import sent
from core.model.wire import TooMuch, Wire

LOG = logging.getLogger("auscult")
CONNECT_S, SILENT_S = 10.0, 120.0  # to connect; between two pieces of an answer
LONGEST_S = 3600.0  # a whole answer
TRIES = 2


class _Unfinished(openai.APIConnectionError):
    """The stream ended, but not the answer."""


_NAMED: dict[type[openai.APIError], ModelProblem] = {
    _Unfinished: ModelProblem("model.server.garbage"),
    openai.AuthenticationError: ModelProblem("model.server.key"),
    openai.PermissionDeniedError: ModelProblem("model.server.key"),
    openai.NotFoundError: ModelProblem("model.server.not_found"),
    openai.RateLimitError: ModelProblem("model.server.busy"),
    openai.BadRequestError: ModelProblem("model.server.refused"),
    openai.UnprocessableEntityError: ModelProblem("model.server.refused"),
    openai.APITimeoutError: ModelProblem("model.server.silent"),
    openai.APIConnectionError: ModelProblem("model.server.away"),
}


@dataclass(frozen=True, slots=True)
class Server:
    """`url` ends before `/chat/completions`; `model` as the server names it."""

    url: str
    model: str
    key: str = "none"

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]


def read_key(path: Path) -> str:
    """The first line of a key file."""
    try:
        return path.read_text(encoding="utf-8").split("\n", 1)[0].strip() or "none"
    except (OSError, ValueError) as why:
        raise ModelProblem("model.server.key_file", file=str(path)) from why


class RemoteEngine:
    """Answers through a server; each question is a thread that reads one stream."""

    def __init__(
        self, server: Server, silent_s: float = SILENT_S, longest_s: float = LONGEST_S
    ) -> None:
        self._server, self._silent_s, self._longest_s = server, silent_s, longest_s
        self._trusted = create_ssl_context(trust_env=False)
        self._asked: dict[str, Answer] = {}

    @property
    def origin(self) -> Origin:
        decoding: dict[str, object] = {"temperature": 0.0}
        return Origin(self._server.model, "", "", self._server.host, decoding)

    def ask(self, job: str, request: Request, sink: Sink) -> None:
        asked = self._asked[job] = Answer(sink, request.budget, self._wire())
        threading.Thread(target=self._answer, args=(job, request, asked), daemon=True).start()

    def stop(self, job: str) -> None:
        if asked := self._asked.get(job):
            asked.stop()

    def close(self) -> None:
        for asked in list(self._asked.values()):
            asked.stop()

    def models(self) -> tuple[str, ...]:
        """What the server offers; raises a `ModelProblem`."""
        try:
            with self._client(self._wire()) as client:
                return tuple(model.id for model in client.models.list())
        except (openai.OpenAIError, TransportError, InvalidURL, ValueError) as why:
            raise _problem(why) from why

    def _wire(self) -> Wire:
        return Wire(self._trusted, time.monotonic() + self._silent_s)

    def _client(self, wire: Wire) -> openai.OpenAI:
        timeout = Timeout(self._silent_s, connect=CONNECT_S)
        http = Client(transport=wire, follow_redirects=False, trust_env=False, timeout=timeout)
        return openai.OpenAI(
            base_url=self._server.url, api_key=self._server.key, http_client=http, max_retries=0
        )

    def _answer(self, job: str, request: Request, asked: Answer) -> None:
        how: End = "failed"
        problem: ModelProblem | None = None
        try:
            with self._client(asked.wire) as client:
                how = self._read(client, request, asked)
        except (openai.OpenAIError, TransportError, InvalidURL, ValueError) as why:
            if not asked.stopped.is_set():
                LOG.warning("the model server failed: %s", type(why).__name__)
            problem = _problem(why, begun=asked.tokens > 0)
        finally:
            del self._asked[job]
            asked.end(how, problem)

    def _read(self, client: openai.OpenAI, request: Request, asked: Answer) -> End:
        for left in reversed(range(TRIES)):
            asked.wire.until = time.monotonic() + self._silent_s
            try:
                return self._stream(client, request, asked)
            except (openai.APIConnectionError, openai.InternalServerError, TransportError):
                if asked.tokens or asked.stopped.is_set() or not left:
                    raise
        raise AssertionError("every try returns or raises")

    def _stream(self, client: openai.OpenAI, request: Request, asked: Answer) -> End:
        over = time.monotonic() + self._longest_s
        said: str | None = None
        messages: Any = sent(request)
        asking: openai.Stream[ChatCompletionChunk] = client.chat.completions.create(
            model=self._server.model,
            messages=messages,
            max_tokens=request.budget,
            temperature=0.0,
            stream=True,
        )
        with asking as stream:
            if "event-stream" not in stream.response.headers.get("content-type", ""):
                raise ValueError("no stream")
            for chunk in stream:
                for choice in _choices(chunk):
                    if asked.take(getattr(choice, "delta", None)):
                        asked.wire.until = time.monotonic() + self._silent_s
                    said = getattr(choice, "finish_reason", None) or said
                if asked.stopped.is_set():
                    return "stopped"
                if asked.full or time.monotonic() > over:
                    said = "length"
                    break
        if said is None:
            raise _Unfinished(request=stream.response.request)
        if said in ("length", "content_filter"):
            return "truncated"
        asked.thought_ends()
        return "finished"


def _choices(chunk: Any) -> list[Any]:
    """What a server sends is not always what its words promise."""
    choices = getattr(chunk, "choices", None)
    return choices[:1] if isinstance(choices, list) else []


def _problem(why: Exception, begun: bool = False) -> ModelProblem:
    """A sentence for what happened; what the server wrote is not repeated."""
    if begun:
        return ModelProblem("model.server.broke_off")
    for cause in _causes(why):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ModelProblem("model.server.certificate")
        if isinstance(cause, PermissionError):  # the guard of this process, or the system's
            return ModelProblem("model.server.guarded")
        if isinstance(cause, TooMuch):
            return ModelProblem("model.server.garbage")
    for kind, problem in _NAMED.items():
        if isinstance(why, kind):
            return problem
    if getattr(why, "status_code", 0) >= 500 or type(why) is openai.APIError:
        return ModelProblem("model.server.error")
    return ModelProblem("model.server.garbage")


def _causes(why: BaseException) -> Iterator[BaseException]:
    """What lies behind an error, from the outside in; each error once."""
    seen: set[int] = set()
    cause: BaseException | None = why
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
