"""Limits on the running server: who is meant by an address, and what a person sees of a refusal."""

import http.client
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from serving import Server
from steps import settled, unfold
from watching import Watch

pytestmark = pytest.mark.browser

FILE = "/_stcore/upload_file/session/file"
ALL_BYTES = 1024**3  # what one browser may announce at once
MOST = 400


def asked(server: Server, source: str = "127.0.0.1", **headers: str) -> int:
    """One upload of nothing by a program; the status of its answer."""
    asking = http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=10, source_address=(source, 0)
    )
    try:
        asking.request("PUT", FILE, b"", {k.replace("_", "-"): v for k, v in headers.items()})
        return asking.getresponse().status
    finally:
        asking.close()


def passed(server: Server, source: str, named: Callable[[int], str]) -> int:
    """How many uploads get past the limits before the first that does not."""
    for n in range(MOST):
        if asked(server, source, x_forwarded_for=named(n)) == 429:
            return n
    return MOST


def told(server: Server, request: bytes) -> bytes:
    """The first line that the server answers to bytes as they are."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(4096).partition(b"\r\n")[0]


@pytest.mark.skipif(
    not Path("/proc/sys/net").exists(), reason="only Linux has all of 127.0.0.0/8 on loopback"
)
def test_an_address_is_believed_from_a_proxy_on_loopback_and_from_nobody_else(
    servers: list[Server], tmp_path: Path
) -> None:
    server = Server(tmp_path / "data")
    servers.append(server)
    server.start()
    for tablet in range(1, 31):  # a ward behind a proxy: each tablet has a limit of its own
        assert asked(server, x_forwarded_for=f"192.0.2.{tablet}") == 403
    assert passed(server, "127.0.0.1", lambda n: "192.0.2.200") in range(15, 40)
    assert asked(server, x_forwarded_for="192.0.2.201") == 403
    # What a client writes before its proxy did is not believed: the last one is the proxy's.
    assert passed(server, "127.0.0.1", lambda n: f"198.51.100.{n}, 192.0.2.202") in range(15, 40)
    # Another machine (here another address of this one) cannot name itself anew each time.
    assert passed(server, "127.0.0.2", lambda n: f"203.0.113.{n}") in range(15, 40)
    assert asked(server, "127.0.0.2", x_forwarded_for="203.0.113.250") == 429


def test_an_upload_without_a_true_length_is_refused_by_the_running_server(app: Server) -> None:
    start = f"PUT {FILE} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
    chunked = b"Transfer-Encoding: chunked\r\n"
    assert told(app, start + chunked + b"\r\n") == b"HTTP/1.1 411 Length Required"
    two = b"Content-Length: 5\r\n"
    assert b" 411 " in told(app, start + two + chunked + b"\r\n0\r\n\r\n")
    assert b" 400 " in told(app, start + two + b"Content-Length: 6\r\n\r\nhello")


def test_a_refused_file_is_marked_and_its_form_says_that_nothing_came(
    app: Server,
    new_browser: Callable[..., BrowserContext],
    watch: Watch,
    tmp_path: Path,
) -> None:
    browser = new_browser("en-GB")
    page = browser.new_page()
    page.goto(f"{app.url}/pharmacy")
    settled(page)
    label = unfold(page, "label")
    label.get_by_role("textbox").nth(0).fill("New tablet")
    (owner,) = [c["value"] for c in browser.cookies() if c["name"] == "auscult_owner"]
    big = tmp_path / "label.pdf"
    with big.open("wb") as file:
        file.truncate(60 * 1024**2)
    everything = (
        f"PUT {FILE} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {ALL_BYTES}\r\n"
        f"Cookie: auscult_owner={owner}\r\n\r\n"
    )
    assert b" 403 " in told(app, everything.encode())
    label.locator("input[type=file]").set_input_files(big)
    chip = label.get_by_test_id("stFileChip")
    expect(chip).to_have_attribute("aria-invalid", "true")
    label.get_by_role("button", name="Read").click()
    expect(label.get_by_text("Neither text nor a file has arrived here")).to_be_visible()
    assert len(watch.complaints) >= 1
    watch.complaints.clear()  # of the refusal
