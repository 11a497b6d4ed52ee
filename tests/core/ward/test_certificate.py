"""The ward's certificate: what a self-made one holds, when it is made anew, how one is brought."""

import hashlib
import os
import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from core.ward import certificate, pem
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


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero")
def test_what_is_no_file_or_too_long_is_not_read(
    hospital: tuple[Path, Path], tmp_path: Path
) -> None:
    file, key = hospital
    endless, pipe, long = Path("/dev/zero"), tmp_path / "pipe", tmp_path / "long"
    os.mkfifo(pipe)
    long.write_bytes(file.read_bytes() + b"\n" * pem.MOST_BYTES)
    for odd in (endless, pipe, long, tmp_path):
        assert refused(odd, key) == "ward.refused.certificate"
        assert refused(file, odd) == "ward.refused.key"
    linked = tmp_path / "live.pem"
    linked.symlink_to(file)
    assert brought(linked, key, HOSTS, NOW).covers("ward-pc")


def signed(folder: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> tuple[Path, Path]:
    """A certificate as a hospital might bring it, for this key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ward-pc")])
    names = x509.SubjectAlternativeName([x509.DNSName("ward-pc")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + RENEWED)
    made = builder.add_extension(names, False).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file, kept = folder / "brought.pem", folder / "brought.key"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    kept.write_bytes(private)
    return file, kept


def test_keys_and_signatures_that_browsers_refuse_are_refused(tmp_path: Path) -> None:
    for key, said in (
        (rsa.generate_private_key(65537, 1024), "ward.refused.weak_key"),
        (ec.generate_private_key(ec.SECP224R1()), "ward.refused.weak_key"),
    ):
        assert refused(*signed(tmp_path, key)) == said
    for good in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())):
        assert brought(*signed(tmp_path, good), HOSTS, NOW).covers("ward-pc")
    file, key_file = tmp_path / "sha1.pem", tmp_path / "sha1.key"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -sha1 -subj /CN=ward-pc -days 30"
    more = ["-addext", "subjectAltName=DNS:ward-pc", "-out", str(file), "-keyout", str(key_file)]
    subprocess.run([*command.split(), *more], check=True, capture_output=True, timeout=60)
    assert refused(file, key_file, datetime.now(UTC)) == "ward.refused.weak_hash"
    subprocess.run(
        [*command.replace("2048", "512").replace("sha1", "sha256").split(), *more],
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert refused(file, key_file, datetime.now(UTC)) == "ward.refused.weak_key"


def not_kept(folder: Path) -> tuple[str, object]:
    with pytest.raises(WardProblem) as caught:
        own(folder, HOSTS, NOW)
    named = caught.value.values
    return caught.value.key, named.get("file", named.get("folder"))


def test_what_is_in_the_way_of_the_own_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "ward"
    folder.write_text("a file")
    assert not_kept(folder) == ("ward.refused.in_the_way", folder)
    assert folder.read_text() == "a file"
    folder.unlink()
    for name in (FILE, KEY):
        (folder / name).mkdir(parents=True)
        assert not_kept(folder) == ("ward.refused.in_the_way", folder / name)
        (folder / name).rmdir()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that takes no file")
def test_a_folder_that_takes_nothing_is_named() -> None:
    assert not_kept(Path("/proc/ward")) == ("ward.refused.folder", Path("/proc/ward"))


@POSIX
def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "ward"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    assert not_kept(folder) == ("ward.refused.link", folder)
    assert list(elsewhere.iterdir()) == []
    folder.unlink()
    folder.mkdir(0o700)
    for target in (elsewhere / "nothing", elsewhere / "some"):
        for name in (FILE, KEY):
            (folder / name).symlink_to(target)
            assert not_kept(folder) == ("ward.refused.link", folder / name)
            (folder / name).unlink()
        (elsewhere / "some").write_text("kept")
    assert (elsewhere / "some").read_text() == "kept" and not (elsewhere / "nothing").exists()


@POSIX
def test_a_folder_that_others_may_open_is_closed_and_its_key_no_longer_trusted(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "ward"
    first, _ = own(folder, HOSTS, NOW)
    for mode, why in ((0o755, "kept"), (0o777, "unusable"), (0o700, "kept")):
        folder.chmod(mode)
        assert own(folder, HOSTS, NOW)[1] == why
        assert folder.stat().st_mode & 0o777 == 0o700
    assert read(folder / FILE).fingerprint != first.fingerprint
