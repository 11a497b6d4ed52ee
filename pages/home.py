"""Home: the scenarios, a demo, what this machine knows, and what leaves it (nothing)."""

import streamlit as st

from core.ui import home, shell

t = shell.begin("home")
shell.title(t("home.title"), t("home.lead"))
home.scenarios(t)
home.demos(t)
left, right = st.columns(2, gap="large")
with left:
    home.model(t)
    home.knowledge_tables(t)
with right:
    home.privacy(t)
    home.source(t)
