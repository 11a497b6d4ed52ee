"""A printable document as PDF on A4, set by PyMuPDF's HTML engine with its built-in fonts.

Knows: escaping, page breaks, running head, page numbers, the sample banner, file properties.
Does not know: what is printed. The built-in CJK font (Droid Sans Fallback) has one weight and
mainland glyph shapes, also for traditional Chinese.
"""

import html
import importlib
import io
import sys
import threading
from collections.abc import Iterator
from typing import Any

from core import VERSION
from core.exports.ai_label import FIELD, AiLabel
from core.exports.document import Block, Document, Fact, Facts, Note, Paragraph, Section, Table
from core.exports.plain_text import plain

SAMPLE_KEYWORD = "sample-data"
LONGEST = 4000  # characters of one value; no sentence of ours comes near it
SIDE, TOP, BOTTOM = 48.0, 70.0, 48.0  # margins in points; the head and foot stand inside them
ENOUGH = 60.0  # points that must be left on a page for something new to begin there

CSS = """
* { font-family: sans-serif; line-height: 1.35; overflow-wrap: break-word; }
h1 { font-weight: normal; margin: 0 0 4pt 0; }
h2 { font-weight: normal; margin: 4pt 0 3pt 0; color: #0b4f6c; }
h3 { font-weight: normal; margin: 6pt 0 2pt 0; }
p { margin: 2pt 0; }
.label { color: #0b4f6c; }
.small, .small * { color: #444444; }
.note { border: 1px solid #7a8a94; padding: 4pt 6pt; margin: 4pt 0; }
.warning { border: 2px solid #9b1c1c; padding: 4pt 6pt; margin: 4pt 0; }
.card { border-left: 2pt solid #7a8a94; padding-left: 8pt; margin: 6pt 0 0 0; }
.banner { border: 2px solid #9b1c1c; color: #9b1c1c; text-align: center; padding: 1pt; }
table { width: 100%; margin: 4pt 0; }
th, td { border: 1px solid #9aa7af; padding: 2pt 4pt; text-align: left; font-weight: normal; }
th { color: #0b4f6c; white-space: nowrap; }
"""
SIZES = "* {{ font-size: {text}pt; }} h1 {{ font-size: {h1}pt; }} h2 {{ font-size: {h2}pt; }} \
h3 {{ font-size: {h3}pt; }} .small, .small * {{ font-size: {small}pt; }}"
NORMAL = SIZES.format(text=9.5, h1=17, h2=13, h3=11, small=8)
LARGE = SIZES.format(text=15, h1=24, h2=19, h3=17, small=9)

_one_at_a_time = threading.Lock()  # MuPDF keeps one context; pages run in threads


def pdf(document: Document) -> bytes:
    """The file; the same document gives the same bytes."""
    with _one_at_a_time:
        mupdf = _mupdf()
        return _finished(mupdf, document, _written(mupdf, document))


def _mupdf() -> Any:
    """PyMuPDF at first use, without its layout models: 0.2 s instead of 1.2 s (PyMuPDF 2.0)."""
    for absent in ("pymupdf.layout", "pymupdf4llm"):
        sys.modules.setdefault(absent, None)  # type: ignore[arg-type]  # None refuses the import
    return importlib.import_module("pymupdf")


def escaped(text: str) -> str:
    """The only way of a value into the HTML.

    MuPDF reads entities twice in text, though never tags: a typed `&lt;` would be printed as `<`.
    """
    return html.escape(plain(text, LONGEST), quote=True).replace("&amp;", "&amp;amp;")


def _written(mupdf: Any, document: Document) -> bytes:
    """All pages, without their numbers and with whole fonts."""
    file = io.BytesIO()
    pages = _Pages(mupdf, document, file)
    for unit in _units(document):
        pages.add(unit)
    pages.close()
    return file.getvalue()


class _Pages:
    """Fills page after page; a unit that does not fit begins on a new page."""

    def __init__(self, mupdf: Any, document: Document, file: io.BytesIO) -> None:
        self.mupdf, self.document = mupdf, document
        self.css = CSS + (LARGE if document.large else NORMAL)
        self.paper = mupdf.paper_rect("a4")
        self.body = self.paper + (SIDE, TOP, -SIDE, -BOTTOM)
        self.writer = mupdf.DocumentWriter(file)
        self.used = 0.0
        self.device: Any = None
        self._turn()

    def add(self, unit: str) -> None:
        story = self._story(unit)
        more, filled = story.place(self._rest())
        if more and self.used > self.body.y0:
            self._turn()
            story.reset()
            more, filled = story.place(self._rest())
        story.draw(self.device)
        while more:
            self._turn()
            more, filled = story.place(self._rest())
            story.draw(self.device)
        self.used = filled[3]
        if self.body.y1 - self.used < ENOUGH:
            self.used = self.body.y1  # the next unit turns the page

    def close(self) -> None:
        self.writer.end_page()
        self.writer.close()

    def _rest(self) -> Any:
        rest = self.mupdf.Rect(self.body)
        rest.y0 = min(self.used, rest.y1 - 1)
        return rest

    def _turn(self) -> None:
        if self.device:
            self.writer.end_page()
        self.device = self.writer.begin_page(self.paper)
        self.used = self.body.y0
        self._line(_head(self.document), 18, self.body.y0)
        self._line(_foot(self.document), self.body.y1 + 6, self.paper.y1)

    def _line(self, content: str, top: float, bottom: float) -> None:
        story = self._story(content)
        story.place(self.mupdf.Rect(self.body.x0, top, self.body.x1, bottom))
        story.draw(self.device)

    def _story(self, content: str) -> Any:
        wrapped = f'<body lang="{escaped(self.document.language)}">{content}</body>'
        return self.mupdf.Story(html=wrapped, user_css=self.css)


