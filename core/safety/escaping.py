"""The one way that text of a model or a document reaches Markdown or HTML.

Knows: what Streamlit 1.67 acts on (maths, directives, shortcodes, arrows, links, images, raw HTML,
mermaid), MedGemma's control tokens, characters that turn text around. Bold, lists, tables and code
stay. Does not know: whether the text is true. For `st.markdown` with `unsafe_allow_html` left off.
"""

import html
import re
import unicodedata
from collections.abc import Callable

_TOKENS = re.compile(
    r"<(?:unused\d+|[be]os|pad|unk|mask|(?:start|end)_of_(?:turn|image|audio)|"
    r"(?:image|audio)_soft_token)>|<\|[a-z_]{2,40}\|>",
    re.IGNORECASE,
)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT_OPEN, _KEPT_CLOSE = "\ue000", "\ue001"  # stand for pieces that are finished
_KEPT = re.compile(f"{_KEPT_OPEN}(\\d+){_KEPT_CLOSE}")

# A fence counts at the left margin only: there it opens code whatever stands before it.
_FENCE = re.compile(r"(`{3,})([^`\n]*)|(~{3,})([^\n]*)")
_LANGUAGE = re.compile(r"(?!mermaid$)[\w+#-]{1,20}", re.IGNORECASE)
_SPAN = re.compile(r"(?<![\\`])(`+)(?!`)([^\n]+?)(?<!`)\1(?!`)")
_ACTIVE = re.compile(r"!\[|\]\(|\]\[|\]:|<[a-zA-Z/!?]|://|www\.|\S@\S", re.IGNORECASE)

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_COMMENT = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<(?:!doctype|\?xml)\b[^>]*>", re.S | re.I
)
_HIDDEN = re.compile(r"<(script|style|iframe|object|template)\b[^>]*>.*?</\1\s*>", re.S | re.I)
_NAMES = (
    "a|abbr|address|applet|area|article|aside|audio|b|base|bdi|bdo|big"
    "|blink|blockquote|body|br|button|canvas|"
    "caption|center|cite|code|col|colgroup|data|datalist|dd|del"
    "|details|dfn|dialog|dir|div|dl|dt|em|embed|"
    "fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]"
    "|head|header|hr|html|i|iframe|image|img|"
    "input|ins|kbd|label|legend|li|link|main|map|mark|marquee|math|menu"
    "|meta|meter|nav|nobr|noscript|object|ol|"
    "optgroup|option|output|p|param|picture|pre|progress|q|rp|rt|ruby|s"
    "|samp|script|section|select|slot|small|"
    "source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td"
    "|template|textarea|tfoot|th|thead|time|"
    "title|tr|track|tt|u|ul|use|var|video|wbr|xmp"
)
# Only names of HTML: `<dose>` and `p <b and c> d` are words of the text and are escaped instead.
_TAG = re.compile(
    rf"</?(?:{_NAMES})(?:\s+[a-z:@-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s<>]+)|\s*/)*\s*/?>"
    r"|<(?:script|img|iframe|svg|object|embed|meta)\b[^<>\n]*>",
    re.IGNORECASE,
)
# `https\://` and `-\>` would still be found in the rendered text.
_SPLIT = re.compile(r"(?<!\\)\\(?=[:@/])|(?<=www)\\(?=\.)|(?<=[^\s\\])\\(?=[<>=~-])")
_AUTOLINK = re.compile(r"<((?:[a-zA-Z][a-zA-Z0-9+.-]{1,31}:|[^\s<>@]+@)[^\s<>]*)>")
_LABEL = r"((?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*)"
_TARGET = (
    r"\(\s*(<[^<>\n]*>|[^\s()]*(?:\([^()]*\)[^\s()]*)*)"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\)"
)
_IMAGE = re.compile(rf"!\[{_LABEL}\](?:{_TARGET}|\[[^\[\]]*\])")
_LINK = re.compile(rf"\[{_LABEL}\]{_TARGET}")
_ANCHOR = re.compile(r"#[\w-]+")
_REFERENCE = re.compile(rf"(?<!\\)\[{_LABEL}\]\[[^\[\]]*\]")
_ADDRESS = re.compile(
    r"(?:https?|ftp)://[^\s<>`|\ue000\ue001]+"
    r"|www\.[^\s<>`|\ue000\ue001]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.I,
)
_MARKS = re.compile(
    r"(\\*)(\$|`|:(?=[a-zA-Z\[_+-]|\d+:)|(?<=\]):|<(?=[a-zA-Z/!?])|!(?=\[)|(?<=\])\(|\[(?=\^)|"
    r"(?<=~~)~|(?<=\n)>(?==|\d))"
)
# Streamlit draws its logo for the first and turns the others into ↔ ← → ≤ ≥ ≈ — where space or
# the end of a text node stands on both sides; entities and backslashes do not stop it.
_PRETTY = re.compile(r":streamlit:|<->|<-|->|<=|>=|~=|(?<!-)--(?!-)")
_RULE_LINE = re.compile(r"[\s|:-]*")
_ROUNDS = 50  # nested tricks peel off one layer a round; what is left is escaped all the same


