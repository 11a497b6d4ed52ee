"""Two processes of the app on one model server and one PostgreSQL: each explains its own pair."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from postgresql import postgres
from scripted import Handler, serving
from serving import Server
from staffing import add_pharmacist, new_office, sign_in, tab
from steps import add, cards

from core.model.remote import Server as ModelServer

pytestmark = pytest.mark.browser

TOGETHER_S = 90


class Department:
    """A model server that ends no answer before two are being written at once."""

    def __init__(self) -> None:
        self.both = threading.Barrier(2)
        self.asked: list[str] = []

    def explain(self, handler: Handler, n: int) -> None:
        given = str(handler.body["messages"][-1]["content"])
        medicines = next(line for line in given.splitlines() if line.startswith("Medicines:"))
        self.asked.append(medicines)
        handler.start()
        handler.piece(reasoning_content="The rows name the mechanism.")
        handler.piece(content="The rows are about ")
        self.both.wait(TOGETHER_S)
        handler.piece("stop", content=f"{medicines.removeprefix('Medicines: ')}.")


@pytest.fixture
def department() -> Department:
    return Department()


@pytest.fixture
def model(department: Department) -> Iterator[ModelServer]:
    with serving() as start:
        yield start(department.explain)


@pytest.fixture
def pair(
    servers: list[Server], model: ModelServer, tmp_path: Path
) -> Iterator[tuple[Server, Server]]:
    with postgres() as database:
        shared = {
            "AUSCULT_DATABASE_URL": database.url(),
            "AUSCULT_KEY_FILE": str(tmp_path / "keys" / "master.key"),
            "AUSCULT_SERVER": model.url,
        }
        for name in ("one", "two"):
            server = Server(tmp_path / name / "data", env=shared)
            servers.append(server)
            server.start()
        yield servers[0], servers[1]
        for server in servers:
            server.stop()


def explain(page: Page, *drugs: str) -> None:
    add(page, *drugs)
    cards(page).first.locator("[class*='st-key-explain-']").get_by_role("button").click()


def test_two_processes_share_a_model_server_and_a_database(
    pair: tuple[Server, Server],
    department: Department,
    new_browser: Callable[..., BrowserContext],
) -> None:
    one, two = pair
    add_pharmacist(new_office(new_browser("en-GB"), one), "Wang Fang")
    wards = []
    for server in (one, two):
        ward = tab(new_browser("en-GB"), f"{server.url}/pharmacy")
        sign_in(ward, "Wang Fang · Pharmacist")
        wards.append(ward)
    explain(wards[0], "atorvastatin", "clarithromycin")
    explain(wards[1], "warfarin", "metronidazole")
    for ward, drug, other in (
        (wards[0], "Clarithromycin", "Metronidazole"),
        (wards[1], "Metronidazole", "Clarithromycin"),
    ):
        answer = ward.locator(".stVerticalBlock[class*='st-key-answer-']")
        expect(answer).to_contain_text("The rows are about", timeout=TOGETHER_S * 1000)
        expect(answer).to_contain_text(drug, ignore_case=True)
        expect(answer).not_to_contain_text(other, ignore_case=True)
    assert len(department.asked) == 2 and department.both.n_waiting == 0
