"""The ward's certificate: what a self-made one holds, when it is made anew, how one is brought."""

import hashlib
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from core.ward import certificate
from core.ward.certificate import FILE, KEY, RENEWED, brought, make, own, read
from core.ward.problems import WardProblem

HOSTS = ("10.77.0.1", "ward-pc", "ward-pc.local")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")


def test_the_first_one_names_the_machine_and_lives_397_days_at_most(tmp_path: Path) -> None:
    made, why = own(tmp_path / "ward", HOSTS, NOW)
    assert why == "first"
    assert set(made.hosts) == {*HOSTS, "localhost", "127.0.0.1"}
    assert made.begins < NOW < made.ends
    assert made.ends - made.begins == timedelta(days=397)
    parsed = x509.load_pem_x509_certificate((tmp_path / "ward" / FILE).read_bytes())
    key = parsed.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    constraints = parsed.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert constraints.ca is False


def test_the_fingerprint_is_the_one_a_browser_shows(tmp_path: Path) -> None:
    made, _ = own(tmp_path, HOSTS, NOW)
    der = ssl.PEM_cert_to_DER_cert((tmp_path / FILE).read_text())
    assert "".join(made.fingerprint).replace(" ", "") == hashlib.sha256(der).hexdigest().upper()
    assert [len(row.split()) for row in made.fingerprint] == [8, 8, 8, 8]


@POSIX
def test_key_and_folder_are_for_this_user_only(tmp_path: Path) -> None:
    own(tmp_path / "ward", HOSTS, NOW)
    assert (tmp_path / "ward").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "ward" / KEY).stat().st_mode & 0o777 == 0o600


def test_a_good_one_is_kept_to_the_byte(tmp_path: Path) -> None:
    own(tmp_path, HOSTS, NOW)
    before = (tmp_path / FILE).read_bytes(), (tmp_path / KEY).read_bytes()
    assert own(tmp_path, HOSTS[:1], NOW + timedelta(days=300))[1] == "kept"
    assert ((tmp_path / FILE).read_bytes(), (tmp_path / KEY).read_bytes()) == before


def other_key(folder: Path) -> None:
    make(folder / "other", HOSTS, NOW)
    (folder / "other" / KEY).replace(folder / KEY)


def cut(folder: Path) -> None:
    (folder / FILE).write_bytes((folder / FILE).read_bytes()[:100])


def readable(folder: Path) -> None:
    (folder / KEY).chmod(0o644)


@pytest.mark.parametrize(
    "spoil",
    [
        other_key,
        cut,
        lambda folder: (folder / KEY).unlink(),
        lambda folder: (folder / FILE).unlink(),
        pytest.param(readable, marks=POSIX),
    ],
)
def test_one_that_cannot_be_used_is_replaced(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    own(tmp_path, HOSTS, NOW)
    spoil(tmp_path)
    made, why = own(tmp_path, HOSTS, NOW)
    assert why == "unusable"
    assert certificate.belong_together(tmp_path / FILE, tmp_path / KEY)
    assert made.covers("10.77.0.1") and not certificate.open_to_others(tmp_path / KEY)


def test_one_about_to_end_or_without_an_address_is_replaced(tmp_path: Path) -> None:
    first, _ = own(tmp_path, HOSTS, NOW)
    late = first.ends - RENEWED + timedelta(seconds=1)
    renewed, why = own(tmp_path, HOSTS, late)
    assert (why, renewed.fingerprint != first.fingerprint) == ("ending", True)
    assert own(tmp_path, HOSTS, late)[1] == "kept"
    moved, why = own(tmp_path, ("10.77.0.9",), late)
    assert (why, moved.covers("10.77.0.9"), moved.covers("10.77.0.1")) == ("host", True, False)


def test_a_star_stands_for_one_part_of_a_name_and_no_address(tmp_path: Path) -> None:
    make(tmp_path, ("*.ward.example", "10.77.0.1"), NOW)
    held = read(tmp_path / FILE)
    assert held.covers("pc.ward.example") and held.covers("10.77.0.1")
    for other in ("a.b.ward.example", "ward.example", "pc.example", "10.77.0.2", "0.ward.exampl"):
        assert not held.covers(other)


@pytest.fixture
def hospital(tmp_path: Path) -> tuple[Path, Path]:
    make(tmp_path / "hospital", HOSTS, NOW)
    return tmp_path / "hospital" / FILE, tmp_path / "hospital" / KEY


def test_a_brought_one_is_taken_when_all_is_well(hospital: tuple[Path, Path]) -> None:
    assert brought(*hospital, ("10.0.0.1", "ward-pc"), NOW).covers("ward-pc")


def refused(file: Path, key: Path, now: datetime = NOW, hosts: tuple[str, ...] = HOSTS) -> str:
    with pytest.raises(WardProblem) as caught:
        brought(file, key, hosts, now)
    return caught.value.key


def test_a_brought_one_is_refused_with_what_is_wrong(
    hospital: tuple[Path, Path], tmp_path: Path
) -> None:
    file, key = hospital
    assert refused(tmp_path / "none", key) == "ward.refused.certificate"
    assert refused(key, key) == "ward.refused.certificate"
    assert refused(file, tmp_path / "none") == "ward.refused.key"
    assert refused(file, file) == "ward.refused.key"
    assert refused(file, key, NOW + timedelta(days=400)) == "ward.refused.date"
    assert refused(file, key, NOW - timedelta(days=2)) == "ward.refused.date"
    assert refused(file, key, hosts=("10.77.0.9", "elsewhere")) == "ward.refused.hosts"
    make(tmp_path / "second", HOSTS, NOW)
    assert refused(file, tmp_path / "second" / KEY) == "ward.refused.pair"


def test_a_key_with_a_password_is_refused(hospital: tuple[Path, Path], tmp_path: Path) -> None:
    file, key = hospital
    plain = load_pem_private_key(key.read_bytes(), None)
    locked = tmp_path / "locked.pem"
    lock = BestAvailableEncryption(b"a password")
    locked.write_bytes(plain.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    assert refused(file, locked) == "ward.refused.key"
