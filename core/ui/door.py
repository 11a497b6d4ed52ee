"""The sign-in screen: choose a name, type a PIN. A plain form, so that the answer can set a cookie.

Knows: what the address says of the last attempt; the way to the hospital's own sign-in, where there
is one; on Home the public part stands below.
Does not know: whether a PIN is right (`sign_in_route`), who the hospital knows (`hospital_route`).
"""

from functools import partial

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.records import people, pins
from core.records.people import Person
from core.records.roles import Page
from core.settings import current
from core.terms import name_order
from core.ui import home, hospital, keeping
from core.ui.markup import draw, fill
from core.ui.sign_in_route import PATH
from core.ui.staff import Standing

FORM = (
    '<form class="door" method="post" action="$path">'
    '<input type="hidden" name="page" value="$page">'
    '<label>$who<select name="person" required>'
)
REST = (
    '</select></label><label>$pin<input name="pin" type="password" inputmode="numeric" '
    'autocomplete="off" required minlength="$least" maxlength="$most"></label>'
    '<button type="submit">$enter</button></form>'
)
OTHER = '<option value="$id">$name · $role</option>'
NOBODY = '<option value="" selected disabled>$text</option>'
HOSPITAL_SAID = ("hospital_failed", "hospital_away", "stale")
FIRST = OTHER.replace(" value", " selected value")


def door(t: Translator, page: Page, standing: Standing) -> None:
    """What stands in place of a page until somebody signs in."""
    draw(fill('<h1 class="title">$text</h1>', text=t("door.title")))
    if standing.problem is not None:
        _closed(t, standing.problem)
    else:
        _said(t, standing)
        try:
            _form(t, page, standing)
            _hospital(t, page)
        except AuscultError as problem:
            _closed(t, problem)
    if page == "home" and not current().shared:  # a ward's network is told nothing of the machine
        home.privacy(t)
    if page == "home":
        home.source(t)


def _closed(t: Translator, problem: AuscultError) -> None:
    st.error(t("door.closed", problem=t(problem.key, **problem.values)))


def _said(t: Translator, standing: Standing) -> None:
    """The answer to the last attempt, or why the screen is locked."""
    said = st.query_params.get("sign_in")
    if said is None and standing.last:
        st.info(t("door.locked"))
    if said == "wrong":
        st.warning(t("door.wrong"))
    elif said == "wait":
        seconds = st.query_params.get("seconds", "")
        n = int(seconds) if seconds.isdecimal() and len(seconds) < 6 else 1
        st.warning(t("door.wait", n=n))
    elif said == "away":
        st.error(t("door.away"))
    elif said == "unbound":
        # As HTML: what is drawn is what is copied to the administrator, letter by letter.
        account = hospital.refused(st.query_params.get("account", ""))
        refused = t("door.said.unbound", account=account)
        draw(fill('<div class="notice notice-warning" role="alert">$text</div>', text=refused))
    elif said in HOSPITAL_SAID:
        st.warning(t(f"door.said.{said}"))


def _form(t: Translator, page: Page, standing: Standing) -> None:
    everybody = people.everyone(keeping.records(), active_only=True)
    staff = sorted(everybody, key=lambda person: name_order.place(person.name))
    chosen = st.query_params.get("person") or standing.last
    known = any(person.id == chosen for person in staff)
    draw(
        fill(FORM, path=PATH, page=page, who=t("door.who")),
        "" if known else fill(NOBODY, text=t("door.choose")),
        *(_option(t, person, person.id == chosen) for person in staff),
        fill(
            REST,
            pin=t("door.pin"),
            least=pins.SHORTEST,
            most=pins.LONGEST,
            enter=t("door.enter"),
        ),
        fill('<p class="small">$text</p>', text=t("door.forgotten")),
    )


def _option(t: Translator, person: Person, first: bool) -> str:
    return fill(
        FIRST if first else OTHER,
        id=person.id,
        name=person.name,
        role=t(f"people.role.{person.role}"),
    )


def _hospital(t: Translator, page: Page) -> None:
    """The way to the hospital's own sign-in, or why there is none although one was set up."""
    found = hospital.configured()
    if found.state == "wrong":
        st.info(t("door.hospital.off", why=t(found.problem, **found.values)))
    if found.state != "ready":
        return
    if st.context.headers.get("Host") != found.here.partition("://")[2]:
        draw(
            fill('<p class="small">$text ', text=t("door.hospital.elsewhere")),
            fill('<a class="link" href="$here">$here</a></p>', here=found.here),
        )
        return
    with st.container(key="hospital"):
        st.button(
            t("door.hospital"),
            key="hospital-sign-in",
            icon=":material/badge:",
            width="stretch",
            on_click=partial(hospital.begin, page),
            help=t("door.hospital.help", host=found.host),
        )
