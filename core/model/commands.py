"""`python -m core model parse --jsonl`: thought and answer of texts that came in pieces.

Knows: `{"chunks": […]}` per line in, `{"thought", "answer", "state"}` per line out, in order; a
line that cannot be read is answered with what is wrong with it. Does not know: how it is done.
"""

import json
from dataclasses import asdict
from typing import Any, BinaryIO

from core.model.thought import parse


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
