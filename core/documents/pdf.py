"""A PDF as text, page by page, with what could not be read; a bounded worker opens the file.

Knows: what one file may cost, how it can fail, which sentence says so.
Does not know: how text is found in a page (`text_layer`, in the worker), what a text means.
There is no OCR: a page that is a picture is named as unread.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

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
        "core.documents.text_layer:read",
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
