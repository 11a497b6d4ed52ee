"""Splits a pasted medicine list into lines, and lines into drugs with dose and route.

Knows: separators, numbering, several names in one line, names inside a sentence (`running_text`).
Does not know: what the drugs do. Nothing is dropped but headings of ordinary words: what no name
explains comes back as an item of its own with the reason.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import BadInput
from core.terms.covering import Part, Piece, any_covered, covered
from core.terms.dose import Regimen, read_regimen, says_regimen, without_regimen
from core.terms.drug_names import DrugNames, How
from core.terms.folding import fold, whole
from core.terms.form_words import SALTS_EN
from core.terms.negation import speaks_of_allergy
from core.terms.not_medicines import may_be_no_medicine, without_heading
from core.terms.ordinary_words import is_heading, leftover, undenied
from core.terms.running_text import Said, read_sentence

Reason = Literal[
    "unknown_name", "not_taken", "allergy", "leftover_text", "not_in_tables", "not_a_medicine"
]
LONGEST = 20_000  # characters of one pasted list; a longer one is refused whole
MOST_OFFERED = 200  # near names are looked up for as many items as a list may have
MOST_JOINED = 20  # names in one line that are tried as names of their own
_LINES = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")
_SEPARATORS = re.compile(
    r"([;；。、|\t]|[①-⑳](?!\s*[片粒颗袋支])|(?<!\d)[,，]|[,，](?!\d{3}\b)"
    r"|\s(?=(?:[药藥]物)?[过過]敏史?\s*[:：]|停用\s*[:：]|(?:allergies|stopped|discontinued)\s*[:：]))",
    re.IGNORECASE,
)
_NUMBERING = re.compile(
    r"(^|[;；])[^\S\n]*(?:[(（]?\d{1,2}[)）]|[\[【]\d{1,2}[\]】]|\d{1,2}\s*[.．、:：](?!\d)|[-*•·]|[①-⑳])\s*"
)
_JOINED = re.compile(r"\s*[+＋/／,，、]\s*|以及|和|与|與|及|\s+and\s+", re.IGNORECASE)
_ION = re.compile(
    r"[钾钙镁钠锌铁磷]|potassium|calcium|magnesium|sodium|zinc|nitrates?|phosphates?|citrates?"
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
    """The medicines of a pasted text, in order; a text over `LONGEST` is refused (`BadInput`)."""
    pieces: list[Piece] = []
    for line in _LINES.split(_bounded(text)):
        pieces = _joined_to(pieces, line, names)
    read = {piece: _read_piece(piece, names) for piece in dict.fromkeys(pieces)}
    return _offered([item for piece in pieces for item in read[piece]], names)


def read_entry(text: str, names: DrugNames) -> tuple[Item, ...]:
    """What was typed as one name; it may hold several drugs, or a sentence. Never empty."""
    line = without_heading(_NUMBERING.sub(r"\1", _bounded(text).strip())).strip()
    pieces = _joined_to([], line, names)
    if not any_covered(pieces):
        pieces = [Piece(line or whole(text))]
    return _offered([item for piece in pieces for item in _read_piece(piece, names)], names)


def read_name(text: str, names: DrugNames) -> Item:
    """One name as typed into the box; several drugs that are no fixed combination are none."""
    (item,) = _offered([_read_name(whole(text), names)], names)
    return item


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        raise BadInput("pharmacy.list.too_long", length=len(text), most=LONGEST)
    return whole(text)


def _joined_to(pieces: list[Piece], line: str, names: DrugNames) -> list[Piece]:
    """Adds the pieces of a line; a dose or `stopped` that stands alone joins the name before it."""
    line = without_heading(_NUMBERING.sub(r"\1", line).strip()).strip()
    if _is_no_medicine(line, names):
        return [*pieces, Piece(line, "not_a_medicine")]
    first = len(pieces)
    for piece in covered(_parts(line)):
        folded = fold(piece.text)
        nameless = not leftover(undenied(folded)) and any(map(str.isalpha, folded))
        nameless = nameless and not _is_ion(folded) and names.resolve(piece.text) is None
        if _is_no_medicine(piece.text, names):
            pieces.append(replace(piece, state=piece.state or "not_a_medicine"))
        elif nameless and _takes_more(pieces, first, folded):
            pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text} {piece.text}")
        elif piece.state or not is_heading(folded):
            pieces.append(piece)
    return pieces


def _parts(line: str) -> list[Part]:
    """The pieces between separators, each with the sign before it."""
    signs_and_pieces = ["", *_SEPARATORS.split(line)]
    parts = zip(signs_and_pieces[::2], map(str.strip, signs_and_pieces[1::2]), strict=True)
    return [(sign, piece) for sign, piece in parts if piece]


def _takes_more(pieces: list[Piece], first: int, folded: str) -> bool:
    """May words without a name join the last piece? Beyond its line only a regimen may."""
    if len(pieces) > first:
        return True
    return bool(pieces) and pieces[-1].state != "not_a_medicine" and _is_regimen(folded)


def _is_no_medicine(text: str, names: DrugNames) -> bool:
    if not may_be_no_medicine(text):
        return False
    return not names.mentions(fold(text)) and names.resolve(text) is None


def _is_ion(folded: str) -> bool:
    """A salt word that stands alone is a medicine of its own: `digoxin, calcium 1 g`."""
    return bool(_ION.fullmatch(without_regimen(folded)))


def _is_regimen(folded: str) -> bool:
    return says_regimen(folded) and not leftover(folded)


def _read_piece(piece: Piece, names: DrugNames) -> list[Item]:
    if piece.state:
        return [Item(piece.text, reason=piece.state)]
    return _read_line(piece.text, names)


def _read_line(line: str, names: DrugNames) -> list[Item]:
    item = _read_name(line, names)
    if item.drugs:
        return [item]
    found = _read_joined(line, names) or _read_sentence(line, names)
    return found or [item]


def _read_name(text: str, names: DrugNames) -> Item:
    match = names.resolve(text)
    folded = fold(text[:LONGEST])
    if match is None:
        allergy = speaks_of_allergy(folded)
        return Item(text, reason="allergy" if allergy else "unknown_name")
    # A strength of a combination belongs to one of its parts, and nothing says to which.
    regimen = read_regimen(folded)
    mg = regimen.mg_per_day if len(match.drugs) == 1 else None
    return Item(text, match.drugs, match.how, names.is_topical(text), mg, regimen.route)


def _read_joined(line: str, names: DrugNames) -> list[Item]:
    """Names joined by signs, `and` or spaces, when each of them is a name of its own."""
    by_sign = _all_names(_JOINED.split(line), names)
    if by_sign and not re.search("[/／]", line):
        return by_sign
    found = by_sign or _all_names([] if _salts(line) else line.split(), names)
    if len({item.drugs for item in found}) < len(found):
        return []  # a brand beside its substance is one drug
    shared = any(item.mg_per_day is None for item in found)
    return [replace(item, mg_per_day=None) if shared else item for item in found]


def _salts(line: str) -> bool:
    return any(SALTS_EN.fullmatch(word) for word in fold(line).split())


def _all_names(parts: list[str], names: DrugNames) -> list[Item]:
    if not 1 < len(parts) <= MOST_JOINED or not all(parts):
        return []
    items = [_read_name(part.strip(), names) for part in parts]
    return items if all(item.drugs for item in items) else []


def _read_sentence(line: str, names: DrugNames) -> list[Item]:
    return [_from_text(said, names) for said in read_sentence(fold(line), names)]


def _from_text(said: Said, names: DrugNames) -> Item:
    if said.state != "taken":
        return Item(said.text, reason=said.state)
    regimen = read_regimen(said.text)
    if not said.has_dose:
        regimen = Regimen(None, regimen.route)
    topical = names.is_topical(said.text)
    return Item(said.text, (said.drug,), "in_text", topical, regimen.mg_per_day, regimen.route)


def _offered(items: Iterable[Item], names: DrugNames) -> tuple[Item, ...]:
    """The items, each unknown one with what is near; the same words are looked up once."""
    near: dict[str, tuple[str, ...]] = {}
    offered = []
    for item in items:
        if item.reason in ("unknown_name", "leftover_text"):
            if item.text not in near and len(near) < MOST_OFFERED:
                near[item.text] = names.near(item.text)
            item = replace(item, near=near.get(item.text, ()))
        offered.append(item)
    return tuple(offered)
