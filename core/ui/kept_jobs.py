"""Where jobs of the model are kept: sealed drafts while they run, a record once they are over.

Knows: one draft for each job, removed like every draft after a day; the record goes to this disk at
once and to the database when that takes it, so an engine never waits for it. A job without a person
(no staff is set up, or a sample is shown) leaves no record. Does not know: what a job says.
"""

from typing import Any

from core.model.job import Ended
from core.records import answers
from core.records.provenance import Provenance, hashed
from core.records.tables import stamp
from core.ui import keeping
from core.ui.gate import HELD
from core.ui.owner import drafts


class KeptJobs:
    """The store that the desk is handed."""

    def save(self, owner: str, job: str, said: dict[str, Any]) -> None:
        drafts().save(owner, f"job {job}", said)

    def look(self, owner: str, job: str) -> dict[str, Any] | None:
        found = drafts().find(owner, f"job {job}")
        return found if isinstance(found, dict) else None

    def done(self, ended: Ended) -> None:
        if ended.person is None:
            return
        records = keeping.records()
        group = answers.keep(records, _shown(ended), ended.raw, _origin(ended))
        drafts().save(records.keys.drafts_of(ended.person), _record(ended.view.id), group)


def is_erased(owner: str, job: str) -> bool:
    """Whether the record of an answer was erased; its draft is then shown to nobody either."""
    group = drafts().find(owner, _record(job))
    return isinstance(group, str) and keeping.records().shares.state(group) == "erased"


def _record(job: str) -> str:
    return f"record {job}"


def _shown(ended: Ended) -> dict[str, Any]:
    view = ended.view
    return {
        "job": view.id,
        "purpose": view.purpose,
        "about": ended.request.about,
        "state": view.state,
        "problem": view.problem[0] if view.problem else None,
        "thought": view.thought,
        "thought_state": view.thought_state,
        "answer": view.answer,
        "held": (view.thought + view.answer).count(HELD),
        "tokens": view.tokens,
        "seconds": {
            "waited": round(ended.waited_s, 3),
            "first": None if ended.first_s is None else round(ended.first_s, 3),
            "total": round(view.seconds, 3),
        },
    }


def _origin(ended: Ended) -> Provenance:
    model, request = ended.view.origin, ended.request
    assert model is not None
    return Provenance(
        model=model.model,
        revision=model.revision,
        precision=model.precision,
        prompt_id=request.prompt_id,
        prompt_sha256=hashed(request.instruction),
        decoding={**model.decoding, "budget": request.budget, "thinking": request.thinking},
        knowledge=request.knowledge,
        inputs=request.inputs,
        asked=stamp(ended.asked),
        answered=stamp(ended.answered),
        person=ended.person,
        host=model.host,
    )
