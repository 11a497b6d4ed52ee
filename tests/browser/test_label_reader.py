"""Label text, pasted or from a PDF: what it states joins the list, marked as from the label."""

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from playwright.sync_api import Locator, Page, expect
from steps import add, cards, lines, settled, unfold
from watching import Watch

pytestmark = pytest.mark.browser

LABEL = "本品主要经CYP3A4代谢。与CYP3A4强抑制剂合用时血药浓度升高。"
PDF = "application/pdf"


@pytest.fixture(scope="module")
def label_pdf() -> bytes:
    """A label of one page with a real text layer in Chinese."""
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), LABEL, fontname="china-s", fontsize=11)
    content: bytes = document.tobytes()
    document.close()
    return content


def form(page: Page, name: str = "") -> Locator:
    found = unfold(page, "label")
    if name:
        found.get_by_role("textbox").nth(0).fill(name)
    return found


def read(label: Locator) -> None:
    label.get_by_role("button", name="读取").click()


def choose(label: Locator, name: str, content: bytes) -> None:
    """Chooses a file and waits until the server has it, which its line in the form shows."""
    label.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": PDF, "buffer": content}
    )
    expect(label.get_by_test_id("stFileChip")).to_contain_text(name)


def is_found(page: Page, label: Locator) -> None:
    """The statement is shown as a quote first, then the drug is checked by rule from the label."""
    expect(label.locator(".origin-quote")).to_have_text("原文")
    expect(label.locator("q").first).to_contain_text("本品主要经CYP3A4代谢")
    assert lines(page).count() == 1
    label.get_by_role("button", name="以上表述无误：加入清单").click()
    expect(lines(page)).to_have_count(2)
    card = cards(page).first
    expect(card.locator(".names")).to_contain_text("新药片")
    expect(card.locator(".names")).to_contain_text("克拉霉素")
    expect(card.locator(".origin-label")).to_contain_text("规则（来自说明书）")


def test_pasted_label_text_is_checked_against_the_list(page: Page) -> None:
    add(page, "克拉霉素")
    label = form(page, "新药片")
    label.get_by_role("textbox").nth(1).fill(LABEL)
    read(label)
    is_found(page, label)
    page.reload()
    settled(page)
    expect(lines(page)).to_have_count(2)
    expect(cards(page).first.locator(".origin-label")).to_be_visible()


def test_a_label_pdf_is_checked_against_the_list(page: Page, label_pdf: bytes) -> None:
    add(page, "克拉霉素")
    label = form(page, "新药片")
    choose(label, "label.pdf", label_pdf)
    read(label)
    expect(label.get_by_text("第 1 页").first).to_be_visible()
    is_found(page, label)


def test_a_file_that_is_no_pdf_is_refused_whatever_its_name_says(page: Page) -> None:
    add(page, "克拉霉素")
    label = form(page, "新药片")
    choose(label, "label.pdf", b"MZ\x90\x00" + b"not a label" * 100)
    read(label)
    expect(label.get_by_text("此文件不是 PDF（与文件名无关）")).to_be_visible()
    expect(lines(page)).to_have_count(1)


def test_a_file_over_the_limit_is_refused_in_our_own_words(page: Page, tmp_path: Path) -> None:
    label = form(page, "新药片")
    big = tmp_path / "big.pdf"
    with big.open("wb") as file:
        file.truncate(21 * 1024**2)
    label.locator("input[type=file]").set_input_files(big)
    expect(label.get_by_test_id("stFileChip")).to_contain_text("big.pdf")
    read(label)
    expect(label.get_by_text("文件超过 20 MB")).to_be_visible()
    expect(label.get_by_text("不超过 20 MB")).to_be_visible()


def test_a_file_far_over_the_limit_is_not_sent(page: Page, watch: Watch, tmp_path: Path) -> None:
    """The words are Streamlit's; the limit stands in ours at the field."""
    label = form(page, "新药片")
    watch.requests.clear()
    big = tmp_path / "big.pdf"
    with big.open("wb") as file:
        file.truncate(65 * 1024**2)
    label.locator("input[type=file]").set_input_files(big)
    chip = label.get_by_test_id("stFileChip")
    expect(chip).to_have_attribute("aria-invalid", "true")
    expect(label.get_by_text("不超过 20 MB")).to_be_visible()
    assert [url for url in watch.requests if "upload_file" in url] == []


def test_a_negated_statement_adds_nothing(page: Page) -> None:
    add(page, "克拉霉素")
    label = form(page, "新药片")
    label.get_by_role("textbox").nth(1).fill("本品不经CYP450代谢，对CYP3A4无抑制作用。")
    read(label)
    expect(label.locator("q").first).to_contain_text("不经CYP450代谢")
    expect(label.get_by_role("button", name="加入清单")).to_have_count(0)


def test_a_label_without_a_name_is_asked_for_one(page: Page) -> None:
    label = form(page)
    label.get_by_role("textbox").nth(1).fill(LABEL)
    read(label)
    expect(label.get_by_text("请先填写药品名称")).to_be_visible()


def test_the_statements_are_said_in_english_too(visit: Callable[..., Page]) -> None:
    page = visit(locale="en-GB")
    add(page, "clarithromycin")
    label = form(page, "New tablet")
    label.get_by_role("textbox").nth(1).fill("New tablet is primarily metabolized by CYP3A4.")
    label.get_by_role("button", name="Read").click()
    expect(label.locator("ol.chain")).to_contain_text("CYP3A4: substrate")
    label.get_by_role("button", name="add to the list").click()
    expect(cards(page).first.locator(".origin-label")).to_contain_text("Rule, from the label")
