"""Opens the records of this installation: database, tables, key, what waits.

Knows: the order. Tables first, then the key check, both under the writers' lock; a wrong key, a
newer database and an unfinished migration end here, before anything is written.
Does not know: what to do about it; each is a named problem with its sentence.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from core.records import database, migrate
from core.records.head import HeadFile
from core.records.keys import Keys, settle
from core.records.outbox import Outbox
from core.records.problems import Unavailable
from core.records.shares import Shares
from core.records.store import Records
from core.settings import Settings

LOG = logging.getLogger("auscult")


@dataclass(frozen=True, slots=True)
class Opened:
    """`key_made`: the master key is new; the person is told once what its loss would mean."""

    records: Records
    key_made: bool


def may_exist(settings: Settings) -> bool:
    """Whether there can be records; without a database file nobody ever set up anything here."""
    return bool(settings.database) or (settings.data / database.FILE).exists()


def open_records(
    settings: Settings, patience: float = database.PATIENCE, scripts: Path = migrate.SCRIPTS
) -> Opened:
    """The records; raises a `RecordsProblem`. `patience`: seconds to wait for another writer."""
    opened = database.connect(settings.data, settings.database, patience)
    keys = Keys(settings.key_file)
    try:
        migrate.bring_up_to_date(opened, scripts)
        with opened.writing() as connection:
            made = settle(connection, keys)
    except BaseException:
        opened.close()
        raise
    shares = Shares(beside(settings.key_file, "groups"))
    outbox = Outbox(settings.data / "outbox", keys, shares)
    records = Records(opened, keys, shares, outbox, HeadFile(beside(settings.key_file, "head")))
    try:
        records.flush()
    except Unavailable as problem:
        LOG.warning("what waits is not stored yet: %s", problem.detail)
    return Opened(records, made)


def beside(key_file: Path, what: str) -> Path:
    """What belongs to a master key stands beside it."""
    return key_file.with_name(f"{key_file.name}.{what}")
