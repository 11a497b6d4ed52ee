"""The desk where every page hands in its questions to the model.

Knows: that this version loads no model, and says so to every question at once.
Does not know: anything to generate with. It answers `no_model` and never pretends.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["queued", "running", "finished", "truncated", "stopped", "failed", "no_model"]


@dataclass(frozen=True, slots=True)
class Job:
    """One question handed in for a purpose (`interaction`, …)."""

    purpose: str
    state: State


class Desk:
    """The object that `st.cache_resource` holds, one for all sessions."""

    @property
    def model(self) -> str | None:
        """Name of the loaded model, `None` without one."""
        return None

    def submit(self, purpose: str) -> Job:
        """Hands in a question; without a model the answer is there at once: `no_model`."""
        return Job(purpose, "no_model")
