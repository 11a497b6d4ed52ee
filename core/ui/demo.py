"""Demo cases: made up, marked everywhere, kept apart from real work.

Knows: which case this session shows. A case lives in the session only; the draft of real work is
neither read nor written while it is open.
"""

import json
from dataclasses import dataclass
from functools import cache

import streamlit as st

from core.i18n import Text
from core.settings import ASSETS

KEY = "demo case"


@dataclass(frozen=True, slots=True)
class Case:
    """A made-up case of one page; `content` is what that page reads."""

    id: str
    page: str
    title: Text
    story: Text
    content: dict[str, object]


@cache
def cases() -> dict[str, Case]:
    """All cases of `assets/samples`, by id."""
    files = sorted((ASSETS / "samples").glob("*.json"))
    loaded = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return {
        c["id"]: Case(c["id"], c["page"], Text(**c["title"]), Text(**c["story"]), c["content"])
        for c in loaded
    }


def case() -> Case | None:
    """The case that this session shows, if any."""
    return cases().get(st.session_state.get(KEY, ""))


def enter(case_id: str) -> None:
    """Opens a case from its beginning."""
    leave()
    st.session_state[KEY] = case_id


def leave() -> None:
    """Back to real work; whatever was changed in the case is gone."""
    st.session_state.pop(KEY, None)
    st.session_state.pop("demo worklist", None)
