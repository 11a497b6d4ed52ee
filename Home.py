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
from streamlit import config

from core.records.roles import Page
from core.safety import egress
from core.settings import current
from core.ui import first_code, hospital, keeping, language, shared_model, shell, staff, ward
from core.ui.hospital_route import HospitalSignIn
from core.ui.limits import Limits, address_of
from core.ui.owner import keep_swept
from core.ui.preload import preload
from core.ui.server import Guard, source_route
from core.ui.sign_in_route import sign_in_route
from core.ui.staff_files import StaffFiles


def pages(t: "language.Translator") -> dict[Page, st.Page]:
    """Every page of this version; what is not listed here is not served."""
    return {
        "home": st.Page("pages/home.py", title=t("home.nav"), icon=":material/home:", default=True),
        "pharmacy": st.Page(
            "pages/pharmacy.py",
            title=t("pharmacy.nav"),
            icon=":material/medication:",
            url_path="pharmacy",
        ),
        "people": st.Page(
            "pages/people.py",
            title=t("people.nav"),
            icon=":material/group:",
            url_path="people",
        ),
    }


def closed(page: st.Page) -> st.Page:
    """A page that this role does not have: its address says so, and no menu leads there."""
    return st.Page(shell.not_yours, title=page.title, url_path=page.url_path, visibility="hidden")


def main() -> None:
    t = language.current()
    shell.configure(t)
    standing = staff.arrive()
    every = pages(t)
    # While nobody is signed in all are routed, so that the sign-in leads to the page asked for.
    shown = {
        name: page if not standing.works or staff.may(name, "see") else closed(page)
        for name, page in every.items()
    }
    page = st.navigation(list(shown.values()))
    shell.sidebar(t)
    ward.unencrypted(t)
    asked = hospital.page_asked() if standing.session else None
    if asked in shown and shown[asked].url_path != page.url_path:
        st.switch_page(shown[asked])
    if standing.works:
        page.run()
    else:
        from core.ui import door  # reads names by pinyin, which takes half a second to load

        (name,) = (n for n, known in shown.items() if known.url_path == page.url_path)
        door.door(t, name, standing)


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
    ward.remember()
    threading.Thread(target=first_code.announce, daemon=True).start()
    threading.Thread(target=preload, daemon=True).start()
    shared_model.start()
    chores = [asyncio.create_task(keep_swept()), asyncio.create_task(keeping.keep_flushed())]
    yield {}
    for chore in chores:
        chore.cancel()
    await asyncio.to_thread(shared_model.desk().close)


if __name__ == "__main__":
    main()
else:
    egress.arm(beyond=(*hospital.configured().beyond, *shared_model.beyond()))
    # Streamlit checks the name of each WebSocket's host too, as the guard does for everything.
    allowed = config.get_option("server.allowedHosts")
    config.set_option("server.allowedHosts", [*allowed, *current().hosts])
    app = st.App(
        __file__,
        lifespan=lifespan,
        middleware=[
            Middleware(Guard),
            Middleware(Limits),
            Middleware(StaffFiles),
            Middleware(HospitalSignIn),
        ],
        routes=[source_route(), sign_in_route(address_of)],
    )
