"""The text layer of a PDF, page by page, read by MuPDF in a bounded worker process.

Knows: how a file can fail, reading order in columns, characters whose text layer lies.
Does not know: pictures of text (no OCR: such pages are named as unread), tables, what a text means.
A table whose cells are running text is read column by column, so its rows come apart.
Scripts, attachments, links and embedded files are never opened.
"""

import importlib
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from core.documents import worker

State = Literal[
    "read",
    "partly_read",
    "not_pdf",
    "empty",
    "too_large",
    "too_many_pages",
    "encrypted",
    "damaged",
    "no_text",
    "timeout",
    "out_of_memory",
    "failed",
]
REPAIRED, TOO_MUCH_TEXT = "repaired", "too_much_text"
# ISO 32000-1, Annex H: readers accept the header anywhere in the first 1024 bytes.
HEADER, HEADER_WITHIN = b"%PDF-", 1024
# A page that is mostly picture and holds less than this is a scan with a stamp on it ("downloaded
# from ..."), not a page of text.
STAMP_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """What one PDF may cost: size in bytes, pages, seconds, characters of text, bytes of memory."""

    bytes: int = 20 * 1024**2
    pages: int = 60
    seconds: float = 20
    characters: int = 400_000
    memory: int = 1_500_000_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Page:
    """Text of one page, counted from 1. `doubtful`: what it shows may differ from this text."""

    number: int
    text: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class PdfText:
    """What was read. Each page of the file is in `pages` or in `unread`, once pages were opened.

    `page_count` is 0 where it is not known. `detail` is for the log and for `sentence_key`.
    """

    state: State
    pages: tuple[Page, ...] = ()
    page_count: int = 0
    unread: tuple[int, ...] = ()
    detail: str = ""

    @property
    def doubtful(self) -> tuple[int, ...]:
        """Numbers of the pages to compare with the file by eye."""
        return tuple(page.number for page in self.pages if page.doubtful)

    @property
    def sentence_key(self) -> str:
        """Key of the sentence a person reads; `sentence_values` fill its fields."""
        if self.state in ("partly_read", "too_large") and self.detail in (REPAIRED, TOO_MUCH_TEXT):
            return f"document.state.{self.detail}"
        return f"document.state.{self.state}"


def sentence_values(result: PdfText, limits: Limits = LIMITS) -> dict[str, object]:
    """The fields of all sentences of `PdfText.sentence_key`; a sentence takes those it names."""
    return {
        "pages": result.page_count,
        "unread": ", ".join(map(str, result.unread)),
        "doubtful": ", ".join(map(str, result.doubtful)),
        "most_pages": limits.pages,
        "most_megabytes": limits.bytes // 1024**2,
        "most_seconds": f"{limits.seconds:g}",
    }


def too_large(size: int, limits: Limits = LIMITS) -> bool:
    """Whether a file of `size` bytes is refused; ask before its bytes are taken."""
    return size > limits.bytes


def read_pdf(data: bytes, limits: Limits = LIMITS) -> PdfText:
    """The text of a PDF. What is wrong with the file is the state, never an exception."""
    if too_large(len(data), limits):
        return PdfText("too_large")
    if not data:
        return PdfText("empty")
    if HEADER not in data[:HEADER_WITHIN]:
        return PdfText("not_pdf")
    outcome = worker.run(
        "core.documents.pdf:text_layer",
        data,
        {"most_pages": limits.pages, "most_characters": limits.characters},
        # A character takes at most six bytes of JSON.
        worker.Bounds(limits.seconds, limits.memory, 6 * limits.characters + 100_000),
    )
    if outcome.ending != "done":
        return PdfText(outcome.ending, detail=outcome.detail)
    try:
        return _checked(dict(outcome.answer))
    except (KeyError, TypeError, ValueError):
        return PdfText("failed", detail="answer of another shape")


def _checked(answer: dict[str, Any]) -> PdfText:
    """The worker's answer, held to the types; raises ValueError, TypeError or KeyError."""
    if answer["state"] not in get_args(State):
        raise ValueError(answer["state"])
    return PdfText(
        answer["state"],
        tuple(Page(int(n), str(text), bool(doubt)) for n, text, doubt in answer["pages"]),
        int(answer["page_count"]),
        tuple(int(n) for n in answer["unread"]),
        str(answer["detail"]),
    )


# From here on the code runs in the worker.


