"""What a sentence says besides its letters: with its markup taken away, and with its markup read.

Knows: HTML, comments, control tokens, links, entities within entities. The page draws all of them
as signs; a person, or a program that a text is copied to, may read through them. Does not know:
what is an order.
"""

import html
import re
from collections.abc import Callable

_MARKUP = re.compile(r"<(?=[^\s\d=])|\]\(|\]\[|&[#\w]|\^\[")
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|$)|<!\[CDATA\[.*?(?:\]\]>|$)|<(script|style|iframe|object|template)\b[^>]*>"
    r".*?(?:</\1\s*>|$)|<[!?][^>]*>|<\|[^|<>]{0,40}\|>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_EDGES = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|</?[a-z][\w-]*|<\?[a-z]*|[<>]", re.IGNORECASE)
_SIGNS = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|[<>]", re.IGNORECASE)
_ENDS = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|<\|[^|<>]{0,40}\|>", re.IGNORECASE)
_ROUNDS = 8  # nested markup comes off one layer a round


def unwrapped(sentence: str) -> tuple[str, ...]:
    """Other ways to read a sentence with markup; none for one without."""
    if not _MARKUP.search(sentence):
        return ()
    text = _settled(sentence.replace("**", ""), html.unescape)
    without = _settled(text, _peeled)
    kept = _settled(text, lambda said: _LINK.sub(r"\1", _TAG.sub("", _ENDS.sub("", said))))
    others = (without, kept, _EDGES.sub(", ", text), _SIGNS.sub(", ", text))
    return tuple(dict.fromkeys(other for other in others if other != sentence))


def _peeled(text: str) -> str:
    return _LINK.sub(r"\1", _TAG.sub("", _HIDDEN.sub("", text)))


def _settled(text: str, step: Callable[[str], str]) -> str:
    for _ in range(_ROUNDS):
        before, text = text, step(text)
        if text == before:
            break
    return text
