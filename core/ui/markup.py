"""Small pieces of HTML with every value escaped; the only way in which pages write HTML."""

from string import Template

import streamlit as st

from core.safety.escaping import html_safe


def fill(template: str, **values: object) -> str:
    """A constant template with `$name` fields; each value is escaped."""
    return Template(template).substitute({k: html_safe(str(v)) for k, v in values.items()})


def draw(*pieces: str) -> None:
    """Draws pieces made by `fill`."""
    st.html("".join(pieces))