def text_layer(data: bytes, *, most_pages: int, most_characters: int) -> dict[str, object]:
    """The fields of `PdfText`, pages as (number, text, doubtful). Raises MemoryError."""
    mupdf = _mupdf()
    try:
        document = mupdf.open(stream=data, filetype="pdf")
        count = document.page_count if document.is_pdf and not document.needs_pass else 0
    except Exception as error:  # MuPDF raises its own classes beside RuntimeError and ValueError
        _starved(error)
        return _answer("damaged", detail=type(error).__name__)
    if not document.is_pdf:
        return _answer("not_pdf")
    if document.needs_pass:
        return _answer("encrypted")
    if count > most_pages:
        return _answer("too_many_pages", page_count=count)
    return _pages(mupdf, document, count, most_characters)


def _mupdf() -> Any:
    """PyMuPDF without its layout models: 0.2 s and 48 MB instead of 1.2 s and 139 MB (2.0)."""
    absent: dict[str, Any] = dict.fromkeys(("pymupdf.layout", "pymupdf4llm"))
    sys.modules.update(absent)
    mupdf: Any = importlib.import_module("pymupdf")
    mupdf.TOOLS.mupdf_display_errors(False)
    mupdf.TOOLS.mupdf_display_warnings(False)
    return mupdf


def _answer(state: State, **fields: object) -> dict[str, object]:
    return {"state": state, "pages": [], "page_count": 0, "unread": [], "detail": ""} | fields


def _starved(error: Exception) -> None:
    """Raises MemoryError where MuPDF speaks of a failed malloc, calloc or realloc."""
    said = f"{error} {error.__cause__}"
    if isinstance(error, MemoryError) or re.search(r"alloc\b.*failed|out of memory", said):
        raise MemoryError from error


def _pages(mupdf: Any, document: Any, count: int, room: int) -> dict[str, object]:
    read: list[Page] = []
    unread: list[int] = []
    broken, detail = 0, ""
    for number in range(1, count + 1):
        try:
            page = _page(mupdf, document[number - 1], number)
        except Exception as error:
            _starved(error)
            page, broken = None, broken + 1
        if page and len(page.text) > room:
            page, room, detail = None, 0, TOO_MUCH_TEXT
        if page is None:
            unread.append(number)
        else:
            room -= len(page.text)
            read.append(page)
    texts = any(page.text for page in read)
    if not detail and document.is_repaired:
        detail = REPAIRED
    return _answer(
        _state(texts, broken == count, bool(unread), detail),
        pages=[(page.number, page.text, page.doubtful) for page in read] if texts else [],
        page_count=count,
        unread=unread if texts else list(range(1, count + 1)),
        detail=detail,
    )


def _state(texts: bool, all_broken: bool, some_unread: bool, detail: str) -> State:
    if texts:
        return "partly_read" if some_unread or detail else "read"
    if all_broken:
        return "damaged"
    return "too_large" if detail == TOO_MUCH_TEXT else "no_text"


def _page(mupdf: Any, page: Any, number: int) -> Page | None:
    """One page, None where its content is a picture. Raises what MuPDF raises."""
    mupdf.TOOLS.reset_mupdf_warnings()
    # Drawn glyphs count, ActualText does not: it can say 50 mg over a drawn 5 mg. A glyph without
    # a character becomes U+FFFD: the CID that MuPDF would give instead is another character.
    drawn = mupdf.TEXT_MEDIABOX_CLIP | mupdf.TEXT_IGNORE_ACTUALTEXT
    blocks = page.get_text("dict", flags=drawn)["blocks"]
    text, doubtful = clean("\n".join(in_order(_lines(mupdf, page, blocks))))
    if len(text) < STAMP_CHARACTERS and _is_picture(page, bool(text)):
        return None
    said = page.get_text("text", flags=mupdf.TEXT_MEDIABOX_CLIP)
    shown = page.get_text("text", flags=drawn)
    trouble = mupdf.TOOLS.mupdf_warnings()
    if "alloc" in trouble:
        raise MemoryError
    doubtful |= _bare(said) != _bare(shown) or bool(re.search(r"\berror\b", trouble))
    return Page(number, text, doubtful)


def _bare(text: str) -> str:
    """Without blanks, hyphens and ligatures, which ActualText restores in honest files."""
    return re.sub(r"[\s\u00ad\u2010-]", "", unicodedata.normalize("NFKC", text))


def _is_picture(page: Any, has_text: bool) -> bool:
    """Whether what the page shows is not in its text: all of it, or a picture over half of it."""
    painted = [(kind, box) for kind, box in page.get_bboxlog() if not kind.endswith("text")]
    if not has_text:
        return bool(painted)
    sheet = abs(page.rect.width * page.rect.height)
    return any(
        kind == "fill-image" and (box[2] - box[0]) * (box[3] - box[1]) > sheet / 2
        for kind, box in painted
    )


