"""Pharmacy: a medicine list on the left, what it does together on the right."""

from functools import partial

import streamlit as st

from core.errors import BadInput
from core.pharmacy.checker import Check
from core.pharmacy.knowledge import knowledge
from core.pharmacy.report import snapshot
from core.ui import follow, shell, states
from core.ui.pharmacy import (
    adding,
    asking,
    downloads,
    label_reader,
    list_editor,
    overrides,
    patient_form,
    results,
    session,
)

t = shell.begin("pharmacy")
shell.title(t("pharmacy.title"), t("pharmacy.lead"))
session.forget_erased()
top = st.container()
bench = st.container(key="workbench", horizontal=True, gap="large")
left = bench.container(key="side")
right = bench.container(key="main")
below = bench.container(key="rest")  # below the list; on a narrow screen below the results

found = right.container(key="found")
asked = right.container(key="asking")  # below the results

with left:
    texts = adding.adding(t)
    worklist = session.worklist()
    words = list_editor.words_for(t, worklist)
    strip = st.container(key="strip")  # seen only where the results stand below the list
    texts += list_editor.lines(t, words, worklist)
with below:
    texts += label_reader.reader(t, words) + overrides.notes(worklist)

result: Check | None = None
with found:
    try:
        result = session.checked(worklist)
    except BadInput as problem:
        st.error(t(problem.key, **problem.values))
    if result and len(worklist.lines) >= 2:
        with strip:
            results.strip(t, result)
        results.results(t, words, result, worklist)
        downloads.downloads(t, words, result, worklist)
    else:
        states.empty(t("pharmacy.empty.title"), t("pharmacy.empty.text"))
        if result:
            results.one_medicine(t, words, result)

with asked:
    texts.append(asking.box(t, words, result, worklist))

with below:
    patient_form.form(t, words, worklist, result)

with top:
    states.emergencies(t, *texts)

states.limits(t, "pharmacy", 9)
if result:
    states.incident(t, "pharmacy", partial(snapshot, result, knowledge()))
follow.run()
