"""Going on in spite of a grade: reason and note of a person, kept beside the finding.

Knows: the form on a card, which belongs to one pair of lines. The note of a decision is free text
and passes the emergency check like any other.
With staff set up the decision is recorded with its person before it counts; without, it stands in
the list and the exports only, and the form says so. The finding itself is never removed.
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from core.errors import AuscultError
from core.i18n import Translator
from core.pharmacy import decision_record, pair_text
from core.pharmacy.checker import Pair
from core.pharmacy.knowledge import knowledge
from core.pharmacy.overrides import REASONS, Override
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.records.problems import Erased, Unknown
from core.ui import badges, demo, keeping, staff
from core.ui.markup import fill
from core.ui.pharmacy.session import change, tell, tell_good, worklist

MISSING = "overrides in which something is missing"


def standing(worklist: Worklist, pair: Pair) -> Override | None:
    """The override of a pair, unless the grade has risen since it was given."""
    override = worklist.overrides.get(pair.key)
    return override if override and override.stands(pair.severity) else None


def notes(worklist: Worklist) -> list[str]:
    """Every note of this list, for the emergency check."""
    return [override.note for override in worklist.overrides.values()]


def note_line(t: Translator, words: Words, pair: Pair, override: Override) -> str:
    mark = badges.origin(t, "person")
    said = pair_text.override_lines(pair, override, words)
    return "".join(f'<p class="context">{mark} {fill("$line", line=line)}</p>' for line in said)


def control(t: Translator, pair: Pair, slug: str, override: Override | None) -> None:
    """The button that takes a decision back, or the form that gives one; for who may decide."""
    if not staff.may("pharmacy", "override"):
        if not override:
            st.caption(t("pharmacy.override.not_yours"))
        return
    if override:
        taken_back = partial(_take_back, pair.key, override)
        st.button(t("pharmacy.override.undo"), key=f"undo-{slug}", on_click=taken_back)
        return
    recorded = staff.here().session is not None and demo.case() is None
    with (
        st.popover(t("pharmacy.override.button"), key=f"override-{slug}"),
        st.form(f"override-form-{slug}", border=False),
    ):
        st.caption(t("pharmacy.override.what"))
        st.caption(
            t("pharmacy.override.recorded" if recorded else "pharmacy.override.not_recorded")
        )
        st.selectbox(
            t("pharmacy.override.reason"),
            REASONS,
            index=None,
            format_func=lambda reason: t(f"pharmacy.override.{reason}"),
            key=f"reason-{slug}",
            placeholder=t("pharmacy.override.choose"),
        )
        st.text_input(t("pharmacy.override.note"), max_chars=300, key=f"note-{slug}")
        st.form_submit_button(
            t("pharmacy.override.save"), type="primary", on_click=partial(_give, pair, slug)
        )
        missing = st.session_state.get(MISSING, {}).pop(slug, None)
        if missing:
            st.warning(t(missing))


def _give(pair: Pair, slug: str) -> None:
    reason, note = st.session_state[f"reason-{slug}"], st.session_state[f"note-{slug}"]
    now = staff.look()
    if not staff.may("pharmacy", "override", now):
        return
    missing = _missing(reason, note)
    if missing:
        st.session_state.setdefault(MISSING, {})[slug] = missing
        return
    override = Override(reason, note, datetime.now(UTC), pair.severity)
    if now.session is None or demo.case():
        change(lambda worklist: worklist.override(pair.key, override))
    else:
        who, role = now.session.name, now.session.role
        _record(pair, replace(override, person=who, role=role), now.session.person)


def _missing(reason: str | None, note: str) -> str | None:
    """The sentence that asks for what a decision lacks."""
    if reason is None:
        return "pharmacy.override.reason_needed"
    if reason == "other" and not note.strip():
        return "pharmacy.override.note_needed"
    return None


def _record(pair: Pair, override: Override, person: str) -> None:
    """Stores the decision first; one that cannot be stored is not taken."""
    try:
        recorded = _stored(pair, override, person)
    except AuscultError as problem:
        tell(problem.key, **problem.values)
        return
    kept = replace(override, entry=recorded.entry)
    changed = change(
        lambda worklist: replace(worklist.override(pair.key, kept), group=recorded.group)
    )
    if not changed:  # the list was another one meanwhile
        decision_record.take_back(
            keeping.records(), recorded.group, kept, datetime.now(UTC), person
        )
    if recorded.state == "waiting":
        tell("pharmacy.override.waiting")
    else:
        tell_good("pharmacy.override.noted")


def _stored(pair: Pair, override: Override, person: str) -> decision_record.Recorded:
    """In the record of this list, or in a new one when that was erased."""
    record = partial(decision_record.record, keeping.records())
    before = worklist().overrides.get(pair.key)
    try:
        group, entry = worklist().group, before.entry if before else ""
        return record(group, pair, override, knowledge(), person, entry)
    except (Erased, Unknown):
        return record("", pair, override, knowledge(), person)


def _take_back(pair: str, override: Override) -> None:
    now = staff.look()
    if not staff.may("pharmacy", "override", now):
        return
    changed = change(lambda worklist: worklist.override(pair, None))
    if not changed or now.session is None or not override.entry:
        return
    try:
        state = decision_record.take_back(
            keeping.records(), worklist().group, override, datetime.now(UTC), now.session.person
        )
    except (Erased, Unknown):
        return  # there is nothing left to take back
    except AuscultError as problem:
        change(lambda worklist: worklist.override(pair, override))
        tell(problem.key, **problem.values)
        return
    if state == "waiting":
        tell("pharmacy.override.waiting")
