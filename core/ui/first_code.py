"""The one-time code for the first administrator, printed in the terminal and nowhere else.

Knows: whoever can read the terminal of the server may set up staff; others cannot guess 49 bits.
Limits: another server process on the same database prints a code of its own.
"""

import hmac
import logging
import secrets
from functools import cache

from core.errors import AuscultError
from core.i18n import SPOKEN, translator
from core.records import people
from core.settings import current
from core.ui import keeping

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read as something else
LOG = logging.getLogger("auscult")


@cache
def code() -> str:
    """The code of this process, in two groups."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{drawn[:5]}-{drawn[5:]}"


def announce() -> None:
    """Prints the code once, unless an administrator exists."""
    if current().shared:  # staff is set up at the machine, before tablets can reach it
        return
    try:
        if keeping.may_exist() and people.has_administrator(keeping.records()):
            return
    except AuscultError as problem:
        LOG.warning("the records cannot be opened: %s", problem.detail or problem.key)
        return
    _print()


@cache
def _print() -> None:
    for language in SPOKEN:
        print(translator(language)("people.first.terminal", code=code()), flush=True)


def is_right(typed: str) -> bool:
    bare = "".join(char for char in typed.upper() if char in ALPHABET)
    return hmac.compare_digest(bare, code().replace("-", ""))
