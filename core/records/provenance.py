"""Where a stored answer came from: enough to ask the same again and to compare.

Knows: model, prompt, decoding, versions of the knowledge, inputs by hash, times, person.
Does not know: the answer. It is stored sealed: a hash of a short input could be guessed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Provenance:
    """The model's fields are empty for an answer that tables and code gave alone."""

    model: str
    revision: str
    precision: str
    prompt_id: str
    prompt_sha256: str
    decoding: Mapping[str, Any]
    knowledge: Mapping[str, str]  # name of a table or corpus to its version
    inputs: Mapping[str, str]  # name of an input to its SHA-256
    asked: str  # UTC, ISO 8601
    answered: str
    person: str | None = None
    host: str = ""  # of a model server; empty when the model ran in this process

    def dump(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()


def load(content: bytes) -> Provenance:
    return Provenance(**json.loads(content))


def hashed(content: bytes | str) -> str:
    """SHA-256 of an input, as `inputs` and `prompt_sha256` hold it."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
