"""Where the desk stores its jobs.

Knows: the interface, and a store that keeps nothing. Does not know: disks, databases.
"""

from typing import Any, Protocol

from core.model.job import Ended


class Store(Protocol):
    """Keeps what a job said, for its owner only; called from engines, so none of it may wait."""

    def save(self, owner: str, job: str, said: dict[str, Any]) -> None: ...

    def look(self, owner: str, job: str) -> dict[str, Any] | None: ...

    def done(self, ended: Ended) -> None:
        """Takes a job once, at its end; its raw text is for a sealed record alone."""


class Nowhere:
    """A store that keeps nothing."""

    def save(self, owner: str, job: str, said: dict[str, Any]) -> None:
        return None

    def look(self, owner: str, job: str) -> dict[str, Any] | None:
        return None

    def done(self, ended: Ended) -> None:
        return None
