"""The last acts of the audit and the erasing of records: ids, acts and times only.

Knows: names of staff, which decision was given and which taken back, of how many sentences of an
answer the model was held back; of a patient nothing, not even for an administrator.
Does not know: the chain itself; `python -m core records verify` says whether it is whole.
"""

from collections.abc import Mapping
from typing import Any, get_args

import streamlit as st
from sqlalchemy import Row

from core.errors import AuscultError
from core.i18n import Translator
from core.pharmacy.decision_record import DECIDED, TAKEN_BACK
from core.records import answers, audit, erase, people
from core.records.kinds import GroupKind
from core.ui import clock, keeping, raw_answers, staff
from core.ui.markup import draw, fill

MOST = 200
SURE, CHOSEN, TOLD = "erase-sure", "erase-group", "erase told"
SHORT = 8  # of an id; the whole one is its title
ENTRIES = {
    DECIDED: "audit.decided",
    TAKEN_BACK: "audit.taken_back",
    answers.RAW: "audit.raw_stored",
}
ERASED_HERE: dict[GroupKind, str] = {
    "pharmacy_list": "audit.erase.list",
    "model_answer": "audit.erase.answer",
}


def log(t: Translator) -> None:
    """The newest acts first, and the way to the raw text of an answer."""
    records = keeping.records()
    names = {person.id: person.name for person in people.everyone(records)}
    answered = answers.newest(records, MOST)
    raw_answers.raw(t, answered, names, MOST)
    held = {answer.entry: answer.held for answer in answered}
    with records.database.reading() as connection:
        lines = audit.newest(connection, MOST)
    head = fill(
        "<tr><th>$n</th><th>$at</th><th>$act</th><th>$who</th><th>$what</th><th>$of</th></tr>",
        n=t("audit.number"),
        at=t("audit.at", zone=clock.zone()),
        act=t("audit.act"),
        who=t("audit.who"),
        what=t("audit.what"),
        of=t("audit.owner"),
    )
    rows = "".join(_line(t, line, names, held) for line in lines)
    draw(f'<div class="log"><table class="plain audit">{head}{rows}</table></div>')
    st.caption(t("audit.part", most=MOST))


def _line(
    t: Translator, line: Row[Any], names: Mapping[str, str], held: Mapping[str, int | None]
) -> str:
    mark = line.digest if line.action in get_args(audit.ModelAct) else None
    about = [_named(named, names) for named in (line.group_id, line.entry_id, mark) if named]
    return (
        fill(
            '<tr><th scope="row">$n</th><td>$at</td><td>$act</td><td>$who</td>',
            n=line.seq,
            at=clock.day_and_time(line.at),
            act=_act(t, line, held),
            who=names.get(line.person, line.person or "–"),
        )
        + f"<td>{' '.join(about) or '–'}</td>"
        + fill("<td>$of</td></tr>", of=names.get(line.owner, "–"))
    )


def _act(t: Translator, line: Row[Any], held: Mapping[str, int | None]) -> str:
    if line.action == "sign_in_refused" and line.entry_id is None:
        return t("audit.code_refused")  # a PIN is somebody's, the one-time code nobody's
    if line.action == "entry" and line.entry_id in held:
        return raw_answers.said(t, held[line.entry_id])
    if line.action == "entry":
        return t(ENTRIES.get(line.entry_kind, "audit.entry"))
    return t(f"audit.{line.action}")


def _named(found: str, names: Mapping[str, str]) -> str:
    """A person by name, anything else by the beginning of its id."""
    if found in names:
        return fill("$name", name=names[found])
    return fill('<code title="$id">$short</code>', id=found, short=found[:SHORT])


def erasing(t: Translator) -> None:
    """Erases one list of recorded decisions, or one answer of the model, for good."""
    groups = [
        group for kind in ERASED_HERE for group in keeping.records().groups(kind=kind, newest=MOST)
    ]
    if not groups:
        st.caption(t("audit.erase.none"))
        _told(t)
        return
    names = {person.id: person.name for person in people.everyone(keeping.records())}
    made = {
        group.id: " · ".join(
            (
                clock.day_and_time(group.created),
                t(ERASED_HERE[group.kind]),
                names.get(group.owner or "", "–"),
            )
        )
        for group in sorted(groups, key=lambda group: group.created, reverse=True)
    }
    st.selectbox(
        t("audit.erase.group"),
        list(made),
        index=None,
        placeholder=t("audit.erase.pick"),
        format_func=lambda group: f"{made[group]} · {group[:SHORT]}",
        key=CHOSEN,
    )
    st.caption(t("audit.erase.part", most=MOST))
    st.checkbox(t("audit.erase.sure"), key=SURE)
    st.caption(t("audit.erase.reach"))
    st.button(
        t("audit.erase.button"), key="erase", icon=":material/delete_forever:", on_click=_erase
    )
    _told(t)


def _told(t: Translator) -> None:
    if found := st.session_state.pop(TOLD, None):
        key, values = found
        st.info(t(key, **values))


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
