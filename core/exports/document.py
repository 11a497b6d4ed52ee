"""A printable document as plain values: sections with paragraphs, facts, tables and notes.

Knows: the order and the kind of what is printed, and that sample data are marked as such.
Does not know: what it is about, fonts, pages, languages. All words come from the caller.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.exports.ai_label import AiLabel

Tone = Literal["plain", "warning"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence in a frame; `warning` is told by its frame and its place, not by colour alone."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with what it says, each line by itself; a fact without lines is not printed."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Each row is as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Note | Facts | Table


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs on one page where it fits; a heading without blocks stays with what follows."""

    heading: str = ""
    blocks: tuple[Block, ...] = ()
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Document:
    """`running` stands at the head of each page, `footer` at its foot; `language` is BCP 47.

    With `sample` the banner is printed on every page; raises `ValueError` when it is empty. `ai`:
    the label for programs of a document that holds text of a model.
    """

    title: str
    language: str
    when: datetime
    running: str
    footer: str
    meta: tuple[Fact, ...]
    sections: tuple[Section, ...]
    sample: bool
    banner: str
    large: bool = False
    ai: AiLabel | None = None

    def __post_init__(self) -> None:
        if self.sample and not self.banner.strip():
            raise ValueError("sample data need a banner")