def markdown_safe(text: str) -> str:
    """Text for `st.markdown` that shows what it says: no maths, directive, image, link, HTML acts.

    A fence that is indented or inside a list is shown as plain text. In running text the space
    after `>=` and its like is dropped, which keeps the sign as written.
    """
    text = _settled(text, lambda t: _TOKENS.sub("", _plain_characters(t)))
    out: list[str] = []
    running: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opening = None if fence else _FENCE.fullmatch(line)
        if opening:
            out += [_running("\n".join(running))] if running else []
            running = []
            fence = opening.group(1) or opening.group(3)
            out.append(fence + _language(opening.group(2) or opening.group(4) or ""))
        elif fence:
            out.append(line)
            fence = "" if _closes(line, fence) else fence
        else:
            running.append(line)
    return "\n".join([*out, _running("\n".join(running))] if running else out)


def html_safe(text: str) -> str:
    """Text for a value in one of our own HTML templates, attributes in quotes included."""
    return html.escape(_plain_characters(text), quote=True)


def _plain_characters(text: str) -> str:
    """No control characters except tab and line end, nothing that turns the reading direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c
        for c in text
        if c in "\n\t"
        or (c not in _BIDI and c not in "\ue000\ue001" and unicodedata.category(c) != "Cc")
    )


def _settled(text: str, step: Callable[[str], str]) -> str:
    for _ in range(_ROUNDS):
        before, text = text, step(text)
        if text == before:
            break
    return text


def _language(info: str) -> str:
    """The language of a fence; mermaid would draw what the model wrote."""
    word = info.strip()
    return word if _LANGUAGE.fullmatch(word) else ""


def _closes(line: str, fence: str) -> bool:
    mark = line.strip(" \t")
    return (
        len(line) - len(line.lstrip(" ")) <= 3
        and len(mark) >= len(fence)
        and set(mark) == {fence[0]}
    )


def _running(text: str) -> str:
    """Text outside of fences."""
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"{_KEPT_OPEN}{len(kept) - 1}{_KEPT_CLOSE}"

    def span(match: re.Match[str]) -> str:
        # Block structure can end a span early, so nothing that would act may stand in one.
        return match.group(2) if _ACTIVE.search(match.group(2)) else keep(match.group())

    text = _settled(_SPAN.sub(span, text), _stripped)
    text = _LINK.sub(lambda m: f"[{m.group(1)}" + keep(f"]({m.group(2)})"), text)
    text = _ADDRESS.sub(lambda m: keep(f"`{m.group()}`"), text)
    text = "\n".join(_literal_signs(line, keep) for line in text.split("\n"))
    text = _MARKS.sub(_entity, "\n" + text)[1:]
    return _settled(text, lambda t: _KEPT.sub(lambda m: kept[int(m.group(1))], t))


def _stripped(text: str) -> str:
    """One layer of tokens, entities, HTML, images and addresses removed; their words stay."""
    text = _ENTITY.sub(lambda m: html.unescape(m.group()), text)
    text = _TOKENS.sub("", "".join(c for c in text if c in "\ue000\ue001" or _plain_characters(c)))
    text = _HIDDEN.sub("", _COMMENT.sub("", text))
    text = _SPLIT.sub("", _TAG.sub("", text))
    text = _AUTOLINK.sub(r"\1", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(lambda m: m.group() if _ANCHOR.fullmatch(m.group(2)) else m.group(1), text)
    return _REFERENCE.sub(r"\1", text)


def _entity(match: re.Match[str]) -> str:
    """The sign as an entity; an escape before it has done its work and goes."""
    slashes, sign = match.groups()
    return "\\" * (len(slashes) - len(slashes) % 2) + f"&#{ord(sign)};"


def _literal_signs(line: str, keep: Callable[[str], str]) -> str:
    """Keeps `->` and its like two characters: closed up to the next word, else as code."""
    if _RULE_LINE.fullmatch(line):
        return line
    out = ""
    end = 0
    for match in _PRETTY.finditer(line):
        out += line[end : match.start()]
        end = match.end()
        rest = line[end:]
        if match.group() == ":streamlit:":
            out += keep(f"`{match.group()}`")
        elif line[: match.start()][-1:].isalnum() or rest[:1].isalnum():
            out += match.group()
        elif out.strip() and rest.lstrip()[:1].isalnum():
            out += match.group()
            end += len(rest) - len(rest.lstrip())
        else:
            out += keep(f"`{match.group()}`")
    return out + line[end:]
