"""What a person waits for in the browser, each against a plain Streamlit page in the same browser.

    .venv/bin/python bench/pages.py [--rounds 11]

Needs Chromium on PATH and Playwright. Starts its own servers on free loopback ports with data
folders of their own. Times are taken inside the page, to about one frame (17 ms at 60 Hz).
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

from figures import HEAD, Sample, alternating, line
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from core.terms.drug_names import drug_names  # noqa: E402

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TYPED = ("a", "at", "atftt", "aspirin", "阿", "他汀", "阿托伐他汀", "huafalin", "clar", "x")
NAMED = (
    "华法林", "阿司匹林", "阿托伐他汀", "克拉霉素", "胺碘酮", "地高辛", "呋塞米", "奥美拉唑",
    "氯吡格雷", "氨氯地平", "二甲双胍",
)  # fmt: skip
MEASURE = "auscult.drug-search"
# The plainest filter that a script could have: every name, lower case, contains what was typed.
FILTER = """([names, typed]) => {
  const begun = performance.now();
  names.filter((name) => name.toLowerCase().includes(typed.toLowerCase())).slice(0, 8);
  return performance.now() - begun;
}"""

# Runs in every page before its own scripts. `title`: when a title was first to be seen, in ms since
# the navigation began. `bench(h1, added)`: ms from the last click or Enter until the script rests,
# that title is seen and, if asked, that text stands in a list line.
WATCH = """(() => {
  const seen = (node) => node.checkVisibility() && node.textContent.trim();
  const rested = () => document.querySelector('[data-testid=stApp]')
    ?.dataset.testScriptState === 'notRunning';
  let acted = 0;
  for (const kind of ['click', 'keydown']) {
    addEventListener(kind, (e) => {
      if (kind === 'click' || e.key === 'Enter') acted = e.timeStamp;
    }, true);
  }
  const first = () => {
    const title = [...document.querySelectorAll('h1')].find(seen);
    if (title) window.title_ms = performance.now();
    else requestAnimationFrame(first);
  };
  requestAnimationFrame(first);
  window.loaded = () => new Promise((done) => {
    const look = () => {
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      if (paint && window.title_ms && rested()) {
        done({ paint: paint.startTime, title: window.title_ms, rested: performance.now() });
      } else requestAnimationFrame(look);
    };
    look();
  });
  window.bench = (h1, added) => new Promise((done) => {
    const look = () => {
      const there = [...document.querySelectorAll('h1')].some((n) => seen(n) === h1);
      const text = !added || document.body.innerText.includes(added);
      if (there && text && rested()) done(performance.now() - acted);
      else requestAnimationFrame(look);
    };
    look();
  });
})()"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def healthy(port: int, process: "subprocess.Popen[bytes]", limit_s: float = 60) -> None:
    """Waits for the health page; raises `TimeoutError`."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"no answer on port {port}")


@contextmanager
def serving(command: list[str], port: int) -> Iterator[float]:
    """A server with a data folder of its own; gives the ms from its start to its first answer."""
    with tempfile.TemporaryDirectory() as data:
        env = {**os.environ, "AUSCULT_DATA": data, "PYTHONUTF8": "1"}
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            healthy(port, process)
            yield (time.perf_counter() - begun) * 1000
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


Command = Callable[[int], list[str]]


def streamlit(script: str) -> Command:
    """How a script is served by plain Streamlit, under the configuration of this folder."""
    return lambda port: [
        sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port),
    ]  # fmt: skip


def by_start_py(port: int) -> list[str]:
    return [sys.executable, "start.py", "--port", str(port)]


def start_ms(command: Command) -> float:
    port = free_port()
    with serving(command(port), port) as took:
        return took


def busy() -> str:
    """How busy the machine is; with more than one waiting program per core the times say little."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return f"{os.cpu_count()} cores, load {load}"


class Visitor:
    """One person in one browser context; a new tab shares the cache of the tabs before it."""

    def __init__(self, browser: Browser) -> None:
        size = {"width": 1440, "height": 900}
        self.context: BrowserContext = browser.new_context(viewport=size, locale="zh-CN")
        self.context.add_init_script(WATCH)

    def open(self, port: int) -> Page:
        page = self.context.new_page()
        page.goto(f"http://localhost:{port}/")
        return page

    def load(self, port: int) -> dict[str, float]:
        """First contentful paint, title seen, script at rest: ms since the navigation began."""
        page = self.open(port)
        try:
            return dict(page.evaluate("loaded()"))
        finally:
            page.close()


def loads(visitor: Visitor, home: int, empty: int, rounds: int) -> list[str]:
    """Warm loads of Home and of the empty page in turn; the first of each is not counted."""
    own: list[dict[str, float]] = []
    peer: list[dict[str, float]] = []
    for port in (home, empty):
        visitor.load(port)
    for n in range(rounds):
        turns = ((home, own), (empty, peer))
        for port, kept in turns if n % 2 == 0 else turns[::-1]:
            kept.append(visitor.load(port))

    def part(name: str) -> tuple[Sample, Sample]:
        return Sample(tuple(t[name] for t in own)), Sample(tuple(t[name] for t in peer))

    return [
        line("Home, warm: first contentful paint", *part("paint"), goal_ratio=1.5),
        line("Home, warm: title seen", *part("title"), goal_ratio=1.5),
        line("Home, warm: script at rest", *part("rested")),
    ]


