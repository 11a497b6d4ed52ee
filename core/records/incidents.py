"""Snapshots of an answer that somebody found wrong, de-identified, in a local folder.

Knows: what the answer was (ids, grades, rules, versions). Keeps no typed text, no number of the
patient and no owner; the day stands for the time.
Does not know: sending. A person takes the file where it is needed.
"""

import contextlib
import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any

from core import VERSION
from core.errors import NotStored
from core.records.files import private_folder


def save_incident(folder: Path, page: str, kind: str, snapshot: dict[str, Any], day: date) -> Path:
    """Writes one JSON file and returns its path; raises `NotStored` when the disk refuses."""
    content = {
        "page": page,
        "kind": kind,
        "day": day.isoformat(),
        "version": VERSION,
        "answer": snapshot,
    }
    path = folder / f"{day.isoformat()}-{page}-{secrets.token_hex(3)}.json"
    try:
        private_folder(folder)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        path.chmod(0o600)
    except OSError as problem:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise NotStored(
            "error.not_stored", f"{type(problem).__name__} {problem.errno}"
        ) from problem
    return path
