"""The shared model in a real browser: a tiny trained Gemma 3 explains pairs of medicines."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import explanations
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, WebSocket, expect
from serving import Server
from steps import add, block, settled

pytestmark = pytest.mark.browser

PATIENCE = 120_000  # ms; a busy machine loads torch slowly
EXPLAIN = {"en-GB": "Explain in words", "zh-CN": "用文字解释"}


@dataclass
class Sent:
    """Everything that the server ever sent to a page over its WebSocket."""

    frames: list[bytes] = field(default_factory=list)

    def watch(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._take)

    def _take(self, frame: object) -> None:
        self.frames.append(frame.encode() if isinstance(frame, str) else bytes(frame))

    def holds(self, words: str) -> bool:
        return any(words.encode() in frame for frame in self.frames)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that loads the tiny checkpoint."""
    server = with_model(tmp_path_factory.mktemp("model") / "data")
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log, server.log[-3000:]


def with_model(data: object) -> Server:
    return Server(data, env={"AUSCULT_MODEL": str(explanations.tiny())})


def listed(context: BrowserContext, server: Server, names: tuple[str, str], lang: str) -> Page:
    """A page with two drugs, once the model of its server can answer."""
    page = context.new_page()
    page.goto(server.url + "/pharmacy")
    settled(page)
    add(page, *names)
    for _ in range(60):
        if page.get_by_role("button", name=EXPLAIN[lang]).count():
            return page
        page.wait_for_timeout(1000)
        page.reload()
        settled(page)
    raise AssertionError(server.log[-2000:])


def ask(page: Page, lang: str = "en-GB") -> Locator:
    page.get_by_role("button", name=EXPLAIN[lang]).click()
    job = page.locator("[class*='st-key-job-']")
    expect(job).to_be_visible()
    return job


def words(job: Locator, said: str) -> None:
    """Waits until these words are drawn."""
    expect(job).to_contain_text(said, timeout=PATIENCE)


def ended(job: Locator, state: str) -> str:
    expect(job.get_by_role("status")).to_have_text(state, timeout=PATIENCE)
    return " ".join(job.inner_text().split())


def job_of(page: Page) -> str:
    return re.findall(r"[?&]job=(\w{32})", page.url)[0]


def test_an_answer_streams_with_its_thought_chain_and_is_compared_with_the_rows(
    ward: Server, new_browser: Callable[..., BrowserContext]
) -> None:
    page = listed(new_browser("en-GB"), ward, explanations.SIMVASTATIN, "en-GB")
    sent = Sent()
    page.on("websocket", sent.watch)
    page.reload()
    settled(page)
    job = ask(page)
    first, second = explanations.ENGLISH.split("\n\n")
    words(job, first[:30])
    growing = " ".join(job.inner_text().split())
    whole = ended(job, "Finished")
    assert second not in growing and first in whole and second in whole
    assert "unused9" not in whole and not sent.holds("unused9")

    panel = page.locator("[class*='st-key-thought-']").locator("details")
    assert panel.get_attribute("open") is None, "the thought chain is folded"
    panel.locator("summary").click()
    expect(panel).to_contain_text(explanations.THOUGHT.split("\n")[2])
    chips = {chip.split("\n")[0] for chip in panel.locator(".chip").all_inner_texts()}
    assert {chip.strip("✓– ").split(" present")[0].split(" missing")[0] for chip in chips} == {
        "Substrate or effect",
        "Perpetrator",
        "Expected change",
        "Clinical risk",
        "Management",
    }
    assert panel.locator(".chip-there").count() == 3
    beyond = job.locator(".notice-warning")
    expect(beyond).to_contain_text("itraconazole", ignore_case=True)
    expect(beyond).to_contain_text("37")


def test_an_order_split_over_many_tokens_never_reaches_the_page(
    ward: Server, new_browser: Callable[..., BrowserContext]
) -> None:
    page = listed(new_browser("en-GB"), ward, explanations.ASPIRIN, "en-GB")
    sent = Sent()
    page.on("websocket", sent.watch)
    page.reload()
    settled(page)
    whole = ended(ask(page), "Finished")
    assert explanations.BEFORE in whole and explanations.BEHIND in whole
    assert "[a sentence that read as an order was held back]" in whole
    assert sent.holds("The gut bleeds first"), "what is shown is found in what was sent"
    for part in ("take aspirin", "aspirin 100", "Stop warfarin"):
        assert not sent.holds(part)


