"""People: staff set-up with the code from the terminal, then staff, audit and erasing."""

import streamlit as st

from core.ui import people, people_acts, person_rows, records_log, shell, staff, states, ward

t = shell.begin("people")
shell.title(t("people.title"), t("people.lead"))
if not staff.may("people", "manage"):
    people.first_administrator(t)
else:
    people_acts.come_in()
    ward.network(t)
    everybody, acts = st.tabs([t("people.staff"), t("people.audit")])
    with everybody, states.told(t):
        people.add_form(t)
        people.idle_time(t)
        person_rows.rows(t)
    with acts, states.told(t):
        if staff.may("people", "erase"):
            records_log.erasing(t)
        if staff.may("people", "audit"):
            records_log.log(t)
states.limits(t, "people", 3)
