"""PINs of staff: which are refused as too simple, and how one is kept and compared.

Knows: Argon2id with the library's parameters (RFC 9106, 64 MiB); two comparisons run at a time, so
that many attempts cannot take the memory of the machine.
Does not know: people, attempts. Six digits are guessable: `sign_in` is what slows guessing.
"""

import threading
import unicodedata
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PinProblem = Literal["pin_short", "pin_long", "pin_digits", "pin_simple"]
SHORTEST, LONGEST = 6, 32
FEWEST_DIGITS = 3  # different ones
_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)


def typed(pin: str) -> str:
    """A PIN as it is compared: full-width digits of a Chinese keyboard count like the others."""
    return unicodedata.normalize("NFKC", pin).strip()


def problem(pin: str) -> PinProblem | None:
    """Why a PIN is not taken; None when it is."""
    pin = typed(pin)
    if not (pin.isascii() and pin.isdecimal()):
        return "pin_digits"
    if len(pin) < SHORTEST:
        return "pin_short"
    if len(pin) > LONGEST:
        return "pin_long"
    return "pin_simple" if _is_simple(pin) else None


def hashed(pin: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(typed(pin))


def matches(pin_hash: str, pin: str) -> bool:
    """Whether this is the PIN."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(pin_hash, typed(pin))
        except (VerificationError, InvalidHashError):
            return False


def _is_simple(pin: str) -> bool:
    """Few different digits, a run (123456, 987654), a repetition (123123), or pairs (112233)."""
    return (
        len(set(pin)) < FEWEST_DIGITS
        or _is_run(pin)
        or _is_repetition(pin)
        or (pin[::2] == pin[1::2] and _is_run(pin[::2]))
    )


def _is_run(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in zip(pin, pin[1:], strict=False)}
    return steps <= {1} or steps <= {9}


def _is_repetition(pin: str) -> bool:
    return pin in (pin + pin)[1:-1]
