"""The triggers by which the database itself refuses to change audit and records.

Knows: what each must be, to the letter; one that is missing, switched off or replaced is named.
Does not know: who took it away. They are made by the first migration.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

REFUSED = "rows of this table are never changed"
GUARDED = (("entry", "UPDATE"), ("audit", "UPDATE"), ("audit", "DELETE"))
FUNCTION = f"BEGIN RAISE EXCEPTION '{REFUSED}'; END"
BEFORE_UPDATE, BEFORE_DELETE_OR_TRUNCATE = 2 | 16, 2 | 8 | 32  # pg_trigger.tgtype
_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_POSTGRESQL = """
    SELECT tgname AS name, tgrelid::regclass::text AS of, tgtype AS kind, btrim(prosrc) AS does
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgqual IS NULL AND tgattr = ''
        AND pg_table_is_visible(tgrelid)
"""


def missing(connection: Connection) -> tuple[str, ...]:
    """The names of triggers that are not there as they were made."""
    of_sqlite = connection.dialect.name == "sqlite"
    there = _on_sqlite(connection) if of_sqlite else _on_postgresql(connection)
    wanted = {f"{table}_no_{change.lower()}": (table, change) for table, change in GUARDED}
    judge = _sqlite_trigger if of_sqlite else _postgresql_trigger
    return tuple(name for name, of in wanted.items() if there.get(name) != judge(name, *of))


def _on_sqlite(connection: Connection) -> Mapping[str, object]:
    return {row.name: row.sql for row in connection.execute(text(_SQLITE))}


def _sqlite_trigger(name: str, table: str, change: str) -> object:
    return (
        f"CREATE TRIGGER {name} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    )


def _on_postgresql(connection: Connection) -> Mapping[str, object]:
    rows = connection.execute(text(_POSTGRESQL))
    return {row.name: (row.of, row.kind, row.does) for row in rows}


def _postgresql_trigger(_: str, table: str, change: str) -> object:
    kind = BEFORE_UPDATE if change == "UPDATE" else BEFORE_DELETE_OR_TRUNCATE
    return table, kind, FUNCTION