def _head(document: Document) -> str:
    banner = f'<p class="small banner">{escaped(document.banner)}</p>' if document.sample else ""
    return f'<div class="small"><p>{escaped(document.running)}</p>{banner}</div>'


def _foot(document: Document) -> str:
    return f'<div class="small"><p>{escaped(document.footer)}</p></div>'


def _units(document: Document) -> Iterator[str]:
    """Pieces that stay together; a heading alone waits for what it heads."""
    colon = "：" if document.language.startswith("zh") else ": "
    meta = "".join(_fact(fact, colon) for fact in document.meta)
    waiting = f'<h1>{escaped(document.title)}</h1><div class="small">{meta}</div>'
    for section in document.sections:
        waiting += _section(section, colon)
        if section.blocks:
            yield waiting
            waiting = ""
    if waiting:
        yield waiting


def _section(section: Section, colon: str) -> str:
    tag = "h2" if section.level == 1 else "h3"
    heading = f"<{tag}>{escaped(section.heading)}</{tag}>" if section.heading else ""
    inside = heading + "".join(_block(block, colon) for block in section.blocks)
    return inside if section.level == 1 else f'<div class="card">{inside}</div>'


def _block(block: Block, colon: str) -> str:
    match block:
        case Paragraph():
            kind = ' class="small"' if block.small else ""
            return f"<p{kind}>{escaped(block.text)}</p>"
        case Note():
            kind = "warning" if block.tone == "warning" else "note"
            return f'<p class="{kind}">{escaped(block.text)}</p>'
        case Facts():
            return "".join(_fact(fact, colon) for fact in block.facts)
        case Table():
            return _table(block)


def _fact(fact: Fact, colon: str) -> str:
    """A label that ends in a colon of its own gets no second one."""
    lines = "<br/>".join(map(escaped, fact.lines))
    label = fact.label.rstrip(" :：") + colon
    return f'<p><span class="label">{escaped(label)}</span> {lines}</p>' if lines else ""


def _table(table: Table) -> str:
    head = "".join(f"<th>{escaped(name)}</th>" for name in table.header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>"
        for row in table.rows
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


def _finished(mupdf: Any, document: Document, written: bytes) -> bytes:
    """Fonts cut down to the used glyphs (4.4 MB becomes about 0.1 MB) and file properties set."""
    with mupdf.open("pdf", written) as file:
        moment = document.when.strftime("D:%Y%m%d%H%M%S")
        file.set_metadata(
            {
                "title": plain(document.title),
                "producer": f"Auscult {VERSION}",
                "creator": f"Auscult {VERSION}",
                "keywords": SAMPLE_KEYWORD if document.sample else "",
                "creationDate": moment,
                "modDate": moment,
            }
        )
        file.set_language(document.language)
        if document.ai:
            _label(mupdf, file, document.ai)
        _number(mupdf, file)
        file.subset_fonts()
        done: bytes = file.tobytes(garbage=4, deflate=True, deflate_fonts=True, no_new_id=True)
        return done


def _label(mupdf: Any, file: Any, label: AiLabel) -> None:
    """Both places where readers of the label look: the XMP packet and the file properties."""
    file.set_xml_metadata(label.xmp())
    kind, properties = file.xref_get_key(-1, "Info")
    assert kind == "xref"
    file.xref_set_key(int(properties.split()[0]), FIELD, mupdf.get_pdf_str(label.json()))


def _number(mupdf: Any, file: Any) -> None:
    """`1/3` at the foot of each page, once their number is known."""
    for number, page in enumerate(file, 1):
        text = f"{number}/{len(file)}"
        width = mupdf.get_text_length(text, "helv", 8)
        place = mupdf.Point(page.rect.x1 - SIDE - width, page.rect.y1 - BOTTOM / 2)
        page.insert_text(place, text, fontname="helv", fontsize=8, color=(0.27, 0.27, 0.27))
