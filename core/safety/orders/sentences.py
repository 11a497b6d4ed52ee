"""Where a sentence ends in a text that is still arriving.

Knows: sentence signs of both languages, line ends, markup, decimals, abbreviations,
numbers of list items. Does not know: what is said. A place is an end only when what follows can
no longer change that, so the same text is cut at the same places however it arrives. A sentence is
cut at `LONGEST`.
"""

import re

LONGEST = 600
_HALF_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)}
_LINE_ENDS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
_ENDS = frozenset("。!?｡")
_DOTS = frozenset(".")
_SPACES = " \u3000\t"
_CLOSING = frozenset("\"'”’」』）)】]*_`~")
_ABBREVIATION = re.compile(
    r"(?:(?<![a-z])(?:[a-z]|e\.g|i\.e|dr|mr|mrs|ms|prof|vs|approx|ca|cf|no|nos|fig|tab|tabs|"
    r"cap|caps"
    r"|inj|eq|al|st|resp|incl|max|min|esp|viz)|(?:[a-z]\.\s?)+[a-z])$",
    re.IGNORECASE,
)
_REGION = re.compile(r"<!--|<!\[CDATA\[|<(?:script|style)\b|<[!?|/a-z]", re.IGNORECASE)
_REGION_ENDS = {"<!--": "-->", "<![cdata[": "]]>", "<script": "</script", "<style": "</style"}
_REGION_LONGEST = 200
_ITEM_NUMBER = re.compile(r"[\s>*_#(（-]*\d{1,3}")


def first_end(text: str, complete: bool) -> int | None:
    """The end of the first sentence of `text`, or `None` while it cannot be known."""
    text = text.translate(_HALF_WIDTH)
    inside = 0
    for place, sign in enumerate(text[:LONGEST]):
        if sign == "<" and place >= inside:
            closed = _closed(text, place, complete)
            if closed is None:
                return None
            inside = closed
        if sign in _LINE_ENDS:
            return place + 1
        if place >= inside and (sign in _ENDS or sign in _DOTS):
            end = _behind_closing(text, place + 1)
            ahead = text[end:].lstrip(_SPACES) if sign in _DOTS else text[end:]
            if not ahead and not complete:
                return None
            if sign == "!" and text[place + 1 : place + 2] == "[":  # of a picture
                continue
            if sign in _ENDS or _ends_at_dot(text, place, end):
                return end
    if len(text) > LONGEST:
        return _at_a_pause(text)
    return len(text) if complete and text else None


def _closed(text: str, place: int, complete: bool) -> int | None:
    """Where markup that opens here is closed; `place` where it is not, `None` while it may be."""
    opening = _REGION.match(text, place)
    if not opening:
        waits = not complete and len(text) == place + 1
        return None if waits else place
    name = opening.group().lower()
    most = place + _REGION_LONGEST
    sought = text[place:most].split("\n")[0]
    found = sought.lower().find(_REGION_ENDS.get(name, ">"))
    if found >= 0:
        return place + found
    waits = not complete and len(text) < most and len(text) == place + len(sought)
    return None if waits else place


def _behind_closing(text: str, place: int) -> int:
    while place < len(text) and text[place] in _CLOSING:
        place += 1
    return place


def _ends_at_dot(text: str, place: int, end: int) -> bool:
    """A dot between digits, in a word, behind an abbreviation or an item's number ends nothing."""
    before, behind = text[:place], text[end:]
    if behind and not behind[0].isspace() and behind[0].isascii() and behind[0] not in "<|":
        return False
    following = behind.lstrip(_SPACES)
    if before.rstrip()[-1:].isdigit() and following[:1].isdigit() and end == place + 1:
        return False
    if _ITEM_NUMBER.fullmatch(before):
        return False
    return not _ABBREVIATION.search(before[-12:]) or following[:1] in _LINE_ENDS


def _at_a_pause(text: str) -> int:
    pauses = (text.rfind(sign, LONGEST // 2, LONGEST) for sign in (" ", "，", ",", "；", "、"))
    return max(max(pauses) + 1, 0) or LONGEST
