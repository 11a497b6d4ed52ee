"""From the code in the terminal to a recorded decision, found and erased, in two browsers."""

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from serving import Server
from staffing import (
    PIN,
    WRONG,
    add_pharmacist,
    add_with_pin,
    audit,
    decide,
    erase_the_list,
    press,
    set_up,
    sign_in,
    tab,
    try_pin,
)
from steps import add, lines, settled, unfold

pytestmark = pytest.mark.browser


def cookie_attributes(server: Server, person: str, proto: str) -> set[str]:
    """Of the cookie that a sign-in sets when a proxy on this machine says how it was asked."""
    asking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    form = urlencode({"person": person, "pin": PIN, "page": "home"})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"auscult_owner={'0123456789abcdef' * 2}",
        "X-Forwarded-Proto": proto,
    }
    asking.request("POST", "/staff/sign-in", form, headers)
    given = asking.getresponse().getheader("Set-Cookie") or ""
    asking.close()
    assert given.startswith("auscult_staff=")
    return {part.strip().lower() for part in given.split(";")}


def test_a_decision_goes_from_the_code_to_the_audit_and_is_erased(
    servers: list[Server], tmp_path: Path, new_browser: Callable[..., BrowserContext]
) -> None:
    server = Server(tmp_path / "data")
    servers.append(server)
    server.start()
    desk = tab(new_browser("en-GB"), f"{server.url}/people")
    set_up(desk, server)
    try_pin(desk, "Chief · Administrator", WRONG)
    expect(desk.get_by_text("The PIN does not fit")).to_be_visible()
    person = desk.locator(".door option:not([value=''])").get_attribute("value")
    assert "secure" in cookie_attributes(server, str(person), "https")
    assert "secure" not in cookie_attributes(server, str(person), "http")
    sign_in(desk, "Chief · Administrator")
    expect(desk.locator(".who")).to_have_text("ChiefAdministrator")
    # A choice that nobody touched in the language before is still that choice.
    desk.get_by_text("简体", exact=True).click()
    settled(desk)
    add_with_pin(desk, "Nora")
    expect(desk.get_by_text("Nora（护士）")).to_be_visible()
    desk.get_by_text("EN", exact=True).click()
    settled(desk)
    add_pharmacist(desk, "王芳")

    tablet = new_browser("en-GB")
    ward = tab(tablet, f"{server.url}/pharmacy")
    expect(ward.locator(".lead")).to_have_count(0)
    sign_in(ward, "王芳 · Pharmacist")
    expect(ward).to_have_url(f"{server.url}/pharmacy")
    (cookie,) = [c for c in tablet.cookies() if c["name"] == "auscult_staff"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    decide(ward, "atorvastatin", "clarithromycin")
    decided = ward.get_by_text("王芳 (Pharmacist) goes on anyway: Monitoring is in place")
    expect(decided).to_be_attached()

    second = tab(new_browser("en-GB"), f"{server.url}/pharmacy")
    sign_in(second, "王芳 · Pharmacist")
    expect(lines(second)).to_have_count(2)
    expect(second.get_by_text("Also signed in in 1 other place")).to_be_visible()

    press(ward, "end-shift")
    expect(ward.locator(".door")).to_be_visible()
    expect(lines(ward)).to_have_count(0)
    tablet.add_cookies([cookie])
    ward.reload()
    settled(ward)
    expect(ward.locator(".door")).to_be_visible()
    expect(second.locator(".door")).to_be_visible()  # by itself: the watch looks each 15 s

    desk.reload()
    settled(desk)
    table = audit(desk)
    expect(table.locator("tr", has_text="Decided to go on anyway")).to_contain_text("王芳")
    erase_the_list(desk)
    expect(table.locator("tr", has_text="Record erased for good")).to_contain_text("Chief")
    expect(desk.get_by_text("Nothing is recorded that could be erased.")).to_be_visible()
    desk.get_by_role("tab", name="Staff").click()
    minutes = unfold(desk, "idle-time").locator("input")
    minutes.fill("500")
    minutes.press("Tab")
    expect(desk.get_by_text("The idle time is 1–120 minutes.")).to_be_visible()
    expect(minutes).to_have_value("10")


def test_a_choice_keeps_its_meaning_when_the_language_changes(
    servers: list[Server], tmp_path: Path, new_browser: Callable[..., BrowserContext]
) -> None:
    server = Server(tmp_path / "data")
    servers.append(server)
    server.start()
    page = tab(new_browser("en-GB"), f"{server.url}/pharmacy")
    add(page, "diclofenac", "warfarin")
    page.get_by_role("button", name="Dose", exact=True).first.click()
    settled(page)
    route = page.locator("[class*='st-key-route-']").first
    route.get_by_role("combobox").click()
    page.get_by_role("option", name="Intravenous").click()
    page.get_by_text("简体", exact=True).click()
    settled(page)
    save(page)
    page.get_by_role("button", name="剂量", exact=True).first.click()
    settled(page)
    expect(route.locator("input")).to_have_value("静脉")
    expect(lines(page)).to_have_count(2)


def save(page: Page) -> None:
    """Presses the button of the open dose form."""
    form = page.locator("[class*='st-key-route-']").first.locator(
        "xpath=ancestor::*[@data-testid='stForm']"
    )
    form.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    settled(page)
