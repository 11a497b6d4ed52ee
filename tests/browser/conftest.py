"""A running app, browsers that visit it, and the promise that each visit stays on this machine.

Knows: one server for all or one of a test, new browsers (a context each), what pages ask for and
complain about. After each test: no request went to another host, nothing broke the content policy
or failed in the browser, no page shows a raw error, no server logged one.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from serving import Server
from steps import settled
from watching import Watch

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
# What Chromium says when a server was killed on purpose.
SEVERED = re.compile(
    r"ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|WebSocket|Failed to fetch|"
    r"when disconnected from server|No response received|is not responding"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped and say so; the rest of the suite runs."""
    for item in items:
        if CHROMIUM is None and item.get_closest_marker("browser"):
            item.add_marker(
                pytest.mark.skip(reason="no Chromium on PATH (Debian: apt-get install chromium)")
            )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium per file; what a person calls a browser is a context of it.

    It ends with the file: Playwright keeps an event loop running, and no test after it could start
    one of its own.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for every test that needs none of its own; each test comes as a new person."""
    server = Server(tmp_path_factory.mktemp("server") / "data")
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log, server.log[-3000:]


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    """Servers of one test; what a test puts here is stopped and its log read."""
    started: list[Server] = []
    yield started
    for server in started:
        server.stop()
    for server in started:
        assert "Traceback" not in server.log, server.log[-3000:]


@pytest.fixture
def watch(servers: list[Server]) -> Iterator[Watch]:
    seen = Watch()
    yield seen
    cut = any(server.killed for server in servers)
    assert seen.outside() == []
    assert [c for c in seen.complaints if not (cut and SEVERED.search(c))] == []


SCREEN = {"width": 1440, "height": 900}


@pytest.fixture
def new_browser(browser: Browser, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers of new people: own cookies and cache, a locale, watched from the start."""
    contexts: list[BrowserContext] = []

    def make(locale: str = "zh-CN") -> BrowserContext:
        context = browser.new_context(locale=locale, viewport=SCREEN)
        watch.attend(context)
        contexts.append(context)
        return context

    yield make
    raw = watch.raw_errors()
    for context in contexts:
        context.close()
    assert raw == []


@pytest.fixture(scope="module")
def kept(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Browsers whose cache outlives a test, by what makes them different."""
    contexts: dict[str, BrowserContext] = {}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def visit(
    app: Server, browser: Browser, kept: dict[str, BrowserContext], watch: Watch
) -> Iterator[Callable[..., Page]]:
    """Opens a path of the shared server as a new person; simplified Chinese by default.

    A new person has no cookie. The scripts of the app may be in the browser's cache already.
    """
    attended: list[BrowserContext] = []

    def go(path: str = "/pharmacy", locale: str = "zh-CN", **options: Any) -> Page:
        options = {"viewport": SCREEN, "locale": locale, **options}
        wanted = f"{len(attended)} {sorted(options.items())}"  # two people at once are two browsers
        if wanted not in kept:
            kept[wanted] = browser.new_context(**options)
        context = kept[wanted]
        context.clear_cookies()
        watch.attend(context)
        attended.append(context)
        page = context.new_page()
        page.goto(app.url + path)
        settled(page)
        return page

    yield go
    raw = watch.raw_errors()
    for context in attended:
        watch.leave(context)
        for page in context.pages:
            page.close()
    assert raw == []


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    """The pharmacy page with an empty list, in simplified Chinese, on a wide screen."""
    return visit()
