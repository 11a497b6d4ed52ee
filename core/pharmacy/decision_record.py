"""What is stored of a decision to go on in spite of a grade, and of taking it back.

Knows: the finding as the person saw it, the tables' versions, who and when. An entry is never
changed: taking back or deciding anew is an entry that supersedes the decision, and both stay.
Does not know: who may decide, screens.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from core.pharmacy.checker import Pair
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.overrides import Override
from core.records.provenance import Provenance, hashed
from core.records.store import Added, Records
from core.records.tables import stamp

DECIDED, TAKEN_BACK = "override", "override_taken_back"


@dataclass(frozen=True, slots=True)
class Recorded:
    """`waiting`: on this disk, not yet in the database."""

    group: str
    entry: str
    state: Literal["stored", "waiting"]


def record(
    records: Records,
    group: str,
    pair: Pair,
    override: Override,
    knowledge: Knowledge,
    person: str,
    before: str = "",
) -> Recorded:
    """Stores a decision; opens the record of its list when it is the first one.

    `before`: the entry of an earlier decision on this pair in the same record.
    """
    opened = None if group else records.new_group("pharmacy_list", owner=person)
    home = group or (opened.id if opened else "")
    added = records.add(
        home,
        DECIDED,
        content(pair, override, knowledge),
        person=person,
        supersedes=before or None,
        origin=_origin(pair, override, knowledge, person),
    )
    return Recorded(home, added.id, _worse(opened, added))


def take_back(records: Records, group: str, override: Override, when: datetime, person: str) -> str:
    """Stores that a decision no longer holds; returns the state of the entry."""
    said = {"taken_back": stamp(when)}
    return records.add(group, TAKEN_BACK, said, person=person, supersedes=override.entry).state


def content(pair: Pair, override: Override, knowledge: Knowledge) -> dict[str, Any]:
    """The decision and the finding it goes against."""
    decided = pair.decided_by
    return {
        "reason": override.reason,
        "note": override.note,
        "when": stamp(override.when),
        "person": override.person,
        "role": override.role,
        "result": {
            "severity": override.severity,
            "rule": decided.rule if decided else None,
            "drugs": [pair.a.id, pair.b.id],
        },
        "tables": {"version": knowledge.version, "digest": knowledge.digest},
    }


def _origin(pair: Pair, override: Override, knowledge: Knowledge, person: str) -> Provenance:
    """Tables and code decided alone, so nothing of a model is named."""
    stated = [asdict(medicine.medication) for medicine in (pair.a, pair.b)]
    given = json.dumps([pair.key, *stated], sort_keys=True)
    return Provenance(
        model="",
        revision="",
        precision="",
        prompt_id="",
        prompt_sha256="",
        decoding={},
        knowledge={"pharmacy": f"{knowledge.version} {knowledge.digest}"},
        inputs={"pair": hashed(given)},
        asked=stamp(override.when),
        answered=stamp(override.when),
        person=person,
    )


def _worse(opened: Added | None, added: Added) -> Literal["stored", "waiting"]:
    waits = added.state == "waiting" or (opened is not None and opened.state == "waiting")
    return "waiting" if waits else "stored"
