"""The ward network: the real `start.py --lan` at one machine, a real browser at another.

Two network namespaces stand for the two machines (`ward_network`); no packet leaves them. The
browser takes the certificate only after a test compared its fingerprint with the terminal's.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import CHROMIUM
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from serving import free_port
from staffing import PIN, audit, decide, erase_the_list, press, sign_in, tab
from steps import add, block, settled
from ward_network import PC, Started, Ward, ward_network, why_not
from watching import LOCAL, Watch

from core.records import people
from core.records.opening import open_records
from core.records.people import Person
from core.settings import read

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]
TABLET = {"width": 768, "height": 1024}
# What Chromium says to a header that counts over https only.
NEEDS_HTTPS = re.compile("Cross-Origin-Opener-Policy header has been ignored")


@pytest.fixture(scope="module")
def network() -> Iterator[Ward]:
    with ward_network() as made:
        yield made


@pytest.fixture(scope="module")
def tablet(network: Ward, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose only network is the tablet's."""
    program = tmp_path_factory.mktemp("tablet") / "chromium"
    program.write_text(f'#!/bin/sh\nexec {" ".join(network.at(network.tablet))} {CHROMIUM} "$@"\n')
    program.chmod(0o755)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def ready(network: Ward, folder: Path) -> Started:
    """A machine on which staff was set up; nothing runs yet."""
    made = Started(network, folder, free_port())
    names = ("AUSCULT_DATA", "AUSCULT_KEY_FILE")
    records = open_records(read({name: made.env[name] for name in names})).records
    chief = people.add_first(records, "Chief", PIN)
    assert isinstance(chief, Person)
    people.add(records, "王芳", "pharmacist", PIN, chief.id)
    records.close()
    return made


