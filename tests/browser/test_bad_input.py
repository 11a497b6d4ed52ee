"""What people paste by mistake or on purpose: a clear sentence, an unchanged list, no raw error."""

import csv
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from serving import ROOT
from steps import add, bottom, cards, dose_form, lines, paste, picker, remove, settled, top, unfold

pytestmark = pytest.mark.browser

OVERDOSE = "我吃了一整瓶安眠药"


def notices(page: Page) -> Locator:
    return page.locator(".notice[role=alert]").filter(has_text="急症")


def test_an_emergency_in_the_name_field_is_said_above_everything(page: Page) -> None:
    add(page, "阿托伐他汀", "克拉霉素")
    picker(page).fill(OVERDOSE)
    picker(page).press("Enter")
    expect(notices(page).first).to_contain_text("吃了一整瓶安眠")
    for part in (page.locator("#field"), lines(page).first, cards(page).first):
        assert bottom(notices(page).first) <= top(part)


def test_an_emergency_in_the_paste_box_is_said(page: Page) -> None:
    paste(page, f"华法林\n{OVERDOSE}")
    expect(notices(page).first).to_be_visible()
    expect(lines(page).filter(has_text="华法林")).to_have_count(1)


def test_an_emergency_in_label_text_is_said(page: Page) -> None:
    form = unfold(page, "label")
    form.get_by_role("textbox").nth(0).fill("某药")
    form.get_by_role("textbox").nth(1).fill(OVERDOSE)
    form.get_by_role("button", name="读取").click()
    expect(notices(page).first).to_be_visible()


def test_negated_or_plain_text_alarms_nobody(page: Page) -> None:
    add(page, "阿托伐他汀 20mg qn")
    paste(page, "没有胸痛，也没有呼吸困难")
    expect(lines(page)).to_have_count(3)
    settled(page)
    expect(page.locator(".notice-emergency, .notice-urgent")).to_have_count(0)


def paste_event(field: Locator, text: str) -> None:
    field.evaluate(
        """(field, text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const options = { clipboardData: data, bubbles: true, cancelable: true };
          field.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )


def test_a_megabyte_in_the_name_field_is_refused_with_its_length(page: Page) -> None:
    add(page, "阿托伐他汀")
    paste_event(picker(page), "x" * 1_000_000)
    told = page.get_by_text("文字共 1000000 个字符，一次最多读取 20000 个")
    expect(told).to_be_visible()
    expect(lines(page)).to_have_count(1)
    add(page, "克拉霉素")
    expect(lines(page)).to_have_count(2)


def test_a_megabyte_in_the_paste_box_leaves_the_list_as_it_was(page: Page) -> None:
    add(page, "阿托伐他汀")
    box = unfold(page, "paste")
    box.get_by_role("textbox").fill("x" * 1_000_000)
    box.get_by_role("button").click()
    expect(page.get_by_text("文字共 1000000 个字符，一次最多读取 20000 个")).to_be_visible()
    expect(lines(page)).to_have_count(1)


STRANGE = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "<start_of_turn>",
    "😀💊👩‍⚕️",
    "![图](http://192.0.2.1/a.png) **粗体**",
    "=cmd",
    "＜b＞:red[红]",
)


def test_strange_text_is_shown_as_text_and_named_as_not_checked(page: Page) -> None:
    """Where a picture or script of such a text ran, the watch would see it."""
    add(page, "阿托伐他汀")
    for number, text in enumerate(STRANGE, 1):
        picker(page).fill(text)
        picker(page).press("Enter")
        expect(lines(page)).to_have_count(number + 1)
        expect(lines(page).last.locator("b")).to_have_text(text, use_inner_text=True)
        expect(lines(page).last).to_contain_text("名称未能识别")
    expect(lines(page).locator("script, img, a, strong")).to_have_count(0)
    expect(page.locator(".notice-warning").first).to_contain_text(f"{len(STRANGE)} 个名称未核对")
    expect(page).not_to_have_title("taken")


def test_only_white_space_adds_nothing_and_says_so(page: Page) -> None:
    paste(page, " \n\t\n 　")
    expect(page.get_by_text("这段文字中没有药名")).to_be_visible()
    expect(lines(page)).to_have_count(0)


def test_the_same_drug_twice_is_named_as_a_duplicate(page: Page) -> None:
    add(page, "阿托伐他汀", "立普妥")
    expect(cards(page).first).to_contain_text("清单中出现两次")


def some_drugs(count: int) -> list[str]:
    with (ROOT / "assets/pharmacy/drugs.csv").open(encoding="utf-8", newline="") as table:
        rows = [row["name_zh_cn"] for row in csv.DictReader(table) if not row["components"]]
    return rows[:count]


def test_two_hundred_drugs_are_checked_and_one_more_is_refused(page: Page) -> None:
    names = some_drugs(201)
    paste(page, "\n".join(names[:200]))
    expect(page.get_by_text("第 151–200 行，共 200 行")).to_be_visible(timeout=60_000)
    expect(lines(page)).to_have_count(50)
    expect(page.locator(".summary")).to_contain_text("共 19900 对", timeout=60_000)
    expect(cards(page)).to_have_count(3)
    picker(page).fill(names[200])
    picker(page).press("Enter")
    expect(page.get_by_text("1 个名称放不下：清单最多 200 行")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("共 200 行；")).to_be_visible()


def test_a_dose_is_kept_and_changes_the_grade(visit: Callable[..., Page]) -> None:
    page = visit()
    add(page, "阿托伐他汀", "克拉霉素")
    expect(cards(page).locator(".pill").first).to_contain_text("严重")
    form = dose_form(page, 0)
    form.get_by_role("spinbutton").first.fill("20")
    form.get_by_role("button", name="保存").click()
    expect(page.locator(".summary .pill-moderate")).to_be_visible()
    page.reload()
    settled(page)
    expect(lines(page).first).to_contain_text("20 mg")
    expect(page.locator(".summary .pill-moderate")).to_be_visible()


def test_a_misread_dose_and_route_can_be_emptied(page: Page) -> None:
    add(page, "阿托伐他汀 20mg qn 口服", "克拉霉素")
    expect(lines(page).first).to_contain_text("每日 20 mg · 口服")
    expect(cards(page).locator(".pill").first).to_contain_text("中度")
    form = dose_form(page, 0)
    form.get_by_role("spinbutton").first.fill("")
    form.get_by_role("combobox").press("Escape")
    form.get_by_role("button", name="保存").click()
    expect(cards(page).locator(".pill").first).to_contain_text("严重")
    expect(lines(page).first).not_to_contain_text("每日 20 mg")
    page.reload()
    settled(page)
    expect(cards(page).locator(".pill").first).to_contain_text("严重")


def test_a_dose_being_typed_stays_with_its_medicine_when_another_goes(page: Page) -> None:
    add(page, "华法林", "阿托伐他汀", "克拉霉素")
    dose_form(page, 1).get_by_role("spinbutton").first.fill("20")
    remove(page, 0)
    expect(lines(page)).to_have_count(2)
    settled(page)
    form = dose_form(page, 0)
    expect(form.get_by_role("spinbutton").first).to_have_value("20")
    form.get_by_role("button", name="保存").click()
    expect(lines(page).first).to_contain_text("每日 20 mg")
    expect(lines(page).nth(1)).not_to_contain_text("20 mg")
