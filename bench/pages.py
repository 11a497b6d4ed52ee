"""What a person waits for in the browser, each against a plain Streamlit page in the same browser.

    .venv/bin/python bench/pages.py [--rounds 11]

Needs Chromium on PATH and Playwright. Starts its own servers on free loopback ports with data
folders of their own. Times are taken inside the page, to about one frame (17 ms at 60 Hz).
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from figures import HEAD, Sample, alternating, line
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from core.terms.drug_names import drug_names  # noqa: E402

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TYPED = ("a", "at", "atftt", "aspirin", "阿", "他汀", "阿托伐他汀", "huafalin", "clar", "x")
SHORT_LIST = "华法林\n阿司匹林\n阿托伐他汀\n克拉霉素\n胺碘酮"

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


def streamlit(script: str, port: int, python: str = sys.executable) -> list[str]:
    return [python, "-m", "streamlit", "run", script, "--server.port", str(port)]


def start_ms(script: str) -> float:
    port = free_port()
    with serving(streamlit(script, port), port) as took:
        return took
