"""Every problem of the records has a sentence in every language, and a name for each cause."""

import ast
import sqlite3
import string

import psycopg.errors
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.i18n import LANGUAGES, Language, translator
from core.records import problems
from core.records.problems import (
    DatabaseAway,
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    RecordsProblem,
    Unavailable,
    named,
)
from core.settings import ROOT

NAMES = {
    name
    for name, kind in vars(problems).items()
    if isinstance(kind, type) and issubclass(kind, RecordsProblem)
}


def raised() -> list[tuple[str, set[str]]]:
    """Key and names of the values of every problem that the code makes."""
    found = []
    for path in sorted((ROOT / "core" / "records").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in NAMES and node.args:
                key = node.args[0]
                assert isinstance(key, ast.Constant), (path, node.lineno)
                found.append((str(key.value), {k.arg for k in node.keywords if k.arg}))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_sentence_that_its_values_fill(language: Language) -> None:
    made = raised()
    assert len({key for key, _ in made}) >= 15
    for key, values in made:
        sentence = translator(language).catalogue.gettext(key)
        assert sentence != key, key
        fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert fields <= values, (key, fields - values)


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("said by the driver")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY), DatabaseLocked),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), DatabaseLocked),
        (sqlite_error(sqlite3.SQLITE_FULL), DatabaseFull),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), DatabaseFull),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), DatabaseAway),
        (sqlite_error(sqlite3.SQLITE_READONLY), DatabaseAway),
        (sqlite_error(sqlite3.SQLITE_CORRUPT), DatabaseDamaged),
        (sqlite_error(sqlite3.SQLITE_NOTADB), DatabaseDamaged),
        (psycopg.OperationalError("connection refused"), DatabaseAway),
        (psycopg.errors.AdminShutdown(), DatabaseAway),
        (psycopg.errors.CannotConnectNow(), DatabaseAway),
        (psycopg.errors.InvalidPassword(), DatabaseAway),
        (psycopg.errors.ReadOnlySqlTransaction(), DatabaseAway),
        (psycopg.errors.QueryCanceled(), DatabaseLocked),
        (psycopg.errors.TooManyConnections(), DatabaseFull),
        (psycopg.errors.DiskFull(), DatabaseFull),
        (psycopg.errors.LockNotAvailable(), DatabaseLocked),
        (psycopg.errors.DeadlockDetected(), DatabaseLocked),
        (psycopg.errors.DataCorrupted(), DatabaseDamaged),
    ],
)
def test_each_cause_has_its_name(cause: Exception, kind: type[RecordsProblem]) -> None:
    with pytest.raises(kind) as caught, named():
        raise OperationalError("SELECT secret", {"patient": "secret"}, cause)
    assert "secret" not in f"{caught.value} {caught.value.detail}"
    assert isinstance(caught.value, Unavailable) is (kind is not DatabaseDamaged)


def test_what_is_a_fault_of_the_program_keeps_its_name() -> None:
    for cause in (sqlite_error(sqlite3.SQLITE_ERROR), psycopg.errors.UndefinedTable()):
        with pytest.raises(OperationalError), named():
            raise OperationalError("SELECT", {}, cause)
    with pytest.raises(IntegrityError), named():
        raise IntegrityError("INSERT", {}, sqlite3.IntegrityError("constraint"))
    with pytest.raises(DatabaseLocked), named():
        raise PoolTimeout("QueuePool limit")
