"""The main job in a real browser: type two names and read what follows, in each language."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from steps import add, block, bottom, cards, lines, paste, picker, settled, top, unfold

pytestmark = pytest.mark.browser

LANGUAGES = {
    "zh-CN": {
        "typed": ("阿托伐他汀", "克拉霉素"),
        "severity": "严重",
        "pair": "阿托伐他汀 + 克拉霉素",
        "fields": (
            "会发生什么 阿托伐他汀暴露升高（AUC约4.5倍），肌病/横纹肌溶解风险增加",
            "为什么 阿托伐他汀为CYP3A4及OATP1B1底物；克拉霉素为CYP3A4强抑制剂，并抑制OATP1B1",
            "如何处理 首选改用阿奇霉素，或在抗生素疗程内暂停他汀",
        ),
        "alternative": r"用\s*阿奇霉素\s*替代\s*克拉霉素",
        "source": "USPI atorvastatin s2/s7（已对照存档页面）",
        "origin": "规则 P0001",
        "why": "依据：推导过程",
        "html": "zh-CN",
    },
    "zh-TW": {
        "typed": ("阿托伐他汀", "克拉黴素"),
        "severity": "嚴重",
        "pair": "阿托伐他汀 + 克拉黴素",
        "fields": (
            "阿托伐他汀暴露升高（AUC約4.5倍），肌病/橫紋肌溶解風險增加",
            "為什麼 阿托伐他汀為CYP3A4及OATP1B1受質；克拉黴素為CYP3A4強抑制劑，並抑制OATP1B1",
            "如何處理 首選改用阿奇黴素，或在抗生素療程內暫停他汀",
        ),
        "alternative": r"用\s*阿奇黴素\s*替代\s*克拉黴素",
        "source": "USPI atorvastatin s2/s7（已對照存檔頁面）",
        "origin": "規則 P0001",
        "why": "依據：推導過程",
        "html": "zh-TW",
    },
    "en-GB": {
        "typed": ("atorvastatin", "clarithromycin"),
        "severity": "Major",
        "pair": "Atorvastatin + Clarithromycin",
        "fields": (
            "What happens Raised atorvastatin exposure (about 4.5-fold AUC)",
            "Why Atorvastatin is a CYP3A4 and OATP1B1 substrate; clarithromycin is a strong CYP3A4",
            "What to do Prefer azithromycin, or pause the statin for the antibiotic course.",
        ),
        "alternative": "Azithromycin instead of Clarithromycin",
        "source": "USPI atorvastatin s2/s7 (compared with a stored page)",
        "origin": "Rule P0001",
        "why": "Why: the derivation",
        "html": "en",
    },
}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_two_names_are_answered_in_the_language_of_the_browser(
    visit: Callable[..., Page], locale: str
) -> None:
    said = LANGUAGES[locale]
    page = visit(locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", said["html"])
    add(page, *said["typed"])
    expect(cards(page)).to_have_count(1)
    card = cards(page).first
    expect(card.locator(".pill").first).to_contain_text(said["severity"])
    expect(card.locator(".names")).to_have_text(said["pair"])
    for text in said["fields"]:
        expect(card).to_contain_text(text)
    offered = card.locator(".alternatives .offered").first
    expect(offered).to_contain_text(re.compile(said["alternative"]))
    expect(card).to_contain_text(said["source"])
    expect(card.locator(".origin-rule").first).to_have_text(said["origin"])
    card.get_by_text(said["why"], exact=True).click()
    expect(card.locator("ol.chain").first).to_contain_text("P0001")


def test_the_visible_switch_wins_over_the_browser_and_holds_on_the_other_page(
    visit: Callable[..., Page],
) -> None:
    page = visit("/", locale="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("听诊台")
    page.get_by_role("radio", name="EN").or_(page.get_by_role("button", name="EN")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Auscult")
    page.get_by_role("link", name="Interactions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Drug interactions")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_language_of_a_link_wins_over_the_browser_and_holds_on_the_other_page(
    visit: Callable[..., Page],
) -> None:
    page = visit("/?lang=zh-TW", locale="en-US")
    expect(page.get_by_role("heading", level=1)).to_contain_text("聽診")
    page.get_by_role("link", name="藥物交互作用").first.click()
    expect(page).to_have_url(re.compile("/pharmacy"))
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("藥物交互作用")
    expect(picker(page)).to_have_attribute("placeholder", re.compile("藥名"))


def test_the_job_is_done_with_the_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit(locale="en-US")
    picker(page)
    tab_to(page, "field")
    for typed in ("atorvast", "clarithro"):
        before = lines(page).count()
        page.keyboard.type(typed)
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(lines(page)).to_have_count(before + 1)
        expect(picker(page)).to_be_focused()
    expect(cards(page).first).to_contain_text("Atorvastatin + Clarithromycin")
    tab_to(page, "Why: the derivation")
    page.keyboard.press("Enter")
    expect(cards(page).locator("ol.chain").first).to_be_visible()
    tab_to(page, "Report (PDF)")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "auscult-interactions.pdf"


FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return [at?.id ?? "", at?.innerText ?? ""];
}"""


