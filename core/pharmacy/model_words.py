"""Explanations that a model worded, as exports hold them: set apart, labelled, with their doubts.

Knows: the label for readers stands before the text, why an answer is not whole and what it names
beyond the rows behind it; the label for programs goes into each format that can hold one.
Does not know: models, screens. Held sentences are words already when a text comes here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from core import VERSION
from core.exports.ai_label import AiLabel
from core.exports.document import Block, Note, Paragraph, Section
from core.pharmacy.wording import Words

LONGEST = 2000  # characters of a printed paragraph; a longer value would be cut in print


@dataclass(frozen=True, slots=True)
class Worded:
    """`id`: of the job. `notes`: why it is not whole. `beyond`: what it says that no row holds."""

    id: str
    pair: str
    text: str
    model: str
    revision: str
    precision: str
    host: str = ""
    notes: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


def named(found: Worded, words: Words) -> str:
    """The two medicines."""
    return " + ".join(map(words.name, found.pair.split("+")))


def label(found: Worded, words: Words) -> str:
    """The label for readers."""
    parts = (found.model, found.revision, found.precision, found.host)
    return words.t("export.worded.label", model=words.t("list.comma").join(filter(None, parts)))


def ai_label(found: Sequence[Worded]) -> AiLabel | None:
    """The label for programs of a file that holds these; None for a file without any."""
    if not found:
        return None
    models = dict.fromkeys(
        " ".join(filter(None, (one.model, one.revision, one.precision))) for one in found
    )
    producer = "; ".join((f"Auscult {VERSION}", *models))
    return AiLabel(producer, " ".join(one.id for one in found))


def remarks(found: Worded, words: Words) -> tuple[str, ...]:
    """What belongs beside the text: not whole, beyond the rows, or that nothing is beyond them."""
    t = words.t
    if not found.beyond:
        return (*found.notes, t("pharmacy.explain.held"))
    beyond = t("list.sentence").join(found.beyond)
    return (*found.notes, f"{t('pharmacy.explain.beyond')} {beyond}")


def whole(found: Worded, words: Words) -> str:
    """Label, text and remarks as one plain text."""
    return "\n\n".join((label(found, words), found.text, *remarks(found, words)))


def sections(found: Sequence[Worded], words: Words) -> Iterator[Section]:
    """For print: each pair by itself, its label before its text."""
    if found:
        yield Section(words.t("export.worded.title"))
    for one in found:
        doubtful = bool(one.notes or one.beyond)
        blocks: tuple[Block, ...] = (
            Note(label(one, words), "warning"),
            *map(Paragraph, _paragraphs(one.text)),
            *(Note(line, "warning" if doubtful else "plain") for line in remarks(one, words)),
        )
        yield Section(named(one, words), blocks, 2)


def _paragraphs(text: str) -> Iterator[str]:
    for line in filter(None, map(str.strip, text.splitlines())):
        yield from wrap(line, LONGEST, break_on_hyphens=False)