class Line(NamedTuple):
    """A run of text on one baseline in points from the top left; `level` is False where turned."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    level: bool = True


def _lines(mupdf: Any, page: Any, blocks: Sequence[Any]) -> Iterator[Line]:
    """The lines as the page is shown, after its own rotation."""
    turn = page.rotation_matrix
    for line in (line for block in blocks for line in block.get("lines", ())):
        tallest = max((span["size"] for span in line["spans"]), default=0.0)
        text = "".join(_span(span, tallest) for span in line["spans"]).strip()
        box = mupdf.Rect(line["bbox"]) * turn
        level = (mupdf.Point(line["dir"]) * turn - mupdf.Point(0, 0) * turn).x > 0.9
        if text:
            yield Line(box.x0, box.y0, box.x1, box.y1, text, level)


_RAISED = str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def _span(span: Any, tallest: float) -> str:
    """Raised digits stay raised: "10" with a small "9" above is 10⁹ and never 109.

    Smaller too: fonts with unlike baselines make MuPDF call a full-size digit raised.
    """
    text: str = span["text"]
    return text.translate(_RAISED) if span["flags"] & 1 and span["size"] < 0.85 * tallest else text


def in_order(lines: Iterator[Line] | Sequence[Line]) -> list[str]:
    """Rows from the top, columns of running text one after the other, turned lines last."""
    found = list(lines)
    level = sorted((line for line in found if line.level), key=lambda line: (line.top, line.left))
    return _read_down(level) + [line.text for line in found if not line.level]


def _read_down(lines: list[Line]) -> list[str]:
    gutter = _gutter(lines)
    if gutter is None:
        return _rows(lines)
    out: list[str] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        if line.left < gutter < line.right:  # a heading over both columns ends what is above it
            out += [*_read_down(left), *_read_down(right), line.text]
            left, right = [], []
        else:
            (left if line.right <= gutter else right).append(line)
    return out + _read_down(left) + _read_down(right)


def _gutter(lines: list[Line]) -> float | None:
    """The x between two columns of running text that the fewest lines cross, if there is one."""
    best, fewest = None, len(lines) / 5
    starts = Counter(round(line.left) for line in lines)
    for x in sorted(start - 2.0 for start, times in starts.items() if times > 2):
        left = [line for line in lines if line.right <= x]
        right = [line for line in lines if line.left >= x]
        crossing = len(lines) - len(left) - len(right)
        if crossing < fewest and all(_is_prose(part, lines) for part in (left, right)):
            best, fewest = x, crossing
    return best


def _is_prose(part: list[Line], whole: list[Line]) -> bool:
    """Lines that fill a column, or several columns; the cells of a table are short and ragged."""
    if len(part) < 3 or _width(part) < _width(whole) / 5:
        return False
    filled = sum(line.right - line.left for line in part)
    return filled > 0.6 * _width(part) * len(part) or _gutter(part) is not None


def _width(lines: list[Line]) -> float:
    return max(line.right for line in lines) - min(line.left for line in lines)


def _rows(lines: list[Line]) -> list[str]:
    """Lines on one height are one row, two blanks between its parts: a table keeps its rows."""
    rows: list[list[Line]] = []
    for line in lines:
        first = rows[-1][0] if rows else None
        if first and line.top < (first.top + first.bottom) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return ["  ".join(line.text for line in sorted(row)) for row in rows]


def clean(text: str) -> tuple[str, bool]:
    """Text without characters that are not seen, and whether one of them may hide another.

    A soft hyphen between letters goes, with its line break. Elsewhere many fonts give it for the
    hyphen or minus they draw ("2-4 mg"), so there it becomes one.
    """
    text = re.sub(r"(?<=[^\W\d_])\u00ad\n?(?=[^\W\d_])", "", text)
    doubtful = "\u00ad" in text
    out = []
    for character in text.replace("\u00ad", "-"):
        shown, doubt = _seen(character)
        out.append(shown)
        doubtful |= doubt
    return "".join(out).strip(), doubtful


def _seen(character: str) -> tuple[str, bool]:
    if character in "\n\t":
        return character, False
    if "\u2f00" <= character <= "\u2fd5":
        # Chinese fonts give Kangxi radicals for the same-looking everyday characters.
        return unicodedata.normalize("NFKC", character), False
    kind = unicodedata.category(character)
    if kind == "Cf":
        return "", False
    if kind in ("Cc", "Cs", "Cn"):
        # Something was drawn here, perhaps the sign that makes the dose.
        return "\ufffd", True
    return character, kind == "Co" or character == "\ufffd" or "\u2e80" <= character <= "\u2eff"