def tab_to(page: Page, wanted: str) -> None:
    """Presses Tab until the focus is on the part with this id or text."""
    for _ in range(60):
        page.keyboard.press("Tab")
        name, text = page.evaluate(FOCUSED)
        if name == wanted or (len(text) < 60 and wanted in text.splitlines()):
            return
    raise AssertionError(f"{wanted} cannot be reached with the keyboard")


def test_names_not_checked_stand_above_the_first_card(page: Page) -> None:
    add(page, "阿托伐他汀", "克拉霉素", "复方感冒灵颗粒")
    notice = page.locator(".notice-warning").filter(has_text="1 个名称未核对")
    expect(notice).to_be_visible()
    assert bottom(notice) <= top(cards(page).first)
    assert bottom(notice) <= top(page.locator(".summary"))
    reason = block(page, "not-checked")
    expect(reason).to_contain_text("复方感冒灵颗粒")
    expect(reason).to_contain_text("当前知识库未覆盖该药物，建议查阅最新药品说明书")


def test_at_most_three_alerts_interrupt_and_the_rest_is_folded_and_counted(page: Page) -> None:
    paste(page, "阿托伐他汀\n克拉霉素\n华法林\n布洛芬\n阿司匹林\n辛伐他汀\n酮康唑\n氟康唑\n胺碘酮")
    expect(lines(page)).to_have_count(9)
    settled(page)
    expect(cards(page)).to_have_count(3)
    assert counts(page) == {"禁忌": 2, "严重": 17, "中度": 3, "轻度": 3}
    folded = [
        label(page.locator(f".st-key-rest-{grade} summary").first.inner_text())
        for grade in ("major", "moderate", "minor")
    ]
    assert folded == ["严重（16）", "中度（3）", "轻度（3）"]
    grades = [card.locator(".pill").first.inner_text() for card in cards(page).all()]
    assert [g.split()[-1] for g in grades] == ["禁忌", "禁忌", "严重"]


def counts(page: Page) -> dict[str, int]:
    pills = page.locator(".summary .pill").all_inner_texts()
    numbers = page.locator(".summary .count").all_inner_texts()
    return {p.split()[-1]: int(n) for p, n in zip(pills, numbers, strict=True)}


def label(summary: str) -> str:
    """The label of an expander without the name of its icon."""
    return summary.strip().splitlines()[-1]


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (768, 1024)])
def test_a_tablet_shows_results_below_the_list_without_sideways_scrolling(
    visit: Callable[..., Page], width: int, height: int
) -> None:
    page = visit(viewport={"width": width, "height": height}, has_touch=True)
    paste(
        page,
        "华法林钠片 3mg qd\n布洛芬缓释胶囊 0.3g bid\n阿司匹林肠溶片 100mg qd\n克拉霉素\n阿托伐他汀",
    )
    expect(lines(page)).to_have_count(5)
    settled(page)
    expect(cards(page)).to_have_count(3)
    assert top(block(page, "found")) >= bottom(block(page, "side"))
    for element in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
        wide, seen = page.evaluate(f"() => [{element}.scrollWidth, {element}.clientWidth]")
        assert wide <= seen, element


def test_the_reason_of_an_override_stays_with_the_card_and_can_be_taken_back(page: Page) -> None:
    add(page, "阿托伐他汀", "克拉霉素")
    cards(page).get_by_role("button", name="仍要合用…").click()
    form = page.get_by_test_id("stPopoverBody")
    form.get_by_role("button", name="保存").click()
    expect(form).to_contain_text("请先选择理由")
    form.get_by_role("combobox").click()
    page.get_by_role("option", name="已安排监测").click()
    form.get_by_role("textbox").fill("每周复查 CK <b>")
    form.get_by_role("button", name="保存").click()
    given = page.locator(".context").filter(has_text="已安排监测")
    page.reload()
    settled(page)
    unfold(page, "rest-major")
    expect(given).to_contain_text("每周复查 CK <b>")
    expect(given.locator(".origin-person")).to_have_text("人工")
    expect(cards(page)).to_have_count(1)
    cards(page).get_by_role("button", name="撤回").click()
    expect(given).to_have_count(0)
    expect(cards(page).get_by_role("button", name="仍要合用…")).to_be_visible()
