"""Any OpenAI-compatible server that an administrator named: vLLM, SGLang, llama.cpp, Ollama.

Knows: streaming, pictures as data, thoughts in a field of their own, one more try before the first
token, a server that goes away in mid-answer. TLS is verified, nothing is redirected, no proxy of
the environment is used; a certificate is trusted when this machine trusts its authority. The key is
read from a file and is in no message.
Does not know: what the server logs; whether its model is the one it names.
"""

import base64
import io
import logging
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai
from httpx2 import Client, InvalidURL, Timeout, TransportError
from openai.types.chat import ChatCompletionChunk
from PIL import Image

from core.model.conversation import messages
from core.model.engine import End, Origin, Sink
from core.model.problems import ModelProblem
from core.model.request import Request

LOG = logging.getLogger("auscult")
CONNECT_S, SILENT_S = 10.0, 120.0  # to connect; between two pieces of an answer
TRIES = 2
# What a server calls the field with the thoughts.
THOUGHTS = ("reasoning_content", "reasoning")
OPENED, CLOSED = "<think>", "</think>"
_NAMED: dict[type[openai.APIError], ModelProblem] = {
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

    def __init__(self, server: Server, silent_s: float = SILENT_S) -> None:
        self._server = server
        timeout = Timeout(silent_s, connect=CONNECT_S)
        http = Client(follow_redirects=False, trust_env=False, timeout=timeout)
        self._client = openai.OpenAI(
            base_url=server.url, api_key=server.key, http_client=http, max_retries=0
        )
        self._asked: dict[str, _Asked] = {}

    @property
    def origin(self) -> Origin:
        decoding: dict[str, object] = {"temperature": 0.0}
        return Origin(self._server.model, "", "", self._server.host, decoding)

    def ask(self, job: str, request: Request, sink: Sink) -> None:
        asked = self._asked[job] = _Asked(sink)
        threading.Thread(target=self._answer, args=(job, request, asked), daemon=True).start()

    def stop(self, job: str) -> None:
        if asked := self._asked.get(job):
            asked.stop()

    def close(self) -> None:
        for asked in list(self._asked.values()):
            asked.stop()
        self._client.close()

    def models(self) -> tuple[str, ...]:
        """What the server offers; raises a `ModelProblem`."""
        try:
            return tuple(model.id for model in self._client.models.list())
        except (openai.OpenAIError, TransportError, InvalidURL, ValueError) as why:
            raise _problem(why) from why

    def _answer(self, job: str, request: Request, asked: "_Asked") -> None:
        how: End = "failed"
        problem: ModelProblem | None = None
        try:
            how = self._read(request, asked)
        except (openai.OpenAIError, TransportError, InvalidURL, ValueError, RuntimeError) as why:
            # A RuntimeError is what a client says that was closed meanwhile.
            LOG.warning("the model server failed: %s", type(why).__name__)
            problem = _problem(why, begun=asked.tokens > 0)
        finally:
            del self._asked[job]
            asked.end(how, problem)

    def _read(self, request: Request, asked: "_Asked") -> End:
        for left in reversed(range(TRIES)):
            try:
                return self._stream(request, asked)
            except (openai.APIConnectionError, openai.InternalServerError, TransportError):
                if asked.tokens or asked.stopped.is_set() or not left:
                    raise
        raise AssertionError("every try returns or raises")

    def _stream(self, request: Request, asked: "_Asked") -> End:
        said: str | None = None
        sent: Any = _sent(request)
        asking: openai.Stream[ChatCompletionChunk] = self._client.chat.completions.create(
            model=self._server.model,
            messages=sent,
            max_tokens=request.budget,
            temperature=0.0,
            stream=True,
        )
        with asking as stream:
            asked.response = stream.response
            for chunk in stream:
                if asked.stopped.is_set():
                    return "stopped"
                for choice in chunk.choices[:1]:
                    asked.take(choice.delta)
                    said = choice.finish_reason or said
        asked.thought_ends()
        if said is None and not asked.stopped.is_set():
            raise openai.APIConnectionError(request=stream.response.request)
        return "truncated" if said == "length" else "finished"


class _Asked:
    """One stream: its sink, its end, and which of the two texts it is in."""

    def __init__(self, sink: Sink) -> None:
        self.sink, self.stopped = sink, threading.Event()
        self.tokens = 0
        self.response: Any = None
        self._thinking = self._over = False
        self._lock = threading.Lock()

    def take(self, delta: Any) -> None:
        thought = next((t for name in THOUGHTS if (t := getattr(delta, name, None))), "")
        if thought:
            self._say(thought if self._thinking else OPENED + thought)
            self._thinking = True
        if text := getattr(delta, "content", None) or "":
            self.thought_ends()
            self._say(text)

    def thought_ends(self) -> None:
        if self._thinking:
            self._thinking = False
            self.sink.text(CLOSED, self.tokens)

    def _say(self, text: str) -> None:
        self.tokens += 1
        self.sink.text(text, self.tokens)

    def stop(self) -> None:
        """Said at once; the stream is closed behind it."""
        self.stopped.set()
        self.end("stopped")
        if self.response is not None:
            self.response.close()

    def end(self, how: End, problem: ModelProblem | None = None) -> None:
        with self._lock:
            over, self._over = self._over, True
        if not over:
            self.sink.end(how, problem)


def _sent(request: Request) -> list[dict[str, Any]]:
    """Messages as such servers take them: pictures as data, plain strings where there are none."""
    return [
        {**message, "content": [_item(item) for item in message["content"]]}
        if any(item["type"] == "image" for item in message["content"])
        else {**message, "content": "\n\n".join(item["text"] for item in message["content"])}
        for message in messages(request)
    ]


def _item(item: dict[str, Any]) -> dict[str, Any]:
    return (
        {"type": "image_url", "image_url": {"url": _data(item["image"])}}
        if (item["type"] == "image")
        else item
    )


def _data(image: Image.Image) -> str:
    held = io.BytesIO()
    image.save(held, "PNG")
    return f"data:image/png;base64,{base64.b64encode(held.getvalue()).decode()}"


def _problem(why: Exception, begun: bool = False) -> ModelProblem:
    """A sentence for what happened; what the server wrote is not repeated."""
    if begun:
        return ModelProblem("model.server.broke_off")
    for cause in _causes(why):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ModelProblem("model.server.certificate")
        if isinstance(cause, PermissionError):  # the guard of this process, or the system's
            return ModelProblem("model.server.guarded")
    for kind, problem in _NAMED.items():
        if isinstance(why, kind):
            return problem
    if getattr(why, "status_code", 0) >= 500:
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
