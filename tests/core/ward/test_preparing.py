"""`python -m core ward prepare`: refused without staff, else one line that `start.py` reads."""

import argparse
import sqlite3
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from core.cli import main
from core.records import people, pins
from core.records.opening import open_records
from core.settings import current
from core.ward import addresses, certificate, options, plan, preparing
from core.ward.plan import Plan

PC = "10.77.0.1"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, own_data_folder: Path) -> None:
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    own = lambda: (IPv4Address(PC), IPv4Address("10.9.0.1"))  # noqa: E731
    monkeypatch.setattr(addresses.served, "__defaults__", (own,))
    monkeypatch.setattr(addresses.names, "__defaults__", (lambda: "ward-pc",))


@pytest.fixture
def staff(machine: None, own_data_folder: Path) -> None:
    own_data_folder.mkdir(parents=True)
    records = open_records(current()).records
    people.add_first(records, "Chief", "274915")
    records.close()


def prepared(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[Plan, str]:
    assert main(["ward", "prepare", *more]) == 0
    said = capsys.readouterr()
    assert said.out.count("\n") == 1
    return plan.read(said.out), said.err


def refused(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert main(["ward", "prepare", *more]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def test_without_an_administrator_it_is_refused_and_nothing_is_made(
    capsys: pytest.CaptureFixture[str], own_data_folder: Path
) -> None:
    said = refused(capsys)
    assert "No administrator has a PIN yet" in said and "尚无管理员设置PIN码" in said
    assert "Start without --lan" in said
    assert not own_data_folder.exists()


def test_with_nurses_only_it_is_refused(
    capsys: pytest.CaptureFixture[str], own_data_folder: Path
) -> None:
    own_data_folder.mkdir(parents=True)
    records = open_records(current()).records
    people.add(records, "Nurse", "nurse", "274915")
    records.close()
    assert "No administrator has a PIN yet" in refused(capsys)


def test_records_that_cannot_be_opened_are_named(
    staff: None, capsys: pytest.CaptureFixture[str]
) -> None:
    current().key_file.unlink()
    said = refused(capsys)
    assert "the ward network stays closed" in said and "病区网络保持关闭" in said
    assert str(current().key_file) in said
    assert not (current().data / "ward").exists()


def test_the_plan_holds_what_start_needs(staff: None, capsys: pytest.CaptureFixture[str]) -> None:
    found, said = prepared(capsys)
    assert found.hosts == (PC, "10.9.0.1", "ward-pc", "ward-pc.local")
    assert found.urls[0] == f"https://{PC}:6006" and len(found.urls) == 4
    held = certificate.read(Path(found.certificate))
    assert held.fingerprint == found.fingerprint
    assert all(map(held.covers, found.hosts))
    assert "A certificate was made" in said and "已生成证书" in said
    assert "█" in found.qr
    again, said = prepared(capsys)
    assert (again, said) == (found, "")


def test_what_stands_in_the_way_of_the_certificate_is_said_and_not_blamed_on_the_records(
    staff: None, capsys: pytest.CaptureFixture[str]
) -> None:
    way = current().data / "ward"
    way.write_text("a file")
    said = refused(capsys)
    assert f"{way} is in the way" in said and f"{way} 占用了" in said
    assert "records" not in said


def test_an_address_of_another_machine_is_refused(
    staff: None, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, "--address", "10.77.0.99")
    assert f"Its addresses: {PC}, 10.9.0.1." in said


def test_without_encryption_there_is_no_certificate_and_it_is_said(
    staff: None, capsys: pytest.CaptureFixture[str]
) -> None:
    found, said = prepared(capsys, "--insecure", "--address", PC)
    assert found.urls[0] == f"http://{PC}:6006"
    assert (found.certificate, found.key, found.fingerprint) == ("", "", ())
    assert "unencrypted" in said and "未加密" in said
    assert not (current().data / "ward").exists()


def test_a_brought_certificate_decides_what_people_should_type(
    staff: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    now = certificate.datetime.now(certificate.UTC)
    certificate.make(tmp_path, ("auscult.hospital.example",), now)
    files = ["--cert", str(tmp_path / certificate.FILE), "--key", str(tmp_path / certificate.KEY)]
    assert "Add --name or --address" in refused(capsys, *files)
    found, said = prepared(capsys, *files, "--name", "auscult.hospital.example", "--address", PC)
    assert found.urls == ("https://auscult.hospital.example:6006",)
    assert f"is not valid for {PC}" in said
    (tmp_path / certificate.KEY).chmod(0o644)
    _, said = prepared(capsys, *files, "--name", "auscult.hospital.example")
    assert "Other users of this computer can read the key" in said


def test_the_records_stay_as_they_were(staff: None, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(capsys)
    with sqlite3.connect(current().data / "auscult.db") as database:
        assert database.execute("select count(*) from person").fetchone() == (1,)


def test_a_plan_survives_its_line() -> None:
    made = Plan((PC,), (f"https://{PC}:1",), "/c", "/k", ("AB CD",), "█\n▀ 病")
    assert plan.read(made.line()) == made and "\n" not in made.line()


def test_the_options_are_those_that_start_hands_on() -> None:
    parser = argparse.ArgumentParser()
    options.add_to(parser)
    asked = parser.parse_args(["prepare", "--address", PC, "--address", "10.9.0.1", "--insecure"])
    assert (asked.address, asked.name, asked.insecure) == ([PC, "10.9.0.1"], [], True)
    assert preparing.FOLDER == "ward"
