"""Going on in spite of a grade: reason and note of a person, kept beside the finding.

Knows: the form on a card, which belongs to one pair of lines. The note of a decision is free text
and passes the emergency check like any other.
Does not know: who decided; the finding itself is never removed.
"""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from core.i18n import Translator
from core.pharmacy import pair_text
from core.pharmacy.checker import Pair
from core.pharmacy.facts import Severity
from core.pharmacy.overrides import REASONS, Override
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.ui import badges
from core.ui.markup import fill
from core.ui.pharmacy.session import change

NO_REASON = "override without a reason"


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
    """The button that takes a decision back, or the form that gives one."""
    if override:
        taken_back = partial(_set, pair.key, None)
        st.button(t("pharmacy.override.undo"), key=f"undo-{slug}", on_click=taken_back)
        return
    with (
        st.popover(t("pharmacy.override.button"), key=f"override-{slug}"),
        st.form(f"override-form-{slug}", border=False),
    ):
        st.caption(t("pharmacy.override.what"))
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
            t("pharmacy.override.save"),
            type="primary",
            on_click=partial(_give, pair.key, pair.severity, slug),
        )
        if st.session_state.pop(NO_REASON, None) == slug:
            st.warning(t("pharmacy.override.reason_needed"))


def _give(pair: str, severity: Severity, slug: str) -> None:
    reason, note = st.session_state[f"reason-{slug}"], st.session_state[f"note-{slug}"]
    if reason is None:
        st.session_state[NO_REASON] = slug
    else:
        _set(pair, Override(reason, note, datetime.now(UTC), severity))


def _set(pair: str, override: Override | None) -> None:
    change(lambda worklist: worklist.override(pair, override))
