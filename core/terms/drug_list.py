"""Splits a pasted medicine list into lines, and lines into drugs with dose and route.

Knows: separators, numbering, names inside a sentence, "not taken" wording around a name.
Does not know: what the drugs do. Nothing is dropped: what no name explains comes back as an item
of its own with the reason.
"""

import re
from dataclasses import dataclass
from typing import Literal

from core.terms.dose import read_regimen, without_regimen
from core.terms.drug_names import AFTER_ZH, BEFORE_ZH, SALTS_EN, DrugNames, How
from core.terms.folding import fold
from core.terms.negation import not_taken

Reason = Literal["unknown_name", "not_taken", "leftover_text"]
LONGEST = 20_000  # characters of one pasted list
SEPARATORS = re.compile(r"[\n\r;；、|\t]|(?<!\d)[,，]|[,，](?!\d{3}\b)")
NUMBERING = re.compile(
    r"(?m)(^|[;；])\s*(?:[(（]?\d{1,2}[)）]|\d{1,2}\s*[.．、:：](?!\d)|[-*•·]|[①-⑳])\s*"
)
PLUS = re.compile(r"\s*[+＋]\s*")
FILLER = re.compile(
    r"患者|病人|目前|现在|正在|在家|长期|服用|使用|口服|吃|用药|药物|药品|加用|同时|合用|联用|联合|和|与|及|以及|"
    r"已|停用|停药|未|不再|过敏|对|并|的|了|还|有|另|外|商品名|通用名|规格|用法|用量|[,.;:。，、；：()/\[\]%~\-+x×*\s\d]|"
    r"\b(?:and|with|plus|takes?|taking|on|patient|is|currently|also|medications?|mg|mcg|ug|ml|g|tabs?|"
    r"tablets?|caps?|capsules?|for|the|of|a|an|daily|day|dose)\b"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One typed medicine; without `drugs` the name is not resolved and `reason` says why."""

    text: str
    drugs: tuple[str, ...] = ()
    how: How | None = None
    topical: bool = False
    mg_per_day: float | None = None
    route: str | None = None
    reason: Reason | None = None
    near: tuple[str, ...] = ()


def read_list(text: str, names: DrugNames) -> tuple[Item, ...]:
    """The medicines of a pasted text, in order."""
    items: list[Item] = []
    for piece in SEPARATORS.split(NUMBERING.sub(r"\1", text)):
        line = piece.strip()
        if line:
            items.extend(_read_line(line, names))
    return tuple(items)


def read_name(text: str, names: DrugNames) -> Item:
    """One name as typed into the box or given on the command line."""
    match = names.resolve(text)
    if match is None:
        return Item(text, reason="unknown_name", near=names.near(text))
    folded = fold(text)
    regimen = read_regimen(folded)
    return Item(
        text,
        match.drugs,
        match.how,
        names.is_topical(text),
        regimen.mg_per_day,
        regimen.route,
    )


def _read_line(line: str, names: DrugNames) -> list[Item]:
    item = read_name(line, names)
    if item.drugs and item.how != "combination":
        return [item]
    parts = PLUS.split(line)
    if len(parts) > 1 and all(names.resolve(part) for part in parts):
        return [read_name(part, names) for part in parts]
    if item.drugs:
        return [item]
    return _read_sentence(line, names) or [item]


def _read_sentence(line: str, names: DrugNames) -> list[Item]:
    """Names inside running text; the words after a name up to the next one carry its dose."""
    folded = fold(line)
    mentions = names.mentions(folded)
    if not mentions:
        return []
    ends = [m.start for m in mentions[1:]] + [len(folded)]
    items = []
    for mention, end in zip(mentions, ends, strict=True):
        said = folded[mention.start : end].strip()
        if _leftover(folded[mention.end : end]):
            said = folded[mention.start : mention.end]
        if not_taken(folded, mention.start, mention.end):
            items.append(Item(said, reason="not_taken"))
            continue
        regimen = read_regimen(said)
        items.append(
            Item(
                said,
                (mention.drug,),
                "in_text",
                names.is_topical(said),
                regimen.mg_per_day,
                regimen.route,
            )
        )
    starts = [0] + [m.end for m in mentions]
    gaps = [folded[s:e] for s, e in zip(starts, [mentions[0].start, *ends], strict=True)]
    rests = filter(None, map(_leftover, gaps))
    return items + [Item(rest, reason="leftover_text", near=names.near(rest)) for rest in rests]


def _leftover(gap: str) -> str:
    """Words that neither dose, form nor filler explains: perhaps a drug that we do not hold."""
    rest = FILLER.sub(" ", without_regimen(_without_forms(gap)))
    rest = re.sub(r"\s+", " ", rest).strip()
    return rest if _says_something(rest) else ""


def _without_forms(piece: str) -> str:
    piece = SALTS_EN.sub(" ", piece)
    for word in sorted((*AFTER_ZH, *BEFORE_ZH), key=len, reverse=True):
        piece = piece.replace(word, " ")
    return piece


def _says_something(words: str) -> bool:
    return len(re.findall(r"[一-鿿]", words)) >= 2 or bool(re.search(r"[a-z]{4,}", words))
