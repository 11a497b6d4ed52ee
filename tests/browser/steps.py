"""What a person does and sees on a page, named in the words of the page.

Knows: how the app marks its parts (keys, roles). Waits for what is seen, never for a time.
Does not know: servers, what a test expects.
"""

import re

from playwright.sync_api import Locator, Page, expect

expect.set_options(timeout=20_000)

FILLED = re.compile(".")


def settled(page: Page) -> None:
    """Waits until the browser is connected and the script of the page has run."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def block(page: Page, key: str) -> Locator:
    """A part of the page by the key it was drawn with."""
    return page.locator(f".st-key-{key}")


def picker(page: Page) -> Locator:
    """The name field once its script has taken it over, which its placeholder shows."""
    field = page.locator("#field")
    expect(field).to_have_attribute("placeholder", FILLED)
    return field


def lines(page: Page) -> Locator:
    """The lines of the medicine list."""
    return page.locator("[class*='st-key-line-name-']")


def cards(page: Page) -> Locator:
    """The cards that can be seen now; those in a folded group cannot."""
    return page.locator("[class*='st-key-card-']:not([class*='card-foot'])").filter(visible=True)


def add(page: Page, *names: str) -> None:
    """Types each name, presses Enter and waits for its line."""
    for name in names:
        before = lines(page).count()
        picker(page).fill(name)
        picker(page).press("Enter")
        expect(lines(page)).to_have_count(before + 1)
    settled(page)


def dose_form(page: Page, place: int) -> Locator:
    """The dose form of a line of the list, opened unless it is open."""
    (named,) = re.findall(r"st-key-line-name-(\w+)", lines(page).nth(place).get_attribute("class"))
    form = block(page, f"mg-{named}").locator("xpath=ancestor::*[@data-testid='stForm']")
    if not form.count():
        block(page, f"dose-{named}").get_by_role("button").click()
    expect(form).to_be_visible()
    return form


def remove(page: Page, place: int) -> None:
    """Presses the cross of a line of the list."""
    (named,) = re.findall(r"st-key-line-name-(\w+)", lines(page).nth(place).get_attribute("class"))
    block(page, f"remove-{named}").get_by_role("button").click()


def unfold(page: Page, key: str) -> Locator:
    """Opens an expander by its key, unless it is open."""
    box = block(page, key)
    outer = box.locator("details").first
    expect(outer).to_be_visible()
    if outer.get_attribute("open") is None:
        outer.locator("summary").first.click()
    expect(outer).to_have_attribute("open", "")
    return box


def paste(page: Page, text: str) -> None:
    """Puts a text into the paste box as a clipboard would, and adds it."""
    box = unfold(page, "paste")
    box.get_by_role("textbox").fill(text)
    box.get_by_role("button").click()


def top(found: Locator) -> float:
    """The upper edge on screen in CSS pixels."""
    box = found.bounding_box()
    assert box is not None, "not on screen"
    return box["y"]


def bottom(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None, "not on screen"
    return box["y"] + box["height"]
