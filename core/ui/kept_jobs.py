"""Where jobs of the model are kept: sealed beside the drafts of the person or browser that asked.

Knows: one slot for each job, removed like every draft after a day. Does not know: what a job says.
"""

from typing import Any

from core.ui.owner import drafts


class KeptJobs:
    """The store that the desk is handed."""

    def save(self, owner: str, job: str, said: dict[str, Any]) -> None:
        drafts().save(owner, f"job {job}", said)

    def look(self, owner: str, job: str) -> dict[str, Any] | None:
        found = drafts().find(owner, f"job {job}")
        return found if isinstance(found, dict) else None
