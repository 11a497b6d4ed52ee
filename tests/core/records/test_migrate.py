"""Opening a database: new, older, newer, half made, in use by others, unreachable, no database."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from house import House, started
from sqlalchemy import inspect, text

from core.errors import NotStored
from core.records import database, migrate, tables
from core.records.opening import open_records
from core.records.problems import (
    DatabaseAway,
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseNewer,
    MigrationUnfinished,
)

NEXT = '''
"""A later version, made up for the test."""
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    {then}
'''


@pytest.fixture
def later(tmp_path: Path) -> Callable[[str], Path]:
    """The scripts of a later version of the program."""

    def build(then: str) -> Path:
        scripts = tmp_path / "later"
        shutil.rmtree(scripts, ignore_errors=True)
        shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions" / "later.py").write_text(NEXT.format(then=then), "utf-8")
        return scripts

    return build


def test_the_migrations_lead_to_the_tables_that_the_program_uses(house: House) -> None:
    records = house.open().records
    with records.database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.METADATA) == []
        assert migrate.revision(connection) == "0004"
        assert len(inspect(connection).get_table_names()) == len(tables.METADATA.tables) + 1


def test_a_database_of_the_first_version_is_brought_up(house: House) -> None:
    old = database.connect(house.settings.data, house.settings.database)
    with old.writing() as connection:
        migrate.upgrade(connection, "0001")
        assert "staff_setting" not in inspect(connection).get_table_names()
    old.close()
    records = house.open().records
    with records.database.reading() as connection:
        assert migrate.revision(connection) == "0004"
        assert "staff_setting" in inspect(connection).get_table_names()
    assert len(list(house.settings.data.glob("auscult-before-0001-*.db"))) == (
        1 if records.database.file else 0
    )


def test_several_processes_open_a_new_database_at_once(house: House) -> None:
    script = (
        "from core.settings import current; from core.records.opening import open_records\n"
        "opened = open_records(current(), 20)\n"
        "print(opened.key_made, opened.records.new_group('visit').state)"
    )
    running = [started(house, script) for _ in range(3)]
    said = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert sorted(out.split() for out, _ in said) == [
        ["False", "stored"],
        ["False", "stored"],
        ["True", "stored"],
    ]
    assert len(house.open().records.groups()) == 3


def test_an_older_database_is_brought_up_and_copied_first(
    house: House, later: Callable[[str], Path]
) -> None:
    records = house.open().records
    entry = records.add(records.new_group("visit").id, "note", {"text": "before"}).id
    newer = open_records(house.settings, scripts=later("pass"))
    house.opened.append(newer)
    found = newer.records.read(entry)
    assert found is not None and found.content == {"text": "before"}
    with newer.records.database.reading() as connection:
        assert migrate.revision(connection) == "0005"
    copies = list(house.settings.data.glob("auscult-before-0004-*.db"))
    assert len(copies) == (1 if records.database.file else 0)
    for copy in copies:
        assert copy.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(copy)) as old:
            assert old.execute("SELECT id FROM entry").fetchall() == [(entry,)]
            assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0004",)


def test_a_newer_database_is_refused_and_left_as_it_is(
    house: House, later: Callable[[str], Path]
) -> None:
    records = open_records(house.settings, scripts=later("pass")).records
    entry = records.add(records.new_group("visit").id, "note", {"text": "new"}).id
    with pytest.raises(DatabaseNewer) as caught:
        house.open()
    assert caught.value.values == {"found": "0005"}
    assert records.read(entry) is not None
    records.close()


def test_a_migration_that_fails_half_way_leaves_the_old_database(
    house: House, later: Callable[[str], Path]
) -> None:
    records = house.open().records
    entry = records.add(records.new_group("visit").id, "note", {"text": "old"}).id
    with pytest.raises(ZeroDivisionError):
        open_records(house.settings, scripts=later("1 / 0"))
    again = house.open().records
    assert again.read(entry) is not None
    with again.database.reading() as connection:
        assert migrate.revision(connection) == "0004"
        assert "later" not in inspect(connection).get_table_names()


@pytest.mark.parametrize("missing", ["alembic_version", "sign_in_attempt"])
def test_a_half_finished_migration_has_its_own_name(house: House, missing: str) -> None:
    records = house.open().records
    entry = records.add(records.new_group("visit").id, "note", {"text": "kept"}).id
    with records.database.writing() as connection:
        connection.execute(text(f"DROP TABLE {missing}"))
    with pytest.raises(MigrationUnfinished):
        house.open()
    assert records.read(entry) is not None


def test_a_database_that_another_process_holds_is_named(house: House) -> None:
    records = house.open().records
    with records.database.writing(), pytest.raises(DatabaseLocked):
        house.open(patience=0.2)
    assert house.open().key_made is False


def test_no_database_where_it_should_be(house: House, tmp_path: Path) -> None:
    with pytest.raises(DatabaseAway):
        house.open(database=f"postgresql://auscult@/none?host={tmp_path}")
    blocked = tmp_path / "a file"
    blocked.write_text("in the way", "utf-8")
    with pytest.raises(NotStored):
        house.open(database="", data=blocked)


def test_a_file_that_is_no_database_is_left_alone(house_of: Callable[[str], House]) -> None:
    house = house_of("sqlite")
    house.settings.data.mkdir(parents=True)
    file = house.settings.data / "auscult.db"
    file.write_bytes(b"this was never a database" * 300)
    with pytest.raises(DatabaseDamaged):
        house.open()
    assert file.read_bytes() == b"this was never a database" * 300
    assert not house.settings.key_file.exists()
