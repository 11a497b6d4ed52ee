"""Nothing leaves the machine, nothing unregistered runs, a browser finds only what is its own."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from serving import ROOT, Server
from steps import add, lines, settled
from watching import Watch

pytestmark = pytest.mark.browser

COOKIE = "auscult_owner"
HEADINGS = {"/": "听诊台", "/pharmacy": "药物相互作用", "/model": "模型", "/people": "人员"}


def test_a_cold_deep_link_opens_clean(
    servers: list[Server], tmp_path: Path, new_browser: Callable[..., BrowserContext]
) -> None:
    """The first visitor of a fresh server comes by a link to a page that is not the first one."""
    server = Server(tmp_path / "data")
    servers.append(server)
    server.start()
    page = new_browser().new_page()
    page.goto(server.url + "/pharmacy")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS["/pharmacy"])
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("path", HEADINGS)
def test_a_page_asks_nobody_but_this_machine(
    visit: Callable[..., Page], watch: Watch, path: str
) -> None:
    page = visit(path)
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[path])
    assert len(watch.requests) > 10
    assert any(url.startswith("ws://127.0.0.1") for url in watch.requests)
    assert watch.outside() == []


def test_no_page_is_left_out_here() -> None:
    registered = re.findall(r'"pages/(\w+)\.py"', (ROOT / "Home.py").read_text("utf-8"))
    assert set(registered) == {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert {"/" if name == "home" else f"/{name}" for name in registered} == set(HEADINGS)


def test_the_policy_stops_a_request_to_another_host(
    visit: Callable[..., Page], watch: Watch
) -> None:
    page = visit("/")
    page.evaluate("() => fetch('http://192.0.2.1/x').catch(() => 0)")
    assert any("Content Security Policy" in said for said in watch.complaints)
    watch.complaints.clear()


def test_the_watch_sees_a_request_to_another_host(visit: Callable[..., Page], watch: Watch) -> None:
    """Without the policy such a request would start; here it is stopped at the browser's edge."""
    page = visit("/", bypass_csp=True)
    page.route("http://192.0.2.1/**", lambda route: route.abort())
    page.evaluate("() => fetch('http://192.0.2.1/x').catch(() => 0)")
    assert watch.outside() == ["http://192.0.2.1/x"]
    watch.requests.clear()
    watch.complaints.clear()


SECRET = """
import pathlib
pathlib.Path(__file__).with_name("ran.txt").write_text("ran")
import streamlit as st
st.write("secret page")
"""


def test_a_cold_deep_link_to_an_unregistered_page_runs_nothing(
    servers: list[Server],
    tmp_path: Path,
    new_browser: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    copy = tmp_path / "copy"
    for name in ("core", "pages", "assets", ".streamlit"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    shutil.copy(ROOT / "Home.py", copy)
    page_file, marker = copy / "pages" / "secret.py", copy / "pages" / "ran.txt"
    page_file.write_text(SECRET, encoding="utf-8")
    subprocess.run([sys.executable, str(page_file)], check=True, capture_output=True)
    assert marker.exists(), "the page would leave its mark if it ran"
    marker.unlink()

    server = Server(tmp_path / "data", root=copy)
    servers.append(server)
    server.start()
    page = new_browser("en-US").new_page()
    page.goto(server.url + "/secret")
    settled(page)
    expect(page.get_by_role("dialog")).to_contain_text("Page not found")
    expect(page.get_by_text("secret page", exact=True)).to_have_count(0)
    assert not marker.exists()
    (said,) = watch.complaints
    assert said.startswith("The page that you have requested does not seem to exist.")
    watch.complaints.clear()


def owner(context: BrowserContext) -> str:
    (cookie,) = [c for c in context.cookies() if c["name"] == COOKIE]
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Strict"
    return cookie["value"]


def test_a_list_is_found_again_by_its_own_browser_and_by_no_other(
    visit: Callable[..., Page],
) -> None:
    mine = visit()
    add(mine, "阿托伐他汀", "克拉霉素")
    value = owner(mine.context)
    assert re.fullmatch("[0-9a-f]{32}", value)
    other = visit()
    expect(other.get_by_text("请添加两种或以上药品")).to_be_visible()
    assert lines(other).count() == 0
    assert owner(other.context) != value
    mine.reload()
    settled(mine)
    expect(lines(mine)).to_have_count(2)
    assert owner(mine.context) == value
    assert "owner" not in mine.evaluate("() => document.cookie")


def test_a_forged_or_malformed_cookie_finds_no_list(
    visit: Callable[..., Page], new_browser: Callable[..., BrowserContext], app: Server
) -> None:
    add(visit(), "华法林")
    for forged in ("f" * 32, "x", "", "../../etc/passwd", "0" * 31):
        thief = new_browser()
        thief.add_cookies([{"name": COOKIE, "value": forged, "url": app.url}])
        page = thief.new_page()
        page.goto(app.url + "/pharmacy")
        settled(page)
        expect(page.get_by_text("请添加两种或以上药品")).to_be_visible()
        assert lines(page).count() == 0
        (held,) = [c["value"] for c in thief.cookies() if c["name"] == COOKIE]
        assert (held == forged) is (forged == "f" * 32)  # a malformed one is replaced


def test_the_privacy_self_test_of_a_running_server_holds_in_every_line(
    visit: Callable[..., Page], app: Server
) -> None:
    page = visit("/")
    lines_shown = page.locator("ul.probes li")
    expect(lines_shown).to_have_count(5)
    assert page.locator("ul.probes li.no").all_inner_texts() == []
    expect(page.locator("ul.probes")).to_contain_text(str(app.data))
    expect(page.locator("ul.probes")).to_contain_text("127.0.0.1")


def test_the_source_of_the_running_version_is_downloaded_from_this_machine(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("/")
    with page.expect_download() as download:
        page.locator("a[href='/source.zip']").click()
    saved = tmp_path / "source.zip"
    download.value.save_as(saved)
    shutil.unpack_archive(saved, tmp_path / "source")
    (home,) = (tmp_path / "source").rglob("Home.py")
    assert home.read_bytes() == (ROOT / "Home.py").read_bytes()
