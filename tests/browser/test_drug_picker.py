"""The drug field: what the server makes of its answers, and the real field in Chromium."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from serving import ROOT, Server

from core.ui.drug_picker import MAX_CHARACTERS, Picked, _new_choices, _waiting, acknowledged

IDS = frozenset({"atorvastatin", "warfarin"})
browser_test = pytest.mark.browser


def choices(typed: object, **heard: int) -> list[Picked]:
    return [picked for _, _, picked in _new_choices(typed, heard, IDS)]


def test_each_choice_is_given_once_in_order() -> None:
    typed = {"picks": [{"mount": "m", "n": n, "text": f"t{n}", "id": None} for n in (1, 2, 3)]}
    assert [c.text for c in choices(typed)] == ["t1", "t2", "t3"]
    assert [c.text for c in choices(typed, m=2)] == ["t3"]
    assert choices(typed, m=3) == []


def test_an_unknown_drug_id_is_not_believed() -> None:
    known = {"mount": "m", "n": 1, "text": "a", "id": "warfarin"}
    forged = {"mount": "m", "n": 2, "text": "b", "id": "made-up"}
    assert choices({"picks": [known, forged]}) == [
        Picked("m-1", "a", "warfarin"),
        Picked("m-2", "b"),
    ]


def test_a_text_over_the_limit_is_a_length_and_not_a_text() -> None:
    told = {"mount": "m", "n": 1, "text": "", "too_long": 1_000_000}
    forced = {"mount": "m", "n": 2, "text": "x" * (MAX_CHARACTERS + 1)}
    assert [(c.text, c.too_long) for c in choices({"picks": [told, forced]})] == [
        ("", 1_000_000),
        ("", MAX_CHARACTERS + 1),
    ]


@pytest.mark.parametrize(
    "typed",
    [
        None,
        [],
        "x",
        {"picks": "x"},
        {"picks": [1, None, {}, {"mount": 1, "n": "2"}]},
        {"waiting": 3},
    ],
)
def test_what_is_no_answer_adds_nothing(typed: object) -> None:
    assert choices(typed) == []
    assert _waiting(typed) == ""


def test_what_was_heard_is_told_by_mount_and_nothing_else_is() -> None:
    heard = {"m1": 3, "x9": 1, "a:0}*{display:none": 2}
    assert acknowledged(heard) == "<style>:root{--heard-m1:3;--heard-x9:1;}</style>"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The tiny app under the real middleware, on a free port, with a data folder of its own."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    app = Path(__file__).with_name("picker_app.py")
    data = tmp_path_factory.mktemp("picker") / "data"
    server = Server(data, script=app, env={"PYTHONPATH": path})
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, port: int) -> Iterator[Page]:
    """The open page; afterwards nothing may have been blocked, failed or asked of another host."""
    page = context.new_page()
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("websocket", lambda ws: hosts.add(ws.url.split("/")[2]))
    page.goto(f"http://127.0.0.1:{port}/")
    expect(field(page)).to_be_visible()
    yield page
    assert complaints == []
    assert hosts <= {f"127.0.0.1:{port}", f"localhost:{port}"}


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="药品名称")


def options(page: Page) -> Locator:
    return page.get_by_role("option")


def added(page: Page, *expected: tuple[str | None, str]) -> None:
    """Waits until exactly these (id, text) pairs have been added, in this order."""
    expect(page.get_by_text("added=", exact=False)).to_have_text(f"added={len(expected)}")
    for place, (drug, text) in enumerate(expected):
        expect(page.get_by_text(f"{place}|", exact=False)).to_have_text(f"{place}|{drug}|{text}|0")


@browser_test
def test_initials_find_the_drug_and_enter_adds_it(page: Page) -> None:
    field(page).press_sequentially("atftt")
    expect(options(page).first).to_have_text("阿托伐他汀 Atorvastatin")
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    field(page).press("Enter")
    added(page, ("atorvastatin", "atftt"))
    expect(field(page)).to_have_value("")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_attribute("aria-expanded", "false")


@browser_test
@pytest.mark.parametrize("left", [False, True])
def test_what_was_typed_before_the_script_came_is_searched_when_it_is_there(
    context: BrowserContext, port: int, left: bool
) -> None:
    held: list[Route] = []
    context.route("**/*drug_picker*.js*", lambda route: held.append(route))
    page = context.new_page()
    with page.expect_request("**/*drug_picker*.js*"):
        page.goto(f"http://127.0.0.1:{port}/")
    typed = page.locator("#field")
    typed.press_sequentially("atftt")
    if left:
        typed.blur()
    (script,) = held
    script.continue_()
    expect(page.locator("#field")).to_have_value("atftt")
    if left:
        expect(page.locator("#note")).to_have_text("还没有添加：按 Enter 或点“添加”。")
        expect(options(page)).to_have_count(0)
        page.get_by_role("button", name="添加").click()
    else:
        expect(options(page).first).to_have_text("阿托伐他汀 Atorvastatin")
        typed.press("Enter")
    expect(page.get_by_text("added=", exact=False)).to_have_text("added=1")


@browser_test
def test_the_next_drug_can_be_typed_at_once(page: Page) -> None:
    page.keyboard.press("Tab")
    field(page).focus()
    for text in ("hfl", "lpt", "络活喜", "匹伐他汀"):
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")
    added(
        page,
        ("warfarin", "hfl"),
        ("atorvastatin", "lpt"),
        ("amlodipine", "络活喜"),
        ("pitavastatin", "匹伐他汀"),
    )


@browser_test
def test_a_brand_is_shown_beside_the_drug_it_means(page: Page) -> None:
    field(page).fill("立普")
    expect(options(page)).to_have_text(["立普妥 → 阿托伐他汀 Atorvastatin"])


@browser_test
@pytest.mark.parametrize(
    ("typed", "drug"),
    [
        ("ＷＡＲＦＡＲＩＮ", "华法林"),
        ("War farin", "华法林"),
        ("a'tuo'fa", "阿托伐他汀"),
        ("華法", "华法林"),
    ],
)
def test_width_case_spaces_and_script_do_not_matter(page: Page, typed: str, drug: str) -> None:
    field(page).fill(typed)
    expect(options(page).first).to_contain_text(drug)


@browser_test
def test_arrows_choose_and_enter_adds_the_chosen(page: Page) -> None:
    field(page).fill("伐他汀")
    expect(options(page)).to_have_count(2)
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_text("匹伐他汀 Pitavastatin")
    page.keyboard.press("ArrowDown")
    expect(field(page)).to_have_attribute("aria-activedescendant", "option-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    added(page, ("pitavastatin", "伐他汀"))


@browser_test
def test_enter_without_a_chosen_drug_sends_the_text_as_typed(page: Page) -> None:
    field(page).fill("伐他汀")
    page.keyboard.press("Enter")
    added(page, (None, "伐他汀"))


@browser_test
def test_a_name_used_for_two_drugs_is_not_taken_by_enter_alone(page: Page) -> None:
    field(page).fill("AZT")
    expect(options(page)).to_have_text(["AZT → 齐多夫定 Zidovudine"])
    page.keyboard.press("Enter")
    added(page, (None, "AZT"))


@browser_test
def test_escape_closes_the_list_and_keeps_the_text(page: Page) -> None:
    field(page).fill("华法")
    expect(options(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(field(page)).to_have_value("华法")
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_count(1)


@browser_test
@pytest.mark.parametrize("event", ["{isComposing: true}", "{keyCode: 229}"])
def test_enter_of_an_input_method_adds_nothing(page: Page, event: str) -> None:
    field(page).fill("atftt")
    field(page).evaluate(
        "(el) => el.dispatchEvent(new KeyboardEvent('keydown', Object.assign("
        f"{{key: 'Enter', bubbles: true, composed: true, cancelable: true}}, {event})))"
    )
    expect(field(page)).to_have_value("atftt")
    expect(options(page)).to_have_count(1)
    page.keyboard.press("Enter")
    added(page, ("atorvastatin", "atftt"))


@browser_test
def test_a_composition_in_progress_adds_nothing(page: Page, context: BrowserContext) -> None:
    field(page).focus()
    cdp = context.new_cdp_session(page)
    cdp.send("Input.imeSetComposition", {"text": "hua'fa", "selectionStart": 6, "selectionEnd": 6})
    expect(options(page)).to_have_text(["华法林 Warfarin"])
    added(page)
    cdp.send("Input.insertText", {"text": "华法林"})
    page.keyboard.press("Enter")
    added(page, ("warfarin", "华法林"))


@browser_test
def test_markup_in_a_name_is_shown_as_text(page: Page) -> None:
    field(page).fill("evil")
    expect(options(page)).to_have_text(["evil → <img src=x onerror=alert(1)> <b>Evil</b>"])
    expect(options(page).locator("img, b")).to_have_count(0)


def paste(page: Page, text: str) -> None:
    field(page).focus()
    field(page).evaluate(
        "(el, text) => { const data = new DataTransfer(); data.setData('text/plain', text);"
        "el.dispatchEvent(new ClipboardEvent('paste',"
        "{clipboardData: data, bubbles: true, cancelable: true})) }",
        text,
    )


@browser_test
def test_a_pasted_list_goes_to_the_server_whole(page: Page) -> None:
    paste(page, "华法林\n立普妥、络活喜\n")
    expect(page.get_by_text("0|None|", exact=False)).to_contain_text("华法林")
    expect(page.get_by_text("0|None|", exact=False)).to_contain_text("立普妥、络活喜|0")
    expect(field(page)).to_be_focused()


@browser_test
def test_a_paste_over_the_limit_sends_its_length_only(page: Page) -> None:
    frames: list[int] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda frame: frames.append(len(frame))))
    page.reload()
    expect(field(page)).to_be_visible()
    paste(page, "x" * 1_000_000)
    expect(page.get_by_text("0|None|", exact=False)).to_have_text("0|None||1000000")
    assert frames and max(frames) < 10_000


@browser_test
def test_text_left_in_the_field_is_told_to_the_page(page: Page) -> None:
    field(page).fill("没有这个药")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("waiting=", exact=False)).to_have_text("waiting=没有这个药")
    expect(page.get_by_text("还没有添加", exact=False)).to_be_visible()
    page.get_by_role("button", name="添加").click()
    added(page, (None, "没有这个药"))
    expect(page.get_by_text("waiting=", exact=False)).to_have_text("waiting=")


@browser_test
def test_a_tapped_suggestion_is_added_and_lies_over_the_page(browser: Browser, port: int) -> None:
    with browser.new_context(
        viewport={"width": 768, "height": 1024}, has_touch=True, is_mobile=True
    ) as tablet:
        page = tablet.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        field(page).tap()
        field(page).fill("qub")
        expect(options(page)).to_have_count(8)
        heights = [options(page).nth(i).bounding_box()["height"] for i in range(8)]
        assert min(heights) >= 48 and field(page).bounding_box()["height"] >= 48
        options(page).nth(5).tap()
        expect(page.get_by_text("added=", exact=False)).to_have_text("added=1")
        expect(field(page)).to_be_focused()


@browser_test
def test_the_list_is_sent_once_and_searched_quickly(page: Page) -> None:
    frames: list[int] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: frames.append(len(frame))))
    page.reload()
    expect(field(page)).to_be_visible()
    assert max(frames) > 50_000
    frames.clear()
    times = []
    for text in ("q", "qu", "qub", "ol", "伐他汀", "zzzz"):
        field(page).fill(text)
        times.append(measured(page))
    field(page).fill("hfl")
    page.keyboard.press("Enter")
    added(page, ("warfarin", "hfl"))
    assert max(frames) < 10_000
    assert sorted(times)[len(times) // 2] < 10


def measured(page: Page) -> float:
    return float(
        page.evaluate("() => performance.getEntriesByName('auscult.drug-search')[0].duration")
    )


@browser_test
def test_a_page_opened_from_another_site_finds_its_owner_again(
    context: BrowserContext, port: int
) -> None:
    page = context.new_page()
    page.goto(f"http://localhost:{port}/")
    own = shown_owner(page)
    assert len(own) == 32
    page.goto(f"http://127.0.0.1:{port}/")
    assert shown_owner(page) != own
    with page.expect_navigation():
        page.evaluate("(url) => { location.href = url }", f"http://localhost:{port}/")
    assert shown_owner(page) == own


@browser_test
def test_a_first_visit_from_another_site_gets_an_owner(context: BrowserContext, port: int) -> None:
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    other = shown_owner(page)
    with page.expect_navigation():
        page.evaluate("(url) => { location.href = url }", f"http://localhost:{port}/")
    assert len(shown_owner(page)) == 32 and shown_owner(page) != other


def shown_owner(page: Page) -> str:
    expect(field(page)).to_be_visible()
    return page.get_by_text("owner=", exact=False).inner_text().removeprefix("owner=")


@browser_test
@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("/_stcore/metrics", 404), ("/_stcore/agent/openapi.json", 404), ("/source.zip", 200)),
        *(("/_stcore/agent%2fmcp", 404), ("/_stcore/health", 200), ("//_stcore/metrics", 404)),
        ("/_stcore/bidi-components/auscult.drug_picker/../drug_picker.py", 400),
    ],
)
def test_the_running_server_closes_what_it_must(port: int, path: str, status: int) -> None:
    assert answer(port, path, f"127.0.0.1:{port}") == status
    assert answer(port, path, "evil.example") == 400


def answer(port: int, path: str, host: str) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(f"HEAD {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return int(link.recv(64).split()[1])