class Switcher:
    """Goes from page to page in one tab by pressing the navigation."""

    def __init__(self, visitor: Visitor, port: int) -> None:
        self.page = visitor.open(port)
        self.page.evaluate("loaded()")
        self.links = self.page.locator('[data-testid="stSidebarNav"] a')
        self.titles = [self._title(place) for place in (1, 0)][::-1]

    def _title(self, place: int) -> str:
        """Visits a page once, so that its scripts are there, and reads its title."""
        self.links.nth(place).click()
        self.page.wait_for_timeout(3000)
        return str(self.page.locator("h1").first.inner_text())

    def go(self, place: int) -> float:
        """ms from the press until the title of the page is seen and the script rests."""
        self.page.bring_to_front()  # Chromium draws a tab in the background once a second
        self.links.nth(place).click()
        took = float(self.page.evaluate("h1 => bench(h1)", self.titles[place]))
        self.page.wait_for_timeout(250)
        return took


def switches(app: Switcher, plain: Switcher, rounds: int) -> list[str]:
    """Home and Pharmacy in turn, beside two plain pages under the same navigation."""
    times: dict[str, list[float]] = {"pharmacy": [], "home": [], "second": [], "first": []}
    for _ in range(rounds):
        for switcher, names in ((app, ("pharmacy", "home")), (plain, ("second", "first"))):
            for place, name in ((1, names[0]), (0, names[1])):
                times[name].append(switcher.go(place))
    taken = {name: Sample(tuple(values)) for name, values in times.items()}
    return [
        line("page switch to Pharmacy", taken["pharmacy"], taken["second"], goal_ms=300),
        line("page switch to Home", taken["home"], taken["first"], goal_ms=300),
    ]


def adding(app: Switcher, plain: Switcher, rounds: int) -> list[str]:
    """From Enter in the drug field until the drug stands in the list and its checks are drawn."""
    for switcher in (app, plain):
        switcher.go(1)
    own, peer = [], []
    for drug in list(NAMED)[:rounds]:
        own.append(enter(app, app.page.locator("#field"), drug, drug))
        peer.append(enter(plain, plain.page.get_by_role("textbox"), drug, f"added {drug}"))
    return [line("a drug added: list and checks drawn", Sample(tuple(own)), Sample(tuple(peer)))]


def enter(switcher: Switcher, field: Locator, text: str, shown: str) -> float:
    switcher.page.bring_to_front()
    field.fill(text)
    field.press("Enter")
    took = float(switcher.page.evaluate("([h, s]) => bench(h, s)", [switcher.titles[1], shown]))
    switcher.page.wait_for_timeout(250)
    return took


def searches(app: Switcher) -> list[str]:
    """The search in the browser, against a plain filter over the same names in the same page."""
    field = app.page.locator("#field")
    names = [name.text for name in drug_names().names]
    own, peer = [], []
    for typed in TYPED:
        field.fill(typed)
        own.append(app.page.evaluate(f"performance.getEntriesByName('{MEASURE}').at(-1).duration"))
        peer.append(app.page.evaluate(FILTER, [names, typed]))
    field.fill("")
    return [line("suggestions in the browser", Sample(tuple(own)), Sample(tuple(peer)), goal_ms=10)]


def starts(rounds: int) -> list[str]:
    """From the start of a process to its first answer, against the empty page."""

    def streamlit_alone(_: int) -> float:
        return start_ms(streamlit("bench/empty_app.py"))

    own, peer = alternating(lambda _: start_ms(streamlit("Home.py")), streamlit_alone, rounds)
    said = [line("server of Home.py until it answers", own, peer)]
    if not (ROOT / ".venv").is_dir():
        return [
            *said,
            "second start of start.py: not measured, there is no .venv (run start.py once)",
        ]
    own, peer = alternating(lambda _: start_ms(by_start_py), streamlit_alone, rounds)
    return [*said, line("second start of start.py until it answers", own, peer, goal_ms=3000)]


def measure(rounds: int) -> None:
    with ExitStack() as open_until_end:
        ports = []
        for script in ("Home.py", "bench/empty_app.py", "bench/two_pages.py"):
            ports.append(free_port())
            open_until_end.enter_context(serving(streamlit(script)(ports[-1]), ports[-1]))
        playwright = open_until_end.enter_context(sync_playwright())
        chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        print(
            f"Chromium {browser.version}, Streamlit {version('streamlit')}; {busy()}; times in ms"
        )
        print(HEAD)
        visitor = Visitor(browser)
        print(*loads(visitor, ports[0], ports[1], rounds), sep="\n", flush=True)
        app, plain = Switcher(visitor, ports[0]), Switcher(visitor, ports[2])
        print(*switches(app, plain, rounds), sep="\n", flush=True)
        print(*adding(app, plain, rounds), *searches(app), sep="\n", flush=True)
        browser.close()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=11, help="turns of each figure (default 11)")
    rounds = parser.parse_args(arguments).rounds
    measure(rounds)
    print(*starts(max(1, rounds // 3)), busy(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
