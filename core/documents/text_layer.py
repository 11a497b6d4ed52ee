"""The text layer of a PDF as MuPDF reads it; runs in the worker.

Knows: which pages are pictures of text, which drawn glyphs lie, a file that MuPDF had to repair.
Does not know: tables, what a text means. Scripts, attachments, links and embedded files are never
opened. Raised digits stay raised, because 10⁹ is not 109.
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from core.documents.characters import bare, clean, raised
from core.documents.pdf import REPAIRED, TOO_MUCH_TEXT, Page, State
from core.documents.reading_order import Line, in_order

# A page that is mostly picture and holds less than this is a scan with a stamp on it ("downloaded
# from ..."), not a page of text.
STAMP_CHARACTERS = 200


def read(data: bytes, *, most_pages: int, most_characters: int) -> dict[str, object]:
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
    doubtful |= bare(said) != bare(shown) or bool(re.search(r"\berror\b", trouble))
    return Page(number, text, doubtful)


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


def _span(span: Any, tallest: float) -> str:
    """Raised digits stay raised: "10" with a small "9" above is 10⁹ and never 109.

    Smaller too: fonts with unlike baselines make MuPDF call a full-size digit raised.
    """
    text: str = span["text"]
    return raised(text) if span["flags"] & 1 and span["size"] < 0.85 * tallest else text