def test_stop_is_said_within_a_second_and_nothing_follows(
    ward: Server, new_browser: Callable[..., BrowserContext]
) -> None:
    page = listed(new_browser("en-GB"), ward, explanations.ENDLESS, "en-GB")
    took = []
    for name in ("Explain in words", "Explain anew", "Explain anew"):
        page.get_by_role("button", name=name).click()
        job = page.locator("[class*='st-key-job-']")
        expect(job.get_by_role("button", name="Stop")).to_be_visible(timeout=PATIENCE)
        words(job, "The blood is thin.")
        took.append(_stopped_after(page))
        said = ended(job, "Stopped")
        assert "Stopped; what stands here is not complete." in said
        page.wait_for_timeout(1500)
        assert " ".join(job.inner_text().split()) == said
    print(f"stopped after {took} ms")
    assert min(took) < 1000


def _stopped_after(page: Page) -> float:
    """Milliseconds from the press until the page says that the answer was stopped."""
    return page.evaluate(
        """() => new Promise(done => {
            const button = [...document.querySelectorAll('[class*="st-key-stop-"] button')][0]
            const begun = performance.now()
            const look = () => [...document.querySelectorAll('[role=status]')]
                .some(s => s.textContent === 'Stopped')
                ? done(performance.now() - begun) : requestAnimationFrame(look)
            button.click(); look()
        })"""
    )


def test_a_reload_in_mid_answer_finds_it_again_and_shows_it_whole(
    ward: Server, new_browser: Callable[..., BrowserContext]
) -> None:
    page = listed(new_browser("en-GB"), ward, explanations.ENDLESS, "en-GB")
    job = ask(page)
    words(job, "The blood is thin.")
    found = job_of(page)
    page.reload()
    job = block(page, f"job-{found}")
    words(job, "The blood is thin. The clot is late.")
    expect(job.get_by_role("status")).to_have_text("Being written")
    job.get_by_role("button", name="Stop").click()
    said = ended(job, "Stopped")
    page.reload()
    assert ended(block(page, f"job-{found}"), "Stopped") == said


def test_two_browsers_get_their_own_answers_and_nobody_elses(
    ward: Server, new_browser: Callable[..., BrowserContext]
) -> None:
    english = listed(new_browser("en-GB"), ward, explanations.SIMVASTATIN, "en-GB")
    chinese = listed(new_browser("zh-CN"), ward, explanations.SIMVASTATIN, "zh-CN")
    jobs = ask(english), ask(chinese, "zh-CN")
    in_english, in_chinese = ended(jobs[0], "Finished"), ended(jobs[1], "已完成")
    first, second = explanations.CHINESE.split("\n\n")
    assert first in in_chinese and second in in_chinese
    assert explanations.ENGLISH.split("\n\n")[0] in in_english
    assert "克拉霉素" not in in_english and "CYP3A4, and" not in in_chinese

    chinese.goto(f"{chinese.url.split('?')[0]}?{english.url.split('?')[1]}")
    settled(chinese)
    assert explanations.ENGLISH[:30] not in chinese.inner_text("body")


def test_what_was_answered_before_the_server_was_killed_is_still_there(
    servers: list[Server],
    new_browser: Callable[..., BrowserContext],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = with_model(tmp_path_factory.mktemp("killed") / "data")
    servers.append(server)
    server.start()
    page = listed(new_browser("en-GB"), server, explanations.ENDLESS, "en-GB")
    job = ask(page)
    words(job, "The blood is thin. The clot is late.")
    found = job_of(page)
    page.wait_for_timeout(2500)  # what is being written is stored every two seconds
    server.kill()
    server.start()
    page.goto(f"{server.url}/pharmacy{page.url[page.url.index('?') :]}")
    said = ended(block(page, f"job-{found}"), "Interrupted")
    assert "The blood is thin. The clot is late." in said
    assert "The program ended while this was being written" in said
