"""From the code in the terminal to a recorded decision, found and erased, in two browsers."""

import http.client
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from serving import Server
from steps import add, block, cards, lines, settled

pytestmark = pytest.mark.browser

PIN, WRONG = "274915", "830562"


def fill(page: Page, key: str, text: str) -> None:
    block(page, key).locator("input").fill(text)


def press(page: Page, key: str) -> None:
    block(page, key).get_by_role("button").first.click()
    settled(page)


def submit(page: Page, of: str) -> None:
    """Presses the button of the form that a field stands in."""
    form = block(page, of).locator("xpath=ancestor::*[@data-testid='stForm']")
    form.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    settled(page)


def sign_in(page: Page, name: str, pin: str = PIN) -> None:
    page.locator(".door select").select_option(label=name)
    page.locator(".door input[type=password]").fill(pin)
    page.locator(".door button").click()
    settled(page)


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


def tab(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    settled(page)
    return page


def set_up_staff(context: BrowserContext, server: Server) -> Page:
    """The first administrator, Chief, with the code of the terminal; nobody is signed in yet."""
    desk = tab(context, f"{server.url}/people")
    (code,) = re.findall(r"enter the code (\w{5}-\w{5})", server.log)
    for key, text in (
        ("first-code", code),
        ("first-name", "Chief"),
        ("pin-first", PIN),
        ("pin-again-first", PIN),
    ):
        fill(desk, key, text)
    submit(desk, "first-code")
    expect(desk.locator(".door")).to_be_visible()
    return desk


def test_a_decision_goes_from_the_code_to_the_audit_and_is_erased(
    servers: list[Server], tmp_path: Path, new_browser: Callable[..., BrowserContext]
) -> None:
    server = Server(tmp_path / "data")
    servers.append(server)
    server.start()
    desk = set_up_staff(new_browser("en-GB"), server)
    sign_in(desk, "Chief · Administrator", WRONG)
    expect(desk.get_by_text("The PIN does not fit")).to_be_visible()
    person = desk.locator(".door option").get_attribute("value")
    assert "secure" in cookie_attributes(server, str(person), "https")
    assert "secure" not in cookie_attributes(server, str(person), "http")
    sign_in(desk, "Chief · Administrator")
    expect(desk.locator(".who")).to_have_text("ChiefAdministrator")
    fill(desk, "person-name", "王芳")
    block(desk, "person-role").get_by_role("combobox").click()
    desk.get_by_role("option", name="Pharmacist").click()
    fill(desk, "pin-person", PIN)
    fill(desk, "pin-again-person", PIN)
    submit(desk, "person-name")
    expect(desk.get_by_text("Done.")).to_be_visible()

    tablet = new_browser("en-GB")
    ward = tab(tablet, f"{server.url}/pharmacy")
    expect(ward.locator(".lead")).to_have_count(0)
    sign_in(ward, "王芳 · Pharmacist")
    expect(ward).to_have_url(f"{server.url}/pharmacy")
    (cookie,) = [c for c in tablet.cookies() if c["name"] == "auscult_staff"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    add(ward, "atorvastatin", "clarithromycin")
    cards(ward).get_by_role("button", name="Override…").click()
    popover = ward.get_by_test_id("stPopoverBody")
    popover.get_by_role("combobox").click()
    ward.get_by_role("option", name="Monitoring is in place").click()
    popover.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    settled(ward)
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

    desk.get_by_role("tab", name="Audit").click()
    desk.reload()
    settled(desk)
    desk.get_by_role("tab", name="Audit").click()
    table = desk.locator("table.audit")
    expect(table.locator("tr", has_text="Entry stored")).to_contain_text("王芳")
    block(desk, "erase-group").get_by_role("combobox").click()
    desk.get_by_role("option").first.click()
    settled(desk)
    block(desk, "erase-sure").locator("label").click()
    settled(desk)
    press(desk, "erase")
    expect(table.locator("tr", has_text="Record erased")).to_contain_text("Chief")
    expect(desk.get_by_text("No decision is recorded.")).to_be_visible()
