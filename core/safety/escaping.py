"""The one way that text of a model or a document reaches Markdown or HTML: every sign is drawn.

Knows: what CommonMark and Streamlit 1.67 act on (marks, HTML, links, addresses, maths, directives,
shortcodes, arrows), characters that cannot be seen. Nothing is taken out but those, so what is
read on the page is what `visible` gives to the judge of orders. Only `**words**` and a list sign at
the start of a line act. Does not know: whether the text is true. Spaces fold as HTML folds them.
"""

import html
import re
import unicodedata

_LINE_ENDS = frozenset("\x0b\x0c\x85\u2028\u2029")
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
_JOINER = "\u2060"  # cannot be seen and parts what Streamlit would find in a finished text
_ITEM = re.compile(r"[-*+•][ \t]+(?=\S)")
_NUMBER = re.compile(r"\d+[.)](?=\s|$)")
_BOLD = re.compile(r"\*\*(?=[^\s*])([^*]*[^\s*])\*\*")
_SIGNS = re.compile(r"[\\`*_\[\]<>&#$~|{}:^]")
# Streamlit and GFM look for these once entities and backslashes are gone.
_ACTS_LATER = re.compile(
    r"(?:(?<=\s)|^)(?:<-(?=>)|[-<](?=-)|[-<>~](?=[>=]))|:(?=[a-zA-Z_+/-]|\d+:)|@"
    r"|www(?=\.)",
    re.IGNORECASE,
)


def visible(text: str) -> str:
    """What of a text can be seen; each character is judged alone, so parts may be given."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, text))


def markdown_safe(text: str, kept: str = "") -> str:
    """Text for `st.markdown`, drawn letter by letter; `kept` are marks the caller will replace."""
    parts = re.split(f"([{kept}])", text) if kept else [text]
    seen = "".join(part if part and part in kept else visible(part) for part in parts)
    return "\n".join(_line(line.strip(), kept) for line in seen.split("\n"))


def html_safe(text: str) -> str:
    """Text for a value in one of our own HTML templates, attributes in quotes included."""
    return html.escape("".join(map(_plain, text)), quote=True)


def _plain(sign: str) -> str:
    """Joiners and selectors stay, which emoji and some scripts are written with."""
    if sign in "\n\t" or sign in _LINE_ENDS:
        return _seen(sign)
    return "" if sign in _TURNS or unicodedata.category(sign) == "Cc" else sign


def _seen(sign: str) -> str:
    if sign in "\n\t":
        return sign
    if sign in _LINE_ENDS:
        return "\n"
    return "" if unicodedata.category(sign) in _UNSEEN or _HIDDEN.match(sign) else sign


def _line(line: str, kept: str) -> str:
    """A line of text; a list sign and bold stay, whose letters are the same without them."""
    marks = line[: len(line) - len(line.lstrip(kept + " \t"))]
    line = line[len(marks) :]
    item = _ITEM.match(line)
    start, line = ("- ", line[item.end() :]) if item else ("", line)
    parts = _BOLD.split(line)  # at odd places what stood between two asterisks each
    text = "".join(_bold(part, kept) if n % 2 else _literal(part) for n, part in enumerate(parts))
    return marks + start + _first(text, line)


def _first(text: str, line: str) -> str:
    """What would open a block at the start of a line becomes an entity."""
    number = _NUMBER.match(line)
    if number:
        place = number.end() - 1
        return f"{line[:place]}&#{ord(line[place])};{text[number.end() :]}"
    return f"&#{ord(line[0])};{text[1:]}" if line[:1] in ("-", "+", "=") and line else text


def _bold(words: str, kept: str) -> str:
    """Signs at its edges are left outside of it, where CommonMark would not see the end of it."""
    letters = [place for place, sign in enumerate(words) if sign.isalnum()]
    if not letters or any(mark in words for mark in kept):
        return _literal(f"**{words}**")
    first, last = letters[0], letters[-1] + 1
    before, behind = _literal(words[:first]), _literal(words[last:])
    return f"{before}**{_literal(words[first:last])}**{behind}"


def _literal(text: str) -> str:
    parted = _ACTS_LATER.sub(lambda m: m.group() + _JOINER, text)
    return _SIGNS.sub(lambda m: f"&#{ord(m.group())};", parted)
