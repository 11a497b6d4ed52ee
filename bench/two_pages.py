"""The peer of a page switch and of a rerun: two titles, one text field, nothing else of ours."""

import streamlit as st


def first() -> None:
    st.title("First")


def second() -> None:
    st.title("Second")
    typed = st.text_input("Name")
    st.write("added", typed)


st.navigation([st.Page(first, title="First", default=True), st.Page(second, title="Second")]).run()
