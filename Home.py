"""Entry of the app: router for every session and the server around it.

Streamlit runs this file as a script for each session (`main`); the server imports it once under its
own name and serves `app`. Run it through `start.py`.
"""

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import AsyncIterator, Iterator

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import streamlit as st
from starlette.middleware import Middleware

from core.safety import egress
from core.ui import language, shell
from core.ui.owner import keep_swept
from core.ui.preload import preload
from core.ui.server import Guard, source_route


def pages(t: "language.Translator") -> list[st.Page]:
    """Every page of this version; what is not listed here is not served."""
    return [
        st.Page("pages/home.py", title=t("home.nav"), icon=":material/home:", default=True),
        st.Page(
            "pages/pharmacy.py",
            title=t("pharmacy.nav"),
            icon=":material/medication:",
            url_path="pharmacy",
        ),
    ]


def main() -> None:
    t = language.current()
    shell.configure(t)
    page = st.navigation(pages(t))
    shell.sidebar(t)
    page.run()


@contextlib.contextmanager
def quiet(name: str) -> Iterator[None]:
    """Without the warning that there is no session here, which is so on purpose."""
    logger = logging.getLogger(name)
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False


@contextlib.asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, object]]:
    # Until some session calls st.navigation, Streamlit would serve pages/*.py directly by URL.
    with quiet("streamlit.runtime.scriptrunner_utils.script_run_context"):
        st.navigation([lambda: None])
    threading.Thread(target=preload, daemon=True).start()
    sweeping = asyncio.create_task(keep_swept())
    yield {}
    sweeping.cancel()


if __name__ == "__main__":
    main()
else:
    egress.arm()
    app = st.App(
        __file__, lifespan=lifespan, middleware=[Middleware(Guard)], routes=[source_route()]
    )
