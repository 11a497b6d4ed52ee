"""The empty Streamlit page that Home is measured against: a title and nothing else."""

import streamlit as st

st.title("Empty")
