"""What the model answered, as records keep it: what was shown, and apart from it the raw text.

Knows: both stand sealed in one group of their own, so they are kept and erased together; the raw
text is opened by one function, which writes a line of the audit before it gives anything out.
Does not know: models, screens, who may open it; a page asks for the right `audit` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.records import audit, tables, writes
from core.records.audit import About
from core.records.problems import Erased, KeyMissing, KeyWrong, Unknown
from core.records.provenance import Provenance
from core.records.store import Records, opened

ANSWER, RAW = "model_answer", "model_raw"


@dataclass(frozen=True, slots=True)
class Answer:
    """`entry` holds what was shown; `held`: how many sentences of it were held back.

    `held` is None where the entry cannot be read: moved, altered, or sealed with another key.
    """

    group: str
    entry: str
    person: str | None
    created: str
    held: int | None


def keep(records: Records, shown: Mapping[str, Any], raw: str, origin: Provenance) -> str:
    """Hands an answer in without waiting for the database; returns its group."""
    if origin.person is None:
        raise ValueError("an answer is recorded with the person who asked")
    entries = ((ANSWER, shown), (RAW, {"raw": raw}))
    return records.later("model_answer", entries, origin.person, origin)


def newest(records: Records, most: int) -> tuple[Answer, ...]:
    """The last answers that can be read, the newest first; their raw texts stay closed."""
    entry, group = tables.entry, tables.record_group
    last = select(entry).where(entry.c.kind == ANSWER)
    last = last.order_by(entry.c.created.desc(), entry.c.id.desc()).limit(most)
    with records.database.reading() as connection:
        rows = connection.execute(last).all()
        homes = select(group).where(group.c.id.in_({row.group_id for row in rows}))
        groups = {row.id: row for row in connection.execute(homes)}
    ring, found = records.keys.ring(), []
    for row in rows:
        try:
            key = writes.data_key(ring, records.shares, groups[row.group_id])
            held = opened(row, key).content["held"]
        except (Erased, KeyMissing):
            continue
        except KeyWrong:
            held = None
        found.append(Answer(row.group_id, row.id, row.person, row.created, held))
    return tuple(found)


def open_raw(records: Records, answer: str, person: str) -> str:
    """The raw text of an answer, by its entry; that `person` opened it is in the audit first.

    Raises `Unknown` or `Erased`, and what keeps the audit from being written: then nobody reads it.
    """
    shown = records.read(answer)
    if shown is None or shown.kind != ANSWER:
        raise Unknown("records.problem.unknown", "answer", id=answer)
    raw = next((entry for entry in records.list(shown.group_id) if entry.kind == RAW), None)
    if raw is None:  # it waits on another machine's disk
        raise Unknown("records.problem.unknown", "raw", id=answer)
    with records.database.writing() as connection:
        about = About(group_id=shown.group_id, entry_id=answer, person=person)
        head = audit.append(connection, records.keys.ring(), "raw_opened", about)
    records.head_file.keep(head)
    return str(raw.content["raw"])
