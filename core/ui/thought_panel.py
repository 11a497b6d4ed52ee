"""The panel of a thought chain: folded, which steps are there, the words as they came.

Knows: it appears with the first word of a thought and stays where it is, open or folded, while the
thought grows. Does not know: whether a thought is right.
"""

import streamlit as st

from core.i18n import Translator
from core.model.job import View
from core.model.steps import steps
from core.ui import model_text
from core.ui.markup import fill


class ThoughtPanel:
    """Fills the place of one job's thought chain."""

    def __init__(self, t: Translator, box: st.delta_generator.DeltaGenerator, job: str) -> None:
        self._t, self._box, self._job = t, box, job
        self._chips: st.delta_generator.DeltaGenerator | None = None
        self._words: st.delta_generator.DeltaGenerator | None = None
        self._drawn = ""

    def show(self, view: View) -> None:
        """Drawn anew only while the thought grows."""
        if view.thought == self._drawn:
            return
        self._open()
        if self._words:
            self._words.markdown(model_text.markdown(self._t, view.thought))
        self._drawn = view.thought

    def end(self, view: View) -> None:
        """The steps, and how the chain ended; no panel where no thought came."""
        if view.thought_state == "none":
            return
        self._open()
        said = self._t(f"model.thought.{view.thought_state}")
        if self._chips:
            self._chips.html(self._steps(view) + fill('<p class="small">$said</p>', said=said))

    def _open(self) -> None:
        if self._chips is None:
            with self._box, st.expander(self._t("model.thought"), key=f"thought-{self._job}"):
                self._chips, self._words = st.empty(), st.empty()

    def _steps(self, view: View) -> str:
        chips = "".join(
            fill(
                '<span class="chip chip-$kind">$mark $name <i class="sr">$said</i></span>',
                kind="there" if step.present else "missing",
                mark="✓" if step.present else "–",
                name=self._t(f"model.step.{view.purpose}.{step.name}"),
                said=self._t("model.step.there" if step.present else "model.step.missing"),
            )
            for step in steps(view.purpose, view.thought)
        )
        return f'<p class="chips">{chips}</p>' if chips else ""
