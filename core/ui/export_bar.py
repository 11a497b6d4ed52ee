"""The export bar: files are built when pressed and go from this machine to this browser only."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.i18n import Translator

ICONS = {
    "report": ":material/picture_as_pdf:",
    "sheet": ":material/print:",
    "table": ":material/table:",
    "fhir": ":material/data_object:",
}


@dataclass(frozen=True, slots=True)
class Export:
    """One file: a kind with a label in the catalogues, a name without patient data, its builder."""

    kind: str
    name: str
    mime: str
    build: Callable[[], bytes]


def bar(t: Translator, page: str, exports: tuple[Export, ...]) -> None:
    with st.container(horizontal=True, gap="small", key=f"{page}-exports"):
        for export in exports:
            st.download_button(
                t(f"export.bar.{export.kind}"),
                data=export.build,
                file_name=export.name,
                mime=export.mime,
                icon=ICONS[export.kind],
                on_click="ignore",
                key=f"{page}-export-{export.kind}",
            )
