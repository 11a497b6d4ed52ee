"""Panels whose content is built only while they are open.

Knows: which panels this session opened; a panel stays as it was left when its label changes and
over a change of page. What a person types in such a panel must be stored as it is typed, or be
built in spite of the fold, since widgets that are not built lose what they hold.
"""

from functools import partial

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

OPENED = "opened panels"


def fold(label: str, key: str, *, open_first: bool = False) -> ExpanderContainer:
    """An expander; build its content if `.open`. `open_first` counts until a person moved it."""
    # Given anew each time: Streamlit's own state is bound to the label, and another count or
    # language in it would fold the panel.
    st.session_state[key] = _opened().get(key, open_first)
    return st.expander(label, key=key, on_change=partial(_moved, key))


def unfold(key: str) -> None:
    """Opens a panel that is drawn later in this run."""
    _opened()[key] = True


def shut(key: str) -> None:
    """Folds a panel that is drawn later in this run."""
    _opened()[key] = False


def _opened() -> dict[str, bool]:
    held: dict[str, bool] = st.session_state.setdefault(OPENED, {})
    return held


def _moved(key: str) -> None:
    _opened()[key] = bool(st.session_state[key])
