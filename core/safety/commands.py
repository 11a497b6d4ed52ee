"""`python -m core safety orders --jsonl`: one judgement for each text, as JSON Lines.

Knows: `{"text": …}` per line in, `{"order": …, "spans": […]}` per line out, in order; a line that
cannot be read is answered with what is wrong with it. Does not know: how an order is recognised.
"""

import json
import sys
from typing import Any, BinaryIO, Literal

from core.safety.orders import judge

Problem = Literal["not_json", "not_an_object", "no_text"]


def orders_jsonl(stdin: BinaryIO) -> int:
    """Answers each line as it arrives; the exit code is 0 also when lines were bad."""
    for line in stdin:
        print(json.dumps(_answer(line), ensure_ascii=False), file=sys.stdout, flush=True)
    return 0


def _answer(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return _refused("not_json")
    if not isinstance(asked, dict):
        return _refused("not_an_object")
    text = asked.get("text")
    if not isinstance(text, str):
        return _refused("no_text")
    spans = judge(text)
    listed = [{"start": span.start, "end": span.end, "why": span.why} for span in spans]
    return {"order": bool(spans), "spans": listed}


def _refused(problem: Problem) -> dict[str, Any]:
    """What could not be read is neither an order nor none."""
    return {"order": None, "spans": [], "error": problem}
