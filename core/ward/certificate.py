"""The certificate that the ward is served with: made here, or brought by the hospital.

Knows: what a self-made one holds, when it must be made again, what a brought one must fulfil.
Does not know: whether a browser trusts it; of a self-made one people compare the fingerprint.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.errors import NotStored
from core.records import files
from core.ward import own_folder, pem
from core.ward.addresses import is_address
from core.ward.problems import WardProblem

FILE, KEY = "certificate.pem", "key.pem"
LIFE = timedelta(days=397)  # browsers refuse more (CA/Browser Forum, 398 days)
RENEWED = timedelta(days=30)  # before its end
CLOCKS = timedelta(days=1)  # a tablet's clock may be behind
MACHINE = ("localhost", "127.0.0.1")
NAMED = 64  # characters a common name may have (RFC 5280)

Made = Literal["kept", "first", "ending", "host", "unusable"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """`hosts`: the addresses and names it holds for. `fingerprint`: SHA-256 in rows of pairs."""

    file: Path
    hosts: tuple[str, ...]
    begins: datetime
    ends: datetime
    fingerprint: tuple[str, ...]

    def covers(self, host: str) -> bool:
        """A name of the certificate may begin with `*.`, which stands for one part."""
        wild = "" if is_address(host) else "*." + host.partition(".")[2]
        return host in self.hosts or wild in self.hosts


def read(file: Path) -> Certificate:
    """The first certificate of a PEM file; raises `OSError` or `ValueError`."""
    found = pem.certificates(file)[0]
    fingerprint = _rows(found.fingerprint(hashes.SHA256()).hex(" ").upper())
    return Certificate(
        file, _hosts(found), found.not_valid_before_utc, found.not_valid_after_utc, fingerprint
    )


def belong_together(file: Path, key: Path) -> bool:
    """Whether a key is that of a certificate; raises `OSError`, `ValueError` or `TypeError`."""
    private = load_pem_private_key(pem.content(key), password=None)
    public = pem.certificates(file)[0].public_key()
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(*form) == public.public_bytes(*form)


def open_to_others(key: Path) -> bool:
    """Whether other users of this machine can read a file; Windows says that elsewhere."""
    return os.name == "posix" and bool(key.stat().st_mode & 0o077)


def own(
    folder: Path, hosts: Sequence[str], now: datetime | None = None
) -> tuple[Certificate, Made]:
    """The certificate of this installation, made again where it must be, and why.

    Raises `WardProblem` when it cannot be kept where it belongs.
    """
    now = now or datetime.now(UTC)
    try:
        ours_alone = own_folder.settle(folder, (FILE, KEY))
        why = _why_new(folder, hosts, now)
        if why == "kept" and not ours_alone:
            why = "unusable"  # the key may be known to whoever could put it there
        if why != "kept":
            make(folder, hosts, now)
        return read(folder / FILE), why
    except (OSError, NotStored) as problem:
        raise WardProblem("ward.refused.folder", str(problem), folder=folder) from problem


def _why_new(folder: Path, hosts: Sequence[str], now: datetime) -> Made:
    file, key = folder / FILE, folder / KEY
    if not file.exists() and not key.exists():
        return "first"
    try:
        held = read(file)
        usable = belong_together(file, key) and not open_to_others(key)
    except (OSError, ValueError, TypeError):
        return "unusable"
    if not usable:
        return "unusable"
    if not held.begins <= now <= held.ends - RENEWED:
        return "ending"
    return "kept" if all(map(held.covers, hosts)) else "host"


def make(folder: Path, hosts: Sequence[str], now: datetime) -> None:
    """A new key (ECDSA P-256) and its certificate, in a folder for this user only."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Auscult"),
            x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:NAMED]),
        ]
    )
    held = [_general(host) for host in dict.fromkeys((*hosts, *MACHINE))]
    begins = now - CLOCKS
    made = (
        x509.CertificateBuilder(subject, subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + LIFE)
        .add_extension(x509.SubjectAlternativeName(held), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signing_only(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files.put(folder / KEY, private)
    files.put(folder / FILE, made.public_bytes(Encoding.PEM))


def brought(
    file: Path, key: Path, hosts: Sequence[str], now: datetime | None = None
) -> Certificate:
    """A certificate of the hospital; raises `WardProblem` when it cannot be served."""
    now = now or datetime.now(UTC)
    try:
        held = read(file)
    except (OSError, ValueError) as why:
        raise WardProblem("ward.refused.certificate", str(why), file=file) from why
    pem.must_be_strong(file)
    try:
        fits = belong_together(file, key)
    except (OSError, ValueError, TypeError) as why:  # TypeError: a password is needed
        raise WardProblem("ward.refused.key", str(why), file=key) from why
    if not fits:
        raise WardProblem("ward.refused.pair", file=file, private=key)
    if not held.begins <= now <= held.ends:
        begins, ends = held.begins.date(), held.ends.date()
        raise WardProblem("ward.refused.date", file=file, begins=begins, ends=ends)
    if not any(map(held.covers, hosts)):
        known, served = ", ".join(held.hosts) or "–", ", ".join(hosts)
        raise WardProblem("ward.refused.hosts", file=file, held=known, served=served)
    return held


def _signing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(host: str) -> x509.GeneralName:
    if is_address(host):
        return x509.IPAddress(ipaddress.ip_address(host))
    return x509.DNSName(host)


def _hosts(found: x509.Certificate) -> tuple[str, ...]:
    try:
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:  # browsers no longer read the common name
        return ()
    addresses = map(str, held.get_values_for_type(x509.IPAddress))
    return (*addresses, *(name.lower() for name in held.get_values_for_type(x509.DNSName)))


def _rows(pairs: str, each: int = 8) -> tuple[str, ...]:
    """`AB CD …` in rows, so that two people can compare them aloud."""
    split = pairs.split(" ")
    return tuple(" ".join(split[n : n + each]) for n in range(0, len(split), each))
