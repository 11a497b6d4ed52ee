"""The last acts of the audit and the erasing of pharmacy records: ids, acts and times only.

Knows: names of staff; of a patient nothing, not even for an administrator.
Does not know: the chain itself; `python -m core records verify` says whether it is whole.
"""

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.records import audit, erase, people
from core.ui import clock, keeping, staff
from core.ui.markup import draw, fill

MOST = 200
SURE, CHOSEN, TOLD = "erase-sure", "erase-group", "erase told"


def log(t: Translator) -> None:
    """The newest acts first."""
    records = keeping.records()
    names = {person.id: person.name for person in people.everyone(records)}
    with records.database.reading() as connection:
        lines = audit.newest(connection, MOST)
    head = fill(
        "<tr><th>$n</th><th>$at</th><th>$act</th><th>$who</th><th>$what</th></tr>",
        n=t("audit.number"),
        at=t("audit.at", zone=clock.zone()),
        act=t("audit.act"),
        who=t("audit.who"),
        what=t("audit.what"),
    )
    rows = (
        fill(
            '<tr><th scope="row">$n</th><td>$at</td><td>$act</td><td>$who</td><td>$what</td></tr>',
            n=line.seq,
            at=clock.day_and_time(line.at),
            act=t(f"audit.{line.action}"),
            who=names.get(line.person, line.person or "–"),
            what=" ".join(
                names.get(named, named) for named in (line.group_id, line.entry_id) if named
            )
            or "–",
        )
        for line in lines
    )
    draw(f'<table class="plain audit">{head}', *rows, "</table>")
    st.caption(t("audit.part", most=MOST))


def erasing(t: Translator) -> None:
    """Erases one list of recorded decisions for good."""
    if found := st.session_state.pop(TOLD, None):
        key, values = found
        st.info(t(key, **values))
    groups = keeping.records().groups(kind="pharmacy_list", newest=MOST)
    if not groups:
        st.caption(t("audit.erase.none"))
        return
    names = {person.id: person.name for person in people.everyone(keeping.records())}
    made = {
        group.id: f"{clock.day_and_time(group.created)} · {names.get(group.owner or '', '–')}"
        for group in reversed(groups)
    }
    st.selectbox(
        t("audit.erase.group"),
        list(made),
        index=None,
        format_func=lambda group: f"{made[group]} · {group}",
        key=CHOSEN,
    )
    st.caption(t("audit.erase.part", most=MOST))
    st.checkbox(t("audit.erase.sure"), key=SURE)
    st.button(
        t("audit.erase.button"), key="erase", icon=":material/delete_forever:", on_click=_erase
    )


def _erase() -> None:
    group, standing = st.session_state.get(CHOSEN), staff.look()
    if standing.session is None or not staff.may("people", "erase", standing):
        return
    if not group or not st.session_state.get(SURE):
        st.session_state[TOLD] = ("audit.erase.choose", {})
        return
    try:
        done = erase.erase_group(keeping.records(), group, standing.session.person)
        st.session_state[TOLD] = ("records.erase.done", {"n": len(done.groups)})
    except AuscultError as problem:
        st.session_state[TOLD] = (problem.key, problem.values)
    st.session_state[SURE] = False
