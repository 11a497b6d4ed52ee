"""The options of `python -m core records …`; kept apart so that reading them needs no database.

Knows: which commands there are and what they take.
Does not know: what they do (see `commands`).
"""

import argparse
from pathlib import Path

from core.records.head import parse_head
from core.records.kinds import KINDS, GroupKind

LONGEST = 36_500  # days, a hundred years


def add_to(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """Adds the commands with their options, and returns them."""
    commands = parser.add_subparsers(dest="command", required=True)
    verifying = commands.add_parser("verify", help="check the audit chain and the records")
    verifying.add_argument("--head", type=parse_head, help="a head that was noted before")
    commands.add_parser("head", help="print the newest line of the audit, to be noted elsewhere")
    commands.add_parser("rotate", help="make a new master key version")
    saving = commands.add_parser("backup", help="write a backup; the keys are not in it")
    saving.add_argument("file", type=Path)
    restoring = commands.add_parser("restore", help="put a backup in place of the database")
    restoring.add_argument("file", type=Path)
    restoring.add_argument("--force", action="store_true", help="also when records would be lost")
    erasing = commands.add_parser("erase", help="erase a patient or a record group for good")
    what = erasing.add_mutually_exclusive_group(required=True)
    what.add_argument("--patient", metavar="REF", help="the reference; - reads it from input")
    what.add_argument("--group", metavar="ID")
    keeping = commands.add_parser("retention", help="how long each kind is kept, and what is due")
    keeping.add_argument(
        "--set", type=_period, metavar="KIND=DAYS", help="for new groups; KIND= for no end"
    )
    keeping.add_argument("--erase-due", action="store_true", help="erase what is past its time")
    helping = commands.add_parser("pin", help="give somebody a new PIN, read from the terminal")
    helping.add_argument("name", help="as on the page People")
    helping.add_argument("--administrator", action="store_true", help="and make them one")
    return list(commands.choices.values())


def _period(typed: str) -> tuple[GroupKind, int | None]:
    name, _, days = typed.partition("=")
    for kind in KINDS:
        if typed == f"{kind}=":
            return kind, None
        if kind == name and days.isdecimal() and int(days) <= LONGEST:
            return kind, int(days)
    kinds = ", ".join(KINDS)
    raise argparse.ArgumentTypeError(f"{typed}: KIND=DAYS, at most {LONGEST}, KIND one of {kinds}")
