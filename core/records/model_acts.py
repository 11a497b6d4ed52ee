"""What is done with the shared model, as lines of the audit.

Knows: who did it and a mark of the model, no name and no address. Does not know: models.
"""

from core.records import audit
from core.records.audit import About, ModelAct
from core.records.store import Records


def write(records: Records, action: ModelAct, mark: str, by: str) -> None:
    """Adds the line; `mark` is the revision of a checkpoint or a hash of a server's address."""
    with records.database.writing() as connection:
        about = About(person=by, digest=mark)
        newest = audit.append(connection, records.keys.ring(), action, about)
    records.head_file.keep(newest)
