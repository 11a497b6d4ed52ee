"""PEM files: read within bounds, and judged by how hard they are to forge.

Knows: only a regular file of 1 MiB at most is read; what browsers refuse as too weak.
Does not know: what a certificate holds for (`certificate`).
"""

from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from core.ward.problems import WardProblem

MOST_BYTES = 2**20
LEAST_BITS = {"RSA": 2048, "ECDSA": 256}
BROKEN = ("md5", "sha1")


def content(file: Path) -> bytes:
    """The bytes of a regular file; raises `OSError` or `ValueError`."""
    if not file.is_file():
        raise ValueError("no such file, or no regular one")
    with file.open("rb") as opened:
        found = opened.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise ValueError("longer than 1 MiB")
    return found


def certificates(file: Path) -> list[x509.Certificate]:
    """The certificates of a file, that of the server first; raises `OSError` or `ValueError`."""
    return x509.load_pem_x509_certificates(content(file))


def must_be_strong(file: Path) -> None:
    """Raises `WardProblem` for a key or a signature in a chain that browsers refuse."""
    for number, found in enumerate(certificates(file)):
        kind, bits = _size(found)
        if kind and bits < LEAST_BITS[kind]:
            least = LEAST_BITS[kind]
            raise WardProblem("ward.refused.weak_key", file=file, kind=kind, bits=bits, least=least)
        is_root = number > 0 and found.issuer == found.subject  # nobody reads its signature
        used = found.signature_hash_algorithm
        if not is_root and used is not None and used.name in BROKEN:
            raise WardProblem("ward.refused.weak_hash", file=file, hash=used.name.upper())


def _size(found: x509.Certificate) -> tuple[Literal["RSA", "ECDSA", ""], int]:
    """Kind and bits of a key; the other kinds have one size, which is enough."""
    key = found.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ECDSA", key.key_size
    return "", 0
