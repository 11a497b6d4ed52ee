"""What staff do: the first administrator sets up, people are added, sign in, decide.

Knows: the page People and the door, in English. Does not know: servers beyond their log.
"""

import re

from playwright.sync_api import BrowserContext, Locator, Page, expect
from serving import Server
from steps import add, block, cards, settled, unfold

PIN, WRONG = "274915", "830562"


def tab(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    settled(page)
    return page


def fill(page: Page, key: str, text: str) -> None:
    block(page, key).locator("input").fill(text)


def press(page: Page, key: str) -> None:
    block(page, key).get_by_role("button").first.click()
    settled(page)


def set_up(page: Page, server: Server) -> None:
    """On the page People: the code of this server's terminal makes Chief the administrator."""
    (code,) = re.findall(r"enter the code (\w{5}-\w{5})", server.log)
    given = {"first-code": code, "first-name": "Chief", "pin-first": PIN, "pin-again-first": PIN}
    for key, text in given.items():
        fill(page, key, text)
    submit(page, "first-code")
    expect(page.locator(".door")).to_be_visible()


def add_with_pin(page: Page, name: str) -> None:
    """A person of the role that the form shows."""
    unfold(page, "add-person")
    fill(page, "person-name", name)
    for key in ("pin-person", "pin-again-person"):
        fill(page, key, PIN)
    submit(page, "person-name")


def add_pharmacist(page: Page, name: str) -> None:
    unfold(page, "add-person")
    block(page, "person-role").get_by_role("combobox").click()
    page.get_by_role("option", name="Pharmacist").click()
    add_with_pin(page, name)
    expect(page.get_by_text(f"Added: {name} (Pharmacist).")).to_be_visible()


def sign_in(page: Page, who: str) -> None:
    try_pin(page, who, PIN)
    expect(page.locator(".who")).to_be_visible()
    settled(page)


def try_pin(page: Page, who: str, pin: str) -> None:
    page.locator(".door select").select_option(label=who)
    page.locator(".door input[type=password]").fill(pin)
    page.locator(".door button").click()
    settled(page)


def go_on_anyway(page: Page) -> None:
    """An interaction that is decided on with a reason."""
    cards(page).get_by_role("button", name="Override").first.click()
    popover = page.get_by_test_id("stPopoverBody")
    popover.get_by_role("combobox").click()
    page.get_by_role("option", name="Monitoring is in place").click()
    popover.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    settled(page)


def decide(page: Page, *drugs: str) -> None:
    add(page, *drugs)
    go_on_anyway(page)


def submit(page: Page, of: str) -> None:
    """Presses the button of the form that a field stands in."""
    form = block(page, of).locator("xpath=ancestor::*[@data-testid='stForm']")
    form.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    settled(page)


def new_office(context: BrowserContext, server: Server) -> Page:
    """The page People of a server on which Chief was just made administrator and signed in."""
    page = tab(context, f"{server.url}/people")
    set_up(page, server)
    sign_in(page, "Chief · Administrator")
    return page


def audit(page: Page) -> Locator:
    """The table of the audit, as it is now."""
    page.get_by_role("tab", name="Audit").click()
    return page.locator("table.audit")


def erase_the_list(page: Page) -> None:
    """On the tab Audit: the first list that is offered is erased for good."""
    settled(page)  # a run that ends meanwhile closes the list of options
    block(page, "erase-group").get_by_role("combobox").click()
    page.get_by_role("option").first.click()
    settled(page)
    block(page, "erase-sure").locator("label").click()
    settled(page)
    press(page, "erase")
