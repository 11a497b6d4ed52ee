"""States that every page shows alike: empty, not covered, emergency, limits, incident."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import streamlit as st

from core.errors import AuscultError, NotStored
from core.i18n import Translator
from core.records.incidents import save_incident
from core.safety.red_flags import RedFlag, load_problem, scan
from core.settings import current
from core.ui import choices
from core.ui.markup import draw, fill

SCANNED = "texts scanned for emergencies"
KINDS = ("wrong_grade", "missing", "wrong_text", "wrong_name", "display", "other")


def empty(title: str, text: str) -> None:
    draw(fill('<div class="empty"><b>$title</b><p>$text</p></div>', title=title, text=text))


def not_covered(text: str) -> None:
    """Something was not checked; stands above every result."""
    draw(fill('<div class="notice notice-warning" role="alert"><b>?</b> $text</div>', text=text))


def emergencies(t: Translator, *texts: str) -> tuple[RedFlag, ...]:
    """Says an emergency in any free text before anything else; returns what was found."""
    broken = load_problem()
    if broken:
        not_covered(t("safety.missing", problem=t(broken.key, **broken.values)))
        return ()
    before: dict[str, tuple[RedFlag, ...]] = st.session_state.get(SCANNED, {})
    given = filter(None, dict.fromkeys(texts))
    scanned = {text: before[text] if text in before else scan(text) for text in given}
    st.session_state[SCANNED] = scanned  # of this session only: it is what a person typed
    found = {flag.id: flag for flags in scanned.values() for flag in flags}
    _say(t, *found.values())
    return tuple(found.values())


def emergencies_beside(t: Translator, text: str) -> None:
    """Says them where the text was typed, too, when that is far from the head of the page."""
    if not load_problem():
        _say(t, *scan(text))


def _say(t: Translator, *flags: RedFlag) -> None:
    for flag in flags:
        draw(
            fill(
                '<div class="notice notice-$urgency" role="alert"><b>$head</b><p>$action</p>'
                '<p class="small">$words · $source · $mark</p></div>',
                urgency=flag.urgency,
                head=t(f"safety.{flag.urgency}"),
                action=t.text(flag.action),
                words=t(
                    "safety.words",
                    words=", ".join(flag.words),
                    said=t(f"safety.said.{flag.assertion}"),
                ),
                source=f"{flag.id}, {flag.source}, {t(f'safety.wording.{flag.wording}')}",
                mark=t(f"safety.mark.{flag.mark}"),
            )
        )


@contextmanager
def told(t: Translator) -> Iterator[None]:
    """Says in its place what could not be drawn, and lets the rest of the page stand."""
    try:
        yield
    except AuscultError as problem:
        st.error(t(problem.key, **problem.values))


def limits(t: Translator, page: str, count: int) -> None:
    """The known-limits panel: what the page is for, what it is not, what it cannot do."""
    with st.expander(t("limits.title"), key=f"{page}-limits"):
        lines = [t(f"{page}.limits.{n}") for n in range(1, count + 1)]
        draw("<ul>", *(fill("<li>$line</li>", line=line) for line in lines), "</ul>")


def incident(t: Translator, page: str, snapshot: Callable[[], dict[str, Any]]) -> None:
    """A button that keeps a de-identified snapshot of the answer on this machine."""
    with st.popover(t("incident.button"), key=f"{page}-incident"):
        st.write(t("incident.text"))
        choices.speak(t, f"{page}-kind")
        kind = st.selectbox(
            t("incident.kind"),
            KINDS,
            format_func=lambda k: t(f"incident.kind.{k}"),
            key=f"{page}-kind",
        )
        if st.button(t("incident.save"), key=f"{page}-save-incident", type="primary"):
            try:
                path = save_incident(
                    current().data / "incidents", page, kind, snapshot(), date.today()
                )
                st.success(t("incident.saved", path=str(path)))
            except NotStored as problem:
                st.error(t(problem.key))
