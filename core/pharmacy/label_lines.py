"""Label text as sentences: which line ends are only the width of a page.

Knows: wrapped lines of a PDF, list items, empty lines, ends of sentences and abbreviations. A
sentence over 1 000 characters is cut at a comma or space. Does not know: what a sentence states.
"""

import re
import unicodedata
from collections.abc import Iterator

from core.pharmacy import label_words as words

LONGEST = 400_000  # characters; a label is about 20 000
SENTENCE = re.compile(r"[。；;!?！？]|(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<! al)\.(?=\s|$)")
LONG = re.compile(r".{1,1000}(?=[，,、\s]|$)|.{1,1000}", re.S)
ITEM = re.compile(
    r"\s*(?:[-•·●▪■◆*–—]\s|\d{1,2}(?:\.\d{1,2})*[.)、]?\s|\(?[a-z\d]{1,2}\)|[①-⑳【]|\(?[一二三四五六七八九十]{1,3}[、)])"
)
OPEN_END = re.compile(
    r"(?:[,，、和及与或不未无经由为是的对被(\-/]|\b(?:an?|the|of|by|via|with|and|or|nor|not|no|is|are|"
    r"to|in|for|on|as|that|which|does|may|can|be|strong|moderate|weak))\s*$",
    re.I,
)
OPEN_START = re.compile(r"\s*[a-z,，、)]")
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def sentences(text: str) -> Iterator[str]:
    """Sentences with the lines of a wrapped paragraph joined; half width, single spaces."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST]
    for paragraph in _paragraphs(plain):
        for sentence in SENTENCE.split(paragraph):
            for piece in LONG.findall(sentence):
                if quote := " ".join(piece.split()).strip(" ，,"):
                    yield quote


def _paragraphs(text: str) -> Iterator[str]:
    """A line end is a break before a list item, after an empty line or between two statements."""
    open_lines: list[str] = []
    stated = False
    for line in text.splitlines():
        says = _states(line)
        wrapped = bool(open_lines) and (
            OPEN_END.search(open_lines[-1][-40:]) or OPEN_START.match(line)
        )
        if not line.strip() or ITEM.match(line) or (stated and says and not wrapped):
            yield _joined(open_lines)
            open_lines, stated = [], False
        open_lines.append(line)
        tail = SENTENCE.split(line)
        stated = _states(tail[-1]) or (stated and len(tail) == 1)
    yield _joined(open_lines)


def _states(text: str) -> bool:
    return bool(words.ENZYME.search(text) and words.ROLE.search(text))


def _joined(lines: list[str]) -> str:
    """Chinese lines meet without a space; a word cut by a hyphen is whole again."""
    parts: list[str] = []
    for line in map(str.strip, lines):
        before = parts[-1][-1:] if parts else ""
        if before == "-" and line[:1].islower() and parts[-1][-2:-1].islower():
            parts[-1] = parts[-1][:-1]
        elif before and before not in "-/" and not (HAN.match(before) or HAN.match(line)):
            parts.append(" ")
        if line:
            parts.append(line)
    return "".join(parts)
