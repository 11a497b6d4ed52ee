"""What every page has around it: style, brand, language, text size, sample banner, page guard."""

import base64
from functools import cache

import streamlit as st

from core.i18n import Translator
from core.records.roles import Page
from core.safety import egress
from core.settings import ASSETS, current
from core.ui import clock, demo, follow, language, own_pin, preferences, staff
from core.ui.markup import draw, fill

ICON = ASSETS / "icons" / "auscult.png"
LOGO = ASSETS / "icons" / "auscult.svg"
SIZES = {"normal": 17, "large": 20, "largest": 24}  # px of the root, everything else is in rem
GUARD = "router ran"
WATCH_S = 15.0


def configure(t: Translator) -> None:
    """Page defaults; before `st.navigation`, or the browser would ask a font host for the icon."""
    st.set_page_config(
        page_title=t("app.name"), page_icon=_icon(), layout="wide", initial_sidebar_state=250
    )
    st.logo(str(LOGO), size="large")
    st.html(f"<style>{_css()}html{{font-size:{_root_size()}px}}</style>")
    st.session_state[GUARD] = True


def sidebar(t: Translator) -> None:
    st.session_state.setdefault("text_size", "normal")
    with st.sidebar:
        _person(t)
        language.switch(t)
        st.segmented_control(
            t("shell.text_size"),
            list(SIZES),
            format_func=lambda size: t(f"shell.text_size.{size}"),
            key="text_size",
            required=True,
            persist_state="session",
            on_change=preferences.keep,
        )
        st.caption(_promise(t))


def _promise(t: Translator) -> str:
    """Where everything stays; each host beyond this machine is named with what it is asked."""
    named = [
        t(f"shell.promise_but.{one.purpose}", host=one.host) for one in egress.state().exceptions
    ]
    if named:
        return t("shell.promise_but", what=t("list.sentence").join(named))
    return t("shell.promise_ward" if current().shared else "shell.promise")


def _person(t: Translator) -> None:
    """Who is signed in, in how many places, and the way out."""
    session = staff.here().session
    if session is None:
        return
    draw(
        fill(
            '<p class="who"><b>$name</b><br>$role</p>',
            name=session.name,
            role=t(f"people.role.{session.role}"),
        )
    )
    if session.others:
        times = ", ".join(map(clock.time_of_day, session.others))
        st.caption(t("shell.others", n=len(session.others), times=times))
    with st.container(horizontal=True, gap="small", key="way-out"):
        st.button(t("shell.lock"), key="lock", on_click=staff.leave, args=(False,))
        st.button(t("shell.end_shift"), key="end-shift", on_click=staff.leave, args=(True,))
    own_pin.button(t)
    if staff.here().problem is not None:
        st.warning(t("shell.records_away"))
    _watch()


@st.fragment(run_every=WATCH_S)
def _watch() -> None:
    """Locks a screen that nobody touches; without it, what it shows would stay there."""
    if not staff.look().works:
        st.rerun()


def begin(page: Page) -> Translator:
    """First line of each page: none runs unless the router ran and the person may see it."""
    if not st.session_state.get(GUARD) or not staff.may(page, "see"):
        st.stop()
    follow.begin()
    t = language.current()
    _top(t)
    if demo.case():
        banner(t)
    return t


def _top(t: Translator) -> None:
    """On a narrow screen, where the sidebar is folded: whose screen it is, and the way to lock."""
    session = staff.here().session
    if session is None:
        return
    with st.container(key="who-top", horizontal=True, vertical_alignment="center"):
        role = t(f"people.role.{session.role}")
        draw(fill('<p class="who-line"><b>$name</b> $role</p>', name=session.name, role=role))
        st.button(t("shell.lock"), key="lock-top", on_click=staff.leave, args=(False,))


def not_yours() -> None:
    """What stands at the address of a page that this role does not have."""
    st.info(language.current()("shell.not_yours"))


def banner(t: Translator) -> None:
    """Says that what is shown is made up, and leads back to real work."""
    with st.container(key="sample-banner", horizontal=True, vertical_alignment="center"):
        draw(
            fill(
                '<div class="sample" role="status"><b>$mark</b> $text</div>',
                mark=t("demo.mark"),
                text=t("demo.banner"),
            )
        )
        if st.button(t("demo.leave"), key="leave-demo"):
            demo.leave()
            st.rerun()


def title(text: str, lead: str) -> None:
    draw(fill('<h1 class="title">$text</h1><p class="lead">$lead</p>', text=text, lead=lead))


@cache
def _icon() -> str:
    """Inside the page: a file of its own would stand in `/media/`, which is staff's."""
    return f"data:image/png;base64,{base64.b64encode(ICON.read_bytes()).decode()}"


@cache
def _css() -> str:
    return (ASSETS / "app.css").read_text(encoding="utf-8")


def _root_size() -> int:
    return SIZES.get(st.session_state.get("text_size") or "normal", SIZES["normal"])
