"""The one desk of this process, shared by all sessions through Streamlit's resource cache."""

import streamlit as st

from core.model.desk import Desk


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    return Desk()
