"""What an incident report about the model keeps: which one, in which precision, how it stood.

Knows: no path, no address, no text of an answer; a folder's name can name a person.
"""

from dataclasses import asdict
from typing import Any

from core import VERSION
from core.ui.model_trial import held
from core.ui.shared_model import desk, starter


def snapshot() -> dict[str, Any]:
    status, seen, origin = starter().status, desk().activity, desk().origin
    result = held().result
    return {
        "program": VERSION,
        "state": status.state,
        "problem": status.problem.key if status.problem else None,
        "revision": origin.revision if origin else None,
        "precision": origin.precision if origin else None,
        "decision": asdict(status.decision) if status.decision else None,
        "activity": asdict(seen),
        "self_test": None if result is None else {"at": result.at, **_judged(result.outcome)},
    }


def _judged(outcome: Any) -> dict[str, Any]:
    said = asdict(outcome)
    del said["came"]
    return said
