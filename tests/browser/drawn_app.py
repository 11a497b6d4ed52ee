"""A page with texts of a model and nothing else; used by the browser test of how they are drawn."""

import json
import os
from pathlib import Path

import streamlit as st

from core.i18n import translator
from core.ui import model_text

texts = json.loads(Path(os.environ["TEXTS_TO_DRAW"]).read_text(encoding="utf-8"))
for place, text in enumerate(texts):
    with st.container(key=f"text-{place}"):
        st.markdown(model_text.markdown(translator("en"), text))
with st.container(key="all-drawn"):
    st.text("end")
