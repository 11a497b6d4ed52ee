"""What was typed is on disk before the next thing is shown: killed server, two tabs, full disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from serving import Server
from steps import add, block, cards, lines, picker, settled

pytestmark = pytest.mark.browser


def test_a_killed_server_loses_no_drug_and_doubles_none(
    servers: list[Server], tmp_path: Path, new_browser: Callable[..., BrowserContext]
) -> None:
    server = Server(tmp_path / "data")
    servers.append(server)
    server.start()
    page = new_browser().new_page()
    page.goto(server.url + "/pharmacy")
    settled(page)
    add(page, "阿托伐他汀")
    picker(page).fill("克拉霉素")
    picker(page).press("Enter")
    expect(lines(page)).to_have_count(2)
    server.kill()  # as soon as the second drug is on screen
    app = page.get_by_test_id("stApp")
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    server.start()
    settled(page)  # the tab comes back by itself and hands its last choices in again
    is_list(page, ["阿托伐他汀", "克拉霉素"])
    page.reload()
    settled(page)
    is_list(page, ["阿托伐他汀", "克拉霉素"])
    expect(cards(page)).to_have_count(1)
    add(page, "华法林")
    is_list(page, ["阿托伐他汀", "克拉霉素", "华法林"])


def is_list(page: Page, names: list[str]) -> None:
    expect(lines(page)).to_have_count(len(names))
    expect(lines(page).locator("b")).to_have_text(names)


def test_two_tabs_of_one_browser_keep_what_either_adds(visit: Callable[..., Page]) -> None:
    first = visit()
    second = first.context.new_page()
    second.goto(first.url)
    settled(second)
    add(first, "阿托伐他汀")
    picker(second).fill("克拉霉素")
    picker(second).press("Enter")
    is_list(second, ["阿托伐他汀", "克拉霉素"])
    first.reload()
    settled(first)
    is_list(first, ["阿托伐他汀", "克拉霉素"])


def test_a_tab_with_an_older_list_removes_nothing_from_the_newer_one(
    visit: Callable[..., Page],
) -> None:
    first = visit()
    add(first, "阿托伐他汀")
    second = first.context.new_page()
    second.goto(first.url)
    settled(second)
    is_list(second, ["阿托伐他汀"])
    add(first, "克拉霉素")
    block(second, "clear").get_by_role("button").click()
    expect(second.get_by_text("清单已在另一个标签页中更改")).to_be_visible()
    is_list(second, ["阿托伐他汀", "克拉霉素"])


def test_a_full_disk_is_said_and_the_list_stays_on_screen(
    servers: list[Server], tmp_path: Path, new_browser: Callable[..., BrowserContext]
) -> None:
    """A file where the drafts folder should be refuses every write, also for root."""
    server = Server(tmp_path / "data")
    servers.append(server)
    server.data.mkdir(mode=0o700)
    (server.data / "drafts").write_text("in the way")
    server.start()
    page = new_browser().new_page()
    page.goto(server.url + "/pharmacy")
    settled(page)
    add(page, "阿托伐他汀")
    expect(page.get_by_text("未能保存：磁盘已满或不可写")).to_be_visible()
    is_list(page, ["阿托伐他汀"])
    add(page, "克拉霉素")
    expect(page.get_by_text("未能保存：磁盘已满或不可写")).to_be_visible()
    is_list(page, ["阿托伐他汀", "克拉霉素"])
    expect(cards(page)).to_have_count(1)


def test_with_the_cookie_the_list_is_gone(visit: Callable[..., Page]) -> None:
    page = visit()
    add(page, "阿托伐他汀")
    page.context.clear_cookies()
    page.reload()
    settled(page)
    expect(page.get_by_text("请添加两种或以上药品")).to_be_visible()
    assert lines(page).count() == 0


def test_a_drug_typed_while_the_server_is_down_is_added_when_it_is_back(
    servers: list[Server], tmp_path: Path, new_browser: Callable[..., BrowserContext]
) -> None:
    server = Server(tmp_path / "data")
    servers.append(server)
    server.start()
    page = new_browser().new_page()
    page.goto(server.url + "/pharmacy")
    settled(page)
    add(page, "阿托伐他汀")
    server.kill()
    app = page.get_by_test_id("stApp")
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    picker(page).fill("克拉霉素")
    picker(page).press("Enter")
    waiting = page.get_by_text("还没有添加", exact=False).filter(visible=True)
    expect(waiting.first).to_contain_text("克拉霉素")
    server.start()
    settled(page)
    is_list(page, ["阿托伐他汀", "克拉霉素"])
    expect(waiting).to_have_count(0)
    expect(picker(page)).to_have_value("")


def test_a_list_that_cannot_be_read_is_said_and_kept_aside(
    servers: list[Server], tmp_path: Path, new_browser: Callable[..., BrowserContext]
) -> None:
    server = Server(tmp_path / "data")
    servers.append(server)
    server.start()
    page = new_browser().new_page()
    page.goto(server.url + "/pharmacy")
    settled(page)
    add(page, "阿托伐他汀")
    drafts = set((server.data / "drafts").iterdir())
    for file in drafts:
        file.write_bytes(b"torn")
    page.reload()
    settled(page)
    expect(page.get_by_text("本浏览器保存的清单无法读取")).to_be_visible()
    add(page, "克拉霉素")
    expect(page.get_by_text("本浏览器保存的清单无法读取")).to_have_count(0)
    is_list(page, ["克拉霉素"])
    kept = [file for file in (server.data / "drafts").iterdir() if file.suffix == ".bad"]
    assert [file.read_bytes() for file in kept] == [b"torn"]
