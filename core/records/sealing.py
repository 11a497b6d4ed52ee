"""AES-GCM of one field: the sealed bytes open only with their key and at their place.

Knows: key, content, and the place (table, row, column) that is bound as associated data.
Does not know: where keys come from.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.records.problems import KeyWrong

KEY = 32  # bytes: AES-256
_NONCE = 12


def seal(key: bytes, clear: bytes, *place: str) -> bytes:
    """Nonce and ciphertext; the nonce is random, a key seals far fewer than 2**32 fields."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, clear, _bound(place))


def unseal(key: bytes, sealed: bytes, *place: str) -> bytes:
    """The content; raises `KeyWrong` for another key, another place or changed bytes."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(place))
    except (InvalidTag, ValueError) as problem:
        raise KeyWrong("records.problem.seal", "|".join(place)) from problem


def _bound(place: tuple[str, ...]) -> bytes:
    return "\x1f".join(place).encode()
