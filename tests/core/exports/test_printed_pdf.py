"""The printed file says what the document holds, on every page what must stand on every page."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.exports.document import Document, Fact, Facts, Note, Paragraph, Section, Table
from core.exports.pdf import pdf

ROOT = Path(__file__).resolve().parents[3]
WHEN = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
MIXED = "血药浓度升高约4.5倍；禁忌併用，藥師諮詢 Ω µmol/L ≥ 5 → CYP3A4"


def document(*sections: Section, sample: bool = False, title: str = "药物检查") -> Document:
    return Document(
        title,
        "zh-CN",
        WHEN,
        "Auscult 9.9 · 2026-11-22",
        "foot",
        (),
        sections,
        sample,
        "示例 SAMPLE",
    )


def opened(file: bytes) -> Any:
    import pymupdf

    return pymupdf.open("pdf", file)


def words(file: bytes) -> list[str]:
    """The text of each page in one line without blanks."""
    return ["".join(page.get_text().split()) for page in opened(file)]


def test_chinese_of_both_scripts_and_signs_come_back_as_text() -> None:
    (page,) = words(pdf(document(Section("标题", (Paragraph(MIXED),)))))
    assert MIXED.replace(" ", "") in page


def test_chinese_is_drawn_and_not_only_stored() -> None:
    one = opened(pdf(document(Section("", (Paragraph("禁" * 20),)))))[0]
    place = one.search_for("禁" * 20)[0]
    dark = [b for b in one.get_pixmap(clip=place, dpi=100, colorspace="gray").samples if b < 128]
    assert len(dark) > 200
    fonts = {font[3] for font in one.get_fonts()}
    assert any("Droid" in name for name in fonts)


def test_every_page_has_head_number_and_sample_banner() -> None:
    cards = [Section(f"card {n}", (Paragraph("text " * 60),), 2) for n in range(30)]
    pages = words(pdf(document(*cards, sample=True)))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "示例SAMPLE" in page
        assert "Auscult9.9·2026-11-22" in page
        assert f"{number}/{len(pages)}" in page


def test_real_work_has_neither_banner_nor_keyword() -> None:
    file = pdf(document(Section("", (Paragraph("x"),))))
    assert "SAMPLE" not in words(file)[0]
    assert "sample-data" not in opened(file).metadata["keywords"]


def test_the_properties_name_title_program_and_sample() -> None:
    properties = opened(pdf(document(Section("", (Paragraph("x"),)), sample=True))).metadata
    assert properties["title"] == "药物检查"
    assert properties["producer"].startswith("Auscult ")
    assert properties["keywords"] == "sample-data"
    assert properties["creationDate"] == "D:20261122140500"


def test_sample_data_without_a_banner_are_refused() -> None:
    with pytest.raises(ValueError, match="banner"):
        replace(document(sample=True), banner=" ")


def test_markup_of_a_value_is_printed_and_not_obeyed() -> None:
    typed = '<img src="http://x/y.png"><script>alert(1)</script>&lt;b&gt; &amp; & &#60;'
    blocks = (
        Paragraph(typed),
        Note(typed, "warning"),
        Facts((Fact(typed, (typed,)),)),
        Table((typed,), ((typed,),)),
    )
    file = pdf(replace(document(Section(typed, blocks)), running=typed, footer=typed))
    text = "".join(words(file))
    assert text.count("".join(typed.split())) == 9
    assert not any(page.get_images() or page.get_links() for page in opened(file))


def test_control_characters_do_not_reach_the_file() -> None:
    (page,) = [
        p.get_text() for p in opened(pdf(document(Section("", (Paragraph("a\x1b\x00b\u202ec"),)))))
    ]
    assert "abc" in page
    assert not {"\x1b", "\x00", "\u202e"} & set(page)


def test_a_long_word_stays_inside_the_page() -> None:
    page = opened(pdf(document(Section("", (Paragraph("x" * 400),)))))[0]
    right = max(word[2] for word in page.get_text("words"))
    assert right < page.rect.x1 - 40


def test_a_heading_is_never_the_last_thing_on_a_page() -> None:
    heads = [(Section(f"head{n}."), Section("", (Paragraph(f"body{n}."),))) for n in range(40)]
    pages = words(pdf(document(*(section for pair in heads for section in pair))))
    assert len(pages) > 1
    assert all(any(f"head{n}.body{n}." in page for page in pages) for n in range(40))


def test_something_longer_than_a_page_is_printed_whole() -> None:
    lines = tuple(f"line{n}end" for n in range(300))
    pages = words(pdf(document(Section("", (Facts((Fact("all", lines),)),)))))
    assert len(pages) > 2
    assert all(f"line{n}end" in "".join(pages) for n in range(300))


def test_the_same_document_gives_the_same_bytes_and_a_small_file() -> None:
    cards = [Section(f"卡片 {n}", (Paragraph(MIXED),), 2) for n in range(30)]
    first = pdf(document(*cards))
    assert first == pdf(document(*cards))
    assert len(first) / len(opened(first)) < 100_000


def test_printing_loads_neither_layout_models_nor_anything_at_import() -> None:
    code = (
        "import sys, core.exports.pdf as p, core.exports.fhir\n"
        "assert 'pymupdf' not in sys.modules and 'fhir' not in sys.modules\n"
        "p._mupdf()\n"
        "print([m for m in ('onnxruntime', 'pymupdf.layout.onnx', 'numpy') if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