@pytest.fixture(scope="module")
def served(network: Ward, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """`start.py --lan` as it runs on a ward."""
    made = ready(network, tmp_path_factory.mktemp("ward"))
    made.start("--lan")
    yield made
    made.stop()
    assert "Traceback" not in made.log, made.log[-3000:]


@pytest.fixture
def machine(network: Ward, tmp_path: Path) -> Iterator[Started]:
    """A machine of one test, with staff; what was started on it ends after its tablets are gone."""
    made = ready(network, tmp_path)
    yield made
    made.stop()


@pytest.fixture
def new_tablet(tablet: Browser, machine: Started) -> Iterator[Callable[..., BrowserContext]]:
    """Makes tablets; none asks another machine, breaks the policy or shows a raw error."""
    watch = Watch(here=LOCAL | {PC})
    contexts: list[BrowserContext] = []

    def make(locale: str = "en-GB", trusting: bool = False) -> BrowserContext:
        context = tablet.new_context(
            locale=locale, viewport=TABLET, has_touch=True, ignore_https_errors=trusting
        )
        watch.attend(context)
        contexts.append(context)
        return context

    yield make
    raw = watch.raw_errors()
    for context in contexts:
        context.close()
    assert raw == [] and watch.outside() == []
    assert [c for c in watch.complaints if not NEEDS_HTTPS.search(c)] == []


def url(served: Started, scheme: str = "https") -> str:
    return f"{scheme}://{PC}:{served.port}"


def shown_fingerprint(log: str) -> str:
    """The fingerprint as the terminal shows it, without its gaps."""
    rows = re.findall(r"^  ((?:[0-9A-F]{2} ){7}[0-9A-F]{2})$", log, re.MULTILINE)
    assert len(rows) == 4
    return "".join(rows).replace(" ", "").lower()


def test_a_pharmacist_compares_the_fingerprint_signs_in_and_decides(
    network: Ward, served: Started, new_tablet: Callable[..., BrowserContext]
) -> None:
    assert f"  {url(served)}\n" in served.log and "█" in served.log
    fingerprint = shown_fingerprint(served.log)
    assert network.ask(url(served))["fingerprint"] == fingerprint

    context = new_tablet(trusting=True)
    ward = tab(context, f"{url(served)}/pharmacy")
    expect(ward.locator(".lead")).to_have_count(0)
    sign_in(ward, "王芳 · Pharmacist")
    expect(ward).to_have_url(f"{url(served)}/pharmacy")
    ours = [cookie for cookie in context.cookies() if "auscult" in cookie["name"]]
    assert {c["name"] for c in ours} == {"__Host-auscult_owner", "__Host-auscult_staff"}
    assert all(c["secure"] and c["httpOnly"] and c["sameSite"] == "Strict" for c in ours)
    decide(ward, "atorvastatin", "clarithromycin")
    expect(
        ward.get_by_text("王芳 (Pharmacist) goes on anyway: Monitoring is in place")
    ).to_be_attached()
    expect(ward.locator(".unencrypted")).to_have_count(0)

    desk = tab(new_tablet(trusting=True), f"{url(served)}/people")
    sign_in(desk, "Chief · Administrator")
    expect(desk.locator(".who")).to_be_attached()
    block(desk, "ward-network").locator("summary").click()
    code = desk.locator("img.qr")
    expect(code).to_be_visible()
    on_page = desk.locator(".fingerprint span").all_inner_texts()
    assert "".join(on_page).replace(" ", "").lower() == fingerprint
    assert code.evaluate("picture => picture.complete && picture.naturalWidth") > 0
    assert code.get_attribute("alt") == url(served)
    table = audit(desk)
    expect(table.locator("tr", has_text="Decided to go on")).to_contain_text("王芳")
    erase_the_list(desk)
    expect(table.locator("tr", has_text="Record erased")).to_contain_text("Chief")
    ward.get_by_role("button", name="Expand sidebar").click()
    press(ward, "end-shift")
    expect(ward.locator(".door")).to_be_visible()


def test_a_browser_warns_before_it_trusts_a_certificate_of_our_own(
    served: Started, new_tablet: Callable[..., BrowserContext]
) -> None:
    page = new_tablet().new_page()
    with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(url(served))
    page.close()  # the browser's own warning, which still loads


@pytest.mark.parametrize("path", ["/", "/pharmacy", "/people"])
def test_a_tablet_without_a_session_sees_the_sign_in_alone(
    served: Started, new_tablet: Callable[..., BrowserContext], path: str
) -> None:
    page = tab(new_tablet(trusting=True), f"{url(served)}{path}")
    expect(page.locator(".door")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Sign in")
    for key in ("st-key-ward-network", "st-key-first-code", "st-key-workbench", "stTextInput"):
        expect(page.locator(f"[class*='{key}']")).to_have_count(0)


def test_foreign_names_and_closed_endpoints_are_refused_from_outside(
    network: Ward, served: Started
) -> None:
    own = f"{PC}:{served.port}"
    assert network.ask(url(served))["status"] == 200
    for host in ("evil.example", "10.77.0.2", f"{PC}.evil.example", f"{PC}:{served.port}@evil"):
        refused = network.ask(url(served), Host=host)
        assert (refused["status"], refused["body"]) == (400, "Bad Request")
    for path in ("/_stcore/metrics", "/_stcore/agent", "/_stcore/agent/openapi.json"):
        assert network.ask(url(served) + path)["status"] == 404
    foreign = network.ask(f"{url(served)}/staff/sign-in", "POST", Origin="https://evil.example")
    assert foreign["status"] == 403
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
    upgrade["Sec_WebSocket_Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    stream = f"{url(served)}/_stcore/stream"
    assert network.ask(stream, Origin=f"https://{own}", **upgrade)["status"] == 101
    assert network.ask(stream, Origin="https://evil.example", **upgrade)["status"] == 403
    assert network.ask(stream, Host="evil.example", **upgrade)["status"] == 403


def test_plain_http_finds_nothing_where_tls_is_served(network: Ward, served: Started) -> None:
    with pytest.raises(AssertionError, match="RemoteDisconnected|ConnectionReset|BadStatusLine"):
        network.ask(url(served, "http"))


def test_a_second_start_says_that_the_ward_is_served(served: Started, tmp_path: Path) -> None:
    second = Started(served.ward, tmp_path, served.port)
    done = second.run("--lan")
    assert done.returncode == 0
    assert f"already runs. 听诊台已在运行：\n\n  https://127.0.0.1:{served.port}" in done.stdout


def test_when_the_records_vanish_nothing_opens(
    machine: Started, new_tablet: Callable[..., BrowserContext]
) -> None:
    machine.start("--lan")
    page = tab(new_tablet(trusting=True), f"{url(machine)}/pharmacy")
    sign_in(page, "王芳 · Pharmacist")
    expect(page.locator(".lead")).to_be_visible()
    shutil.rmtree(machine.folder / "data")
    for path in ("/", "/pharmacy", "/people"):
        page.goto(url(machine) + path)
        settled(page)
        expect(page.get_by_text("Nothing can be opened now")).to_be_visible()
        expect(page.locator(".door, .lead, [class*='st-key-first-code']")).to_have_count(0)


def test_without_encryption_every_page_says_so_and_keeps_saying_it(
    machine: Started, new_tablet: Callable[..., BrowserContext]
) -> None:
    machine.start("--lan", "--insecure")
    assert "NOT ENCRYPTED" in machine.log and "未加密" in machine.log
    page = tab(new_tablet(), url(machine, "http"))
    strip = page.locator(".unencrypted")
    expect(strip).to_contain_text("Not encrypted.")  # with the sign-in
    expect(page.locator(".door")).to_be_visible()
    sign_in(page, "王芳 · Pharmacist")
    expect(page.locator(".who")).to_be_attached()
    expect(strip).to_be_in_viewport(ratio=1)
    page.get_by_text("Privacy self-test").scroll_into_view_if_needed()
    expect(strip).to_be_in_viewport(ratio=1)
    page.goto(f"{url(machine, 'http')}/pharmacy")
    settled(page)
    expect(strip).to_be_in_viewport(ratio=1)
    add(page, "atorvastatin", "clarithromycin")


def test_a_machine_that_serves_itself_only_is_not_called_a_ward(
    network: Ward, machine: Started
) -> None:
    machine.start()
    assert f"http://127.0.0.1:{machine.port}" in machine.log and PC not in machine.log
    done = machine.run("--lan")
    assert done.returncode == 1
    assert "for this computer only" in done.stderr and "仅限本机访问" in done.stderr
    with pytest.raises(AssertionError, match="ConnectionRefused"):
        network.ask(url(machine, "http"))


def test_without_staff_the_ward_stays_closed(network: Ward, tmp_path: Path) -> None:
    done = Started(network, tmp_path, free_port()).run("--lan")
    assert done.returncode == 1
    assert "No administrator has a PIN yet" in done.stderr and "尚无管理员" in done.stderr
    assert list((tmp_path / "data").iterdir()) == []
