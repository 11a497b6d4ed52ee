"""What the pages of one test asked for, and what the browser complained about.

Knows: requests of every kind with their hosts, breaches of the content security policy, failures.
Does not know: which of them a test expects; a test that provokes one clears it.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

LOCAL = frozenset({"127.0.0.1", "localhost", ""})  # no host: data: and blob: addresses
BREACH = re.compile(r"content security policy|refused to|blocked by", re.IGNORECASE)
# Opened by a deep link, Streamlit's front end looks for its server below that path first.
FINDING_BASE = re.compile(r"://[^/]+/[^/]+/_stcore/(health|host-config)$")


@dataclass
class Watch:
    """What the pages of one test asked for, and what the browser complained about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    here: frozenset[str] = LOCAL

    def attend(self, context: BrowserContext) -> None:
        """From now on, everything that this browser asks for and opens."""
        context.on("request", self._asked)
        context.on("page", self.follow)

    def leave(self, context: BrowserContext) -> None:
        context.remove_listener("request", self._asked)
        context.remove_listener("page", self.follow)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def follow(self, page: Page) -> None:
        self.pages.append(page)
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def _said(self, said: ConsoleMessage) -> None:
        where = said.location["url"]
        if FINDING_BASE.search(where) and "404" in said.text:
            return
        if said.type == "error" or BREACH.search(said.text):
            self.complaints.append(f"{said.text} {where}")

    def outside(self) -> list[str]:
        return [url for url in self.requests if (urlsplit(url).hostname or "") not in self.here]

    def raw_errors(self) -> list[str]:
        open_pages = [page for page in self.pages if not page.is_closed()]
        found = [page.get_by_test_id("stException").all_inner_texts() for page in open_pages]
        return sum(found, [])
