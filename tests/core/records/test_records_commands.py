"""`python -m core records …`: exit codes and sentences, as an administrator meets them."""

import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from house import House, unguarded
from sqlalchemy import delete

from core import cli, settings
from core.i18n import LANGUAGES, translator
from core.records import audit, people, sign_in, tables

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this installation; gives exit code, output, errors."""
    for name, value in house.environment().items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()

    def call(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        code = cli.main(["records", *map(str, arguments), "--lang", lang])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_an_administrators_day(house: House, run: Run) -> None:
    records = house.open().records
    code, out, err = run("verify")
    assert (code, out, err) == (
        0,
        "The audit is whole, and every record is as it was stored. Audit lines: 0.\n",
        "",
    )
    group = records.new_group("visit", patient="P1").id
    entry = records.add(group, "note", {"text": "a"}).id
    assert run("verify") == (0, out.replace("0.", "2."), "")
    backup = house.root / "one.gz"
    code, out, _ = run("backup", backup)
    assert code == 0 and "Rows: 5." in out and str(records.shares.folder) in out
    assert run("rotate")[:2] == (
        0,
        f"A new master key version stands in {house.settings.key_file}; copy the file anew. "
        "Record groups sealed with it: 1.\n",
    )
    code, head, _ = run("head")
    assert code == 0 and re.fullmatch(r"4:[0-9a-f]{64}\n", head)
    assert run("verify", "--head", head.strip())[0] == 0
    assert run("restore", backup)[::2] == (
        2,
        "The database holds records already. Nothing was restored; --force replaces all of them "
        "by the backup.\n",
    )
    assert run("erase", "--patient", "p1") == (0, "Erased for good. Record groups: 1.\n", "")
    assert records.read(entry) is None
    code, out, _ = run("restore", backup, "--force")
    assert code == 0 and "erased again: 1." in out
    assert run("verify")[0] == 0
    code, out, _ = run("verify", "--head", head.strip())
    assert code == 1 and "line 4 is not the one that was noted" in out


def test_a_patients_reference_can_be_typed_without_standing_in_the_history(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = house.open().records.new_group("visit", patient="P2").id
    monkeypatch.setattr("sys.stdin", io.StringIO("P2\n"))
    assert run("erase", "--patient", "-")[:2] == (0, "Erased for good. Record groups: 1.\n")
    assert run("erase", "--group", group)[::2] == (2, f"There is no record with the id {group}.\n")


@pytest.mark.parametrize("typed", ["MRN１", " mrn1 ", "ｍｒｎ1"])
def test_a_reference_is_found_however_wide_it_is_typed(house: House, run: Run, typed: str) -> None:
    house.open().records.new_group("visit", patient="MRN1")
    assert run("erase", "--patient", typed)[:2] == (0, "Erased for good. Record groups: 1.\n")


def test_an_erase_that_meets_nobody_says_so(house: House, run: Run) -> None:
    records = house.open().records
    records.new_group("visit", patient="　")
    code, out, _ = run("erase", "--patient", "MRN2")
    assert code == 1 and out == (
        "No record group has this patient reference. Nothing was erased.\n"
    )
    for empty in ("", "　"):
        code, out, err = run("erase", "--patient", empty)
        assert (code, out) == (2, "") and "No patient reference was given" in err
    assert len(records.groups()) == 1


def test_lost_halves_of_the_keys_are_said(house: House, run: Run) -> None:
    records = house.open().records
    for _ in range(2):
        records.add(records.new_group("visit").id, "note", {"text": "a"})
    shutil.rmtree(records.shares.folder)
    code, out, _ = run("verify")
    assert code == 1
    assert f"half of the key is missing: 2. The halves belong in {records.shares.folder}" in out


def test_retention_is_shown_set_and_applied(house: House, run: Run) -> None:
    records = house.open().records
    assert run("retention", "--set", "report=0")[0] == 0
    records.new_group("report")
    code, out, _ = run("retention", lang="zh-CN")
    assert code == 0
    assert "visit：保存 5479 天" in out and "paper_library：保存至手动抹除" in out
    assert "已超过保存期的记录组数：1。" in out
    assert run("retention", "--erase-due")[1].endswith("Erased for good. Record groups: 1.\n")
    assert records.groups() == ()
    assert "report: kept until erased by hand" in run("retention", "--set", "report=")[1]


@pytest.mark.parametrize("period", ["letters=3", "visit=-1", "visit=x", "visit=36501"])
def test_a_period_that_makes_no_sense_is_a_wrong_call(period: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["records", "retention", "--set", period])
    assert ended.value.code == 2


def test_tampering_and_a_lost_head_are_said_in_every_language(house: House, run: Run) -> None:
    records = house.open().records
    records.add(records.new_group("visit").id, "note", {"text": "a"})
    records.head_file.path.unlink()
    code, out, _ = run("verify")
    assert code == 1 and "python -m core records head" in out
    assert run("head")[0] == 0
    assert run("verify")[0] == 0
    with records.database.writing() as connection:
        unguarded(connection)
        connection.execute(delete(tables.entry))
    said = {run("verify", lang=language)[:2] for language in LANGUAGES}
    assert {code for code, _ in said} == {1}
    assert len({out for _, out in said}) == len(LANGUAGES)


def test_a_key_that_is_gone_or_open_to_others_is_said(house: House, run: Run) -> None:
    house.open()
    file = house.settings.key_file
    file.chmod(0o644)
    code, out, err = run("verify")
    assert (code, out) == (2, "") and "mode 0644" in err and "0600" in err
    content = file.read_bytes()
    file.unlink()
    code, _, err = run("verify", lang="zh-TW")
    assert code == 2 and str(file) in err and "金鑰" in err
    file.write_bytes(json.dumps({"current": 1, "keys": {"1": "ab" * 32}}).encode())
    file.chmod(0o600)
    assert "does not belong to this database" in run("verify")[2]
    file.write_bytes(content)
    assert run("verify")[0] == 0


def test_what_waits_and_what_an_interrupted_erase_left_is_said(house: House, run: Run) -> None:
    records = house.open(patience=0.2).records
    group, other = records.new_group("visit").id, records.new_group("visit").id
    with house.open().records.database.writing():
        records.add(other, "note", {"text": "a"})
    (file,) = records.outbox.waiting()
    kept = Path(file).read_bytes()
    assert run("verify")[0] == 0  # opening stored it
    file.write_bytes(kept[:-1])  # one that its key does not open
    records.shares.destroy(group)
    code, out, _ = run("verify")
    assert code == 1
    assert "wait for the database: 1." in out and "still stand: 1." in out


def test_the_only_administrator_who_forgot_their_pin_gets_a_new_one(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = house.open().records
    chief = people.add_first(records, "王 主任", "274915")
    assert isinstance(chief, people.Person)
    for typed, code, said in (
        ("123456\n", 2, "people.refused.pin_simple"),
        ("830562\n", 0, "people.done"),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        found = run("pin", "王  主任")
        assert (found[0], found[1]) == (code, translator("en")(said) + "\n")
    assert run("pin", "Nobody")[::2] == (2, "Nobody active is called “Nobody”.\n")
    answer = sign_in.sign_in(records, chief.id, "830562", "b" * 32)
    assert isinstance(answer, sign_in.SignedIn)
    with records.database.reading() as connection:
        acts = [(line.action, line.person) for line in audit.newest(connection, 2)]
    assert ("pin_changed", None) in acts


def test_an_administrator_is_made_again(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = house.open().records
    people.add_first(records, "Chief", "274915")
    with records.database.writing() as connection:
        connection.exec_driver_sql("UPDATE person SET role = 'nurse'")
    monkeypatch.setattr("sys.stdin", io.StringIO("830562\n"))
    assert run("pin", "chief", "--administrator")[0] == 0
    assert people.has_administrator(records)


def test_a_command_without_records_says_so_and_makes_nothing(
    house: House, run: Run, tmp_path: Path
) -> None:
    if house.settings.database:  # a named one is always asked
        assert run("verify")[0] == 0
        return
    folder = tmp_path / "elsewhere"
    for command in ("verify", "head", "rotate", "retention"):
        code, out, err = run(command)
        assert (code, out) == (2, "") and str(house.settings.data) in err
        assert not house.settings.data.exists() or not any(house.settings.data.iterdir())
        assert not house.settings.key_file.exists()
    house.open().records.close()
    assert run("verify")[0] == 0
    code = cli.main(["records", "--data", str(folder), "verify", "--lang", "en"])
    assert code == 2 and not folder.exists()


def test_a_head_that_is_a_link_and_triggers_that_are_gone_are_problems(
    house: House, run: Run
) -> None:
    records = house.open().records
    records.new_group("visit")
    head, elsewhere = records.head_file.path, house.root / "elsewhere"
    assert run("verify")[0] == 0
    head.rename(elsewhere)
    head.symlink_to(elsewhere)
    code, out, _ = run("verify")
    assert code == 1 and f"{head} is a link" in out
    head.unlink()
    elsewhere.rename(head)
    assert run("verify")[0] == 0
    with records.database.writing() as connection:
        unguarded(connection)
    code, out, _ = run("verify")
    assert code == 1 and "audit_no_update, audit_no_delete missing or replaced" in out
