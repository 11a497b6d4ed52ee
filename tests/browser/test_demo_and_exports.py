"""Sample cases apart from real work, and the four files that a list can be taken away as."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Page, expect
from steps import add, block, cards, lines, paste, settled

from core.documents.pdf import read_pdf

pytestmark = pytest.mark.browser

MARK = "示例数据"
FORMULA = "=cmd|' /C calc'!A0"  # reads as two names, parted by the bar


def press(page: Page, kind: str) -> Download:
    with page.expect_download() as started:
        block(page, f"pharmacy-export-{kind}").get_by_role("button").click()
    return started.value


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def pdf_text(pdf: bytes) -> str:
    """All text of a PDF, by the project's own reader, without line breaks and spaces."""
    result = read_pdf(pdf)
    assert result.state == "read", result
    return "".join("".join(page.text.split()) for page in result.pages)


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


def test_every_export_starts_and_holds_the_finding(page: Page) -> None:
    add(page, "阿托伐他汀", "克拉霉素", "复方感冒灵颗粒")
    report = press(page, "report")
    assert report.suggested_filename == "auscult-interactions.pdf"
    text = pdf_text(content(report))
    assert "阿托伐他汀+克拉霉素" in text and "P0001" in text and "1个名称未核对" in text
    sheet = pdf_text(content(press(page, "sheet")))
    assert "阿托伐他汀" in sheet and "医生或药师" in sheet and "复方感冒灵颗粒" in sheet
    found = rows(content(press(page, "table")))
    assert {"阿托伐他汀", "克拉霉素", "P0001"} <= {cell for row in found for cell in row.values()}
    resources = fhir(press(page, "fhir"))
    kinds = [resource["resourceType"] for resource in resources]
    assert kinds.count("DetectedIssue") == 1 and kinds.count("MedicationStatement") == 3
    (issue,) = (r for r in resources if r["resourceType"] == "DetectedIssue")
    assert (issue["status"], issue["severity"]) == ("preliminary", "high")


def fhir(download: Download) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in json.loads(content(download))["entry"]]


def test_a_typed_formula_cannot_run_in_the_table(page: Page) -> None:
    add(page, "阿托伐他汀", "克拉霉素")
    paste(page, FORMULA)
    expect(lines(page)).to_have_count(4)
    table = content(press(page, "table")).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert "'=cmd" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_a_sample_is_one_press_marked_everywhere_and_apart_from_real_work(
    visit: Callable[..., Page],
) -> None:
    page = visit("/pharmacy")
    add(page, "华法林")
    page.get_by_role("link", name="首页").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("听诊台")
    block(page, "open-statin-and-macrolide").get_by_role("button").click()
    banner = block(page, "sample-banner")
    expect(banner).to_contain_text(MARK)
    expect(lines(page)).to_have_count(3)
    expect(cards(page).first).to_contain_text("阿托伐他汀 + 克拉霉素")
    add(page, "胺碘酮")
    report = press(page, "report")
    assert report.suggested_filename.startswith("auscult-sample")
    assert MARK in pdf_text(content(report))
    assert MARK in pdf_text(content(press(page, "sheet")))
    table = rows(content(press(page, "table")))
    assert table and all(any(MARK in cell for cell in row.values()) for row in table)
    for resource in fhir(press(page, "fhir")):
        assert [tag["code"] for tag in resource["meta"]["tag"]] == ["HTEST"]

    banner.get_by_role("button", name="退出并重置示例").click()
    expect(banner).to_have_count(0)
    expect(lines(page).locator("b")).to_have_text(["华法林"])
    page.reload()
    settled(page)
    expect(lines(page).locator("b")).to_have_text(["华法林"])


def test_a_sample_opened_again_starts_from_its_beginning(visit: Callable[..., Page]) -> None:
    page = visit("/")
    block(page, "open-statin-and-macrolide").get_by_role("button").click()
    expect(lines(page)).to_have_count(3)
    add(page, "胺碘酮")
    page.get_by_role("link", name="首页").first.click()
    expect(block(page, "sample-banner")).to_contain_text(MARK)
    block(page, "open-statin-and-macrolide").get_by_role("button").click()
    expect(lines(page)).to_have_count(3)


def test_the_report_keeps_the_override_and_its_reason(page: Page) -> None:
    add(page, "阿托伐他汀", "克拉霉素")
    cards(page).get_by_role("button", name="仍要合用…").click()
    form = page.get_by_test_id("stPopoverBody")
    form.get_by_role("combobox").click()
    page.get_by_role("option", name="已安排监测").click()
    form.get_by_role("button", name="保存").click()
    expect(page.locator(".context").filter(has_text="已安排监测")).to_be_visible()
    assert "已安排监测" in pdf_text(content(press(page, "report")))
