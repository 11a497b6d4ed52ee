"""Model: what answers now, what else could, what it needs; loading, giving back, self-test."""

import streamlit as st

from core.ui import (
    follow,
    model_acts,
    model_choice,
    model_fetch,
    model_page,
    model_snapshot,
    model_trial,
    shell,
    states,
)

t = shell.begin("model")
shell.title(t("model_page.title"), t("model_page.lead"))
model_acts.come_in()
bench = st.container(key="modelbench", horizontal=True, gap="large")
left = bench.container(key="model-left")
right = bench.container(key="model-right")
below = bench.container(key="model-below")  # beside the fields; on a narrow screen below them
with left, states.told(t):
    model_choice.choose(t)
    model_fetch.fetch(t)
with right:
    model_page.now(t)
with below:
    following = model_trial.trial(t)
st.caption(t("model_page.demo"))
states.limits(t, "model", 6)
states.incident(t, "model", model_snapshot.snapshot)
if following:
    follow.run()
    st.rerun()  # its result stands in the place of the test, and the figures count it
