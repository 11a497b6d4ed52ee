"""From a question to the messages of a chat template: roles, order, switch, neutral text.

Knows: MedGemma has no system role, trims every text item and joins items with nothing; thinking is
asked for in the first words; earlier turns go back without their thoughts. Every string is made
neutral, whoever wrote it: no control token of the tokenizer can come from text.
Does not know: tokens, the model. A test with the real processor counts the control tokens.
"""

import re
from collections.abc import Iterable
from typing import Any

from core.model.pictures import prepared
from core.model.request import Picture, Request, Turn
from core.model.thought import parse

THINK = "SYSTEM INSTRUCTION: think silently if needed."
# Gemma's own, those of other chat formats (for a server with another model), and our tags.
_CONTROL = re.compile(
    r"<(/?)(unused\d+|[be]os|pad|unk|mask|s|(?:start|end)_of_(?:turn|image|audio)"
    r"|(?:image|audio)_soft_token|thought|think)>"
    r"|<\|([^|<>\s]{1,40})\|>|\[(multimodal|/?INST)\]",
    re.IGNORECASE,
)


def messages(request: Request, tokens: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The list that `apply_chat_template` takes; pictures are prepared for the processor.

    `tokens`: the added tokens of the tokenizer that will read it, when it is known.
    """
    known = tuple(tokens)
    first = [THINK] if request.thinking and not request.pictures else []
    lead = " ".join([*first, neutral(request.instruction.strip(), known)]).strip()
    said = [_message(turn, known) for turn in request.turns]
    if not said or said[0]["role"] != "user":
        raise ValueError("a conversation begins with the user")
    system = [{"role": "system", "content": [{"type": "text", "text": lead}]}] if lead else []
    return system + said


def neutral(text: str, tokens: Iterable[str] = ()) -> str:
    """The same text to a reader, in which no control token stands."""
    text = _CONTROL.sub(lambda match: _opened(match[0]), text)
    for token in sorted((t for t in tokens if len(t.strip()) > 1), key=len, reverse=True):
        text = text.replace(token, _opened(token))
    return text


def _opened(token: str) -> str:
    """A blank after the first character is enough: tokens are matched as a whole."""
    return f"{token[0]} {token[1:]}"


def _message(turn: Turn, tokens: tuple[str, ...]) -> dict[str, Any]:
    """One text item for neighbouring texts, since the template joins items with nothing."""
    content: list[dict[str, Any]] = []
    for part in turn.parts:
        if isinstance(part, Picture):
            content.append({"type": "image", "image": prepared(part.image)})
            continue
        text = neutral(parse([part]).answer if turn.role == "assistant" else part, tokens)
        if content and content[-1]["type"] == "text":
            content[-1]["text"] += f"\n\n{text}"
        else:
            content.append({"type": "text", "text": text})
    return {"role": turn.role, "content": content}
