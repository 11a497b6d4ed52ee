"""Two processes of the app on one PostgreSQL with one key file are one house."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from postgresql import Postgres, postgres
from serving import Server
from staffing import add_pharmacist, audit, decide, erase_the_list, new_office, sign_in, tab
from steps import block, settled

pytestmark = pytest.mark.browser

NurseTab = Callable[[], Page]


@pytest.fixture
def database() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def pair(servers: list[Server], database: Postgres, tmp_path: Path) -> tuple[Server, Server]:
    """Two servers, each with a port and a data folder of its own."""
    shared = {
        "AUSCULT_DATABASE_URL": database.url(),
        "AUSCULT_KEY_FILE": str(tmp_path / "keys" / "master.key"),
    }
    for name in ("one", "two"):
        server = Server(tmp_path / name / "data", env=shared)
        servers.append(server)
        server.start()
    return servers[0], servers[1]


def audit_of(page: Page, url: str) -> Locator:
    page.goto(f"{url}/people")
    settled(page)
    return audit(page)


def waiting(server: Server) -> int:
    return len(list((server.data / "outbox").glob("*.sealed")))


def test_what_is_done_on_one_server_holds_on_the_other(
    pair: tuple[Server, Server], new_browser: Callable[..., BrowserContext]
) -> None:
    one, two = pair
    office = new_office(new_browser("en-GB"), one)
    add_pharmacist(office, "Wang Fang")

    ward = tab(new_browser("en-GB"), f"{two.url}/pharmacy")
    sign_in(ward, "Wang Fang · Pharmacist")
    decide(ward, "atorvastatin", "clarithromycin")
    stored = audit_of(office, one.url).locator("tr", has_text="Decided to go on anyway")
    expect(stored).to_contain_text("Wang Fang")

    other_office = tab(new_browser("en-GB"), f"{two.url}/people")
    sign_in(other_office, "Chief · Administrator")
    audit_of(other_office, two.url)
    expect(block(other_office, "erase-group")).to_be_visible()
    erase_the_list(office)
    audit_of(other_office, two.url)
    expect(other_office.get_by_text("Nothing is recorded that could be erased.")).to_be_visible()
    expect(other_office.locator("table.audit tr", has_text="Record erased")).to_contain_text(
        "Chief"
    )

    office.goto(f"{one.url}/people")
    settled(office)
    person = office.locator("[class*='st-key-person-']", has_text="Wang Fang").last
    person.get_by_role("button", name="Deactivate").click()
    office.get_by_test_id("stPopoverBody").get_by_role("button").click()
    settled(office)
    expect(ward.locator(".door")).to_be_visible()  # by itself: the watch looks each 15 s
    expect(ward.locator(".door select")).not_to_contain_text("Wang Fang")


def test_a_decision_made_while_the_database_is_gone_is_stored_when_it_is_back(
    pair: tuple[Server, Server], database: Postgres, new_browser: Callable[..., BrowserContext]
) -> None:
    one, two = pair
    office = new_office(new_browser("en-GB"), one)
    add_pharmacist(office, "Wang Fang")
    ward = tab(new_browser("en-GB"), f"{two.url}/pharmacy")
    sign_in(ward, "Wang Fang · Pharmacist")
    database.stop()
    decide(ward, "atorvastatin", "clarithromycin")
    expect(ward.get_by_text("Your decision waits, sealed, on this computer")).to_be_visible()
    expect(ward.get_by_text("The records cannot be reached now; what you decide")).to_be_visible()
    stranger = tab(new_browser("en-GB"), f"{two.url}/pharmacy")
    expect(stranger.get_by_text("The records database cannot be reached")).to_be_visible()
    assert waiting(two) >= 1
    database.start()
    expect(audit_of(office, one.url)).to_be_visible()
    stored = office.locator("table.audit tr", has_text="Decided to go on anyway")
    for _ in range(20):
        if stored.count():
            break
        audit_of(office, one.url)
    expect(stored).to_contain_text("Wang Fang")
    assert waiting(two) == 0
    ward.reload()
    settled(ward)
    expect(ward.get_by_text("The records cannot be reached now")).to_have_count(0)
    expect(
        ward.get_by_text("Wang Fang (Pharmacist) goes on anyway: Monitoring is in place")
    ).to_be_attached()
