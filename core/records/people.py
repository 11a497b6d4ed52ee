"""Staff: added, given another role or PIN, deactivated; each act is in the audit.

Knows: names are told apart, the last administrator stays one, and a new PIN or a deactivation ends
the person's sessions. Nobody is deleted: records name them.
Does not know: who may do this (`roles`), sessions (`staff_sessions`), attempts (`sign_in`).
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from core.records import audit, pins, staff_sessions, tables
from core.records.audit import About, StaffAct
from core.records.pins import PinProblem
from core.records.roles import Role
from core.records.store import Records
from core.records.tables import new_id, stamp

Refused = (
    PinProblem
    | Literal[
        "name_empty", "name_taken", "account_taken", "account_long", "last_administrator", "unknown"
    ]
)
LONGEST_NAME, LONGEST_ACCOUNT = 60, 200


@dataclass(frozen=True, slots=True)
class Person:
    """`account` is the hospital account this person may sign in with, empty without one."""

    id: str
    name: str
    role: Role
    active: bool
    created: str
    account: str = ""


def everyone(records: Records, active_only: bool = False) -> tuple[Person, ...]:
    """All staff by name."""
    with records.database.reading() as connection:
        found = tuple(Person(*row) for row in connection.execute(_people()))
    chosen = (person for person in found if person.active or not active_only)
    return tuple(sorted(chosen, key=lambda person: (not person.active, person.name)))


def has_administrator(records: Records) -> bool:
    """Whether staff is set up; from then on pages need a sign-in."""
    with records.database.reading() as connection:
        return _administrators(connection) > 0


def anybody(records: Records) -> bool:
    """Whether there is staff at all, with an administrator or without."""
    with records.database.reading() as connection:
        return connection.execute(select(tables.person.c.id).limit(1)).first() is not None


def add(
    records: Records, name: str, role: Role, pin: str, by: str | None = None
) -> Person | Refused:
    """A new person with a first PIN."""
    return _added(records, name, role, pin, by, lambda connection: None)


def add_first(records: Records, name: str, pin: str) -> Person | Refused:
    """The first administrator; `unknown` when somebody else was first."""
    return _added(
        records,
        name,
        "administrator",
        pin,
        None,
        lambda connection: "unknown" if _administrators(connection) else None,
    )


def change_role(records: Records, person: str, role: Role, by: str | None = None) -> Refused | None:
    def act(connection: Connection, found: Person) -> Refused | None:
        if role != "administrator" and _is_last(connection, found):
            return "last_administrator"
        _set(connection, person, role=role)
        return None

    return _change(records, person, "role_changed", by, act)


def reset_pin(records: Records, person: str, pin: str, by: str | None = None) -> Refused | None:
    """A new PIN; whoever is signed in with the old one is signed out."""
    if refused := pins.problem(pin):
        return refused
    pin_hash = pins.hashed(pin)

    def act(connection: Connection, found: Person) -> None:
        put_pin(connection, person, pin_hash)
        staff_sessions.end_all(connection, person)

    return _change(records, person, "pin_changed", by, act)


def deactivate(records: Records, person: str, by: str) -> Refused | None:
    def act(connection: Connection, found: Person) -> Refused | None:
        if _is_last(connection, found):
            return "last_administrator"
        _set(connection, person, active=False)
        staff_sessions.end_all(connection, person)
        return None

    return _change(records, person, "person_deactivated", by, act)


def activate(records: Records, person: str, by: str) -> Refused | None:
    def act(connection: Connection, found: Person) -> Refused | None:
        if _is_taken(connection, found.name):
            return "name_taken"
        if found.account and _has_account(connection, found.account):
            return "account_taken"
        _set(connection, person, active=True)
        return None

    return _change(records, person, "person_activated", by, act)


def bind(records: Records, person: str, account: str, by: str) -> Refused | None:
    """Lets a person sign in with this hospital account; an empty one takes that back."""
    account = kept_account(account)
    if len(account) > LONGEST_ACCOUNT or not account.isprintable():
        return "account_long"

    def act(connection: Connection, found: Person) -> Refused | None:
        if account and account != found.account and _has_account(connection, account):
            return "account_taken"
        _set(connection, person, account=account or None)
        return None

    return _change(records, person, "account_set", by, act)


def kept_account(account: str) -> str:
    """An account as it is kept and compared: e-mails without regard to case."""
    account = account.strip()
    return account.casefold() if "@" in account else account


def shown_name(name: str) -> str:
    """A name as it is kept: one space between words, full-width letters as ordinary ones."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def compared(name: str) -> str:
    """A name as it is told apart: people who read it aloud hear neither spaces nor capitals."""
    return "".join(shown_name(name).split()).casefold()


def find(connection: Connection, person: str) -> Person | None:
    row = connection.execute(_people().where(tables.person.c.id == person)).first()
    return Person(*row) if row else None


def put_pin(connection: Connection, person: str, pin_hash: str) -> None:
    _set(connection, person, pin_hash=pin_hash)


def _people() -> Any:
    column = tables.person.c
    shown = (column.id, column.name, column.role, column.active, column.created)
    return select(*shown, func.coalesce(column.account, ""))


def _added(
    records: Records,
    name: str,
    role: Role,
    pin: str,
    by: str | None,
    first: Callable[[Connection], Refused | None],
) -> Person | Refused:
    name = shown_name(name)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return "name_empty"
    if wrong := pins.problem(pin):
        return wrong
    person, pin_hash = Person(new_id(), name, role, True, stamp()), pins.hashed(pin)
    with records.database.writing() as connection:
        if refused := first(connection):
            return refused
        if _is_taken(connection, name):
            return "name_taken"
        row = {"pin_hash": pin_hash, "id": person.id, "name": name, "role": role, "active": True}
        connection.execute(insert(tables.person).values(**row, created=person.created))
        about = About(entry_id=person.id, person=by)
        newest = audit.append(connection, records.keys.ring(), "person_added", about)
    records.head_file.keep(newest)
    return person


def _change(
    records: Records,
    person: str,
    action: StaffAct,
    by: str | None,
    act: Callable[[Connection, Person], Refused | None],
) -> Refused | None:
    with records.database.writing() as connection:
        found = find(connection, person)
        if found is None:
            return "unknown"
        if refused := act(connection, found):
            return refused
        about = About(entry_id=person, person=by)
        newest = audit.append(connection, records.keys.ring(), action, about)
    records.head_file.keep(newest)
    return None


def _set(connection: Connection, person: str, **values: object) -> None:
    connection.execute(update(tables.person).where(tables.person.c.id == person).values(**values))


def _administrators(connection: Connection) -> int:
    column = tables.person.c
    active = select(column.id).where(column.role == "administrator", column.active)
    return len(connection.execute(active).all())


def _is_last(connection: Connection, person: Person) -> bool:
    counts = person.active and person.role == "administrator"
    return counts and _administrators(connection) == 1


def _is_taken(connection: Connection, name: str) -> bool:
    """Two active people with one name could not be told apart at the sign-in."""
    names = connection.execute(select(tables.person.c.name).where(tables.person.c.active))
    return compared(name) in {compared(known) for known in names.scalars()}


def _has_account(connection: Connection, account: str) -> bool:
    """An account of two active people would sign in either."""
    column = tables.person.c
    held = select(column.id).where(column.active, column.account == account)
    return connection.execute(held).first() is not None
