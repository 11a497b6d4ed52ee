"""`python -m core records …`: verify, head, rotate, backup, restore, erase, retention, pin.

Knows: sentences, exit codes (0 done, 1 something is not as it should be, 2 not done).
Does not know: how anything is done.
"""

import argparse
import sys
from collections.abc import Callable
from getpass import getpass

from core.i18n import Translator
from core.records import audit, backup, erase, people, rotate, verify
from core.records.keys import plain_reference
from core.records.opening import may_exist, open_records
from core.records.problems import RecordsProblem
from core.records.store import Records
from core.settings import Settings

Act = Callable[[Records, argparse.Namespace, Translator], int]


def run(options: argparse.Namespace, settings: Settings, t: Translator) -> int:
    """Runs one command; what goes wrong is raised as an `AuscultError`."""
    if options.command != "restore" and not may_exist(settings):
        raise RecordsProblem("records.problem.none", folder=settings.data)
    opened = open_records(settings)
    try:
        if opened.key_made:
            print(t("records.key.made", file=settings.key_file), file=sys.stderr)
        return _ACTS[options.command](opened.records, options, t)
    finally:
        opened.records.close()


def _verify(records: Records, options: argparse.Namespace, t: Translator) -> int:
    kept = records.head_file.read()
    with records.database.reading() as connection:
        ring = records.keys.ring()
        found = verify.verify(connection, ring, records.shares, kept, options.head)
    said = {
        "whole": "records.verify.whole",
        "gap": "records.verify.gap",
        "changed": "records.verify.changed",
        "cut": "records.verify.cut",
        "group_changed": "records.verify.group_changed",
        "group_gone": "records.verify.group_gone",
        "group_foreign": "records.verify.group_foreign",
        "entry_changed": "records.verify.entry_changed",
        "entry_gone": "records.verify.entry_gone",
        "entry_foreign": "records.verify.entry_foreign",
    }[found.state]
    print(t(said, n=found.lines, place=found.place))
    if kept is None and found.lines:
        print(t("records.verify.no_head", file=records.head_file.path))
    if linked := records.head_file.is_link():
        print(t("records.verify.head_link", file=records.head_file.path))
    if found.unguarded:
        print(t("records.verify.unguarded", names=", ".join(found.unguarded)))
    if found.unfinished:
        print(t("records.verify.unfinished", n=len(found.unfinished)))
    if found.closed:
        print(t("records.verify.closed", n=len(found.closed), folder=records.shares.folder))
    if waiting := len(records.outbox.waiting()):
        print(t("records.verify.waiting", n=waiting))
    wrong = found.unfinished or found.closed or found.unguarded or waiting or linked
    sound = found.state == "whole" and not wrong
    return 0 if sound and (kept is not None or not found.lines) else 1


def _head(records: Records, options: argparse.Namespace, t: Translator) -> int:
    with records.database.reading() as connection:
        newest = audit.head(connection)
    records.head_file.keep(newest)
    print(newest)
    return 0


def _rotate(records: Records, options: argparse.Namespace, t: Translator) -> int:
    n = rotate.rotate(records)
    print(t("records.rotate.done", n=n, file=records.keys.path))
    return 0


def _backup(records: Records, options: argparse.Namespace, t: Translator) -> int:
    n = backup.back_up(records, options.file)
    print(t("records.backup.done", n=n, file=options.file))
    keys = {"file": records.keys.path, "halves": records.shares.folder}
    print(t("records.backup.keys_apart", **keys))
    return 0


def _restore(records: Records, options: argparse.Namespace, t: Translator) -> int:
    done = backup.restore(records, options.file, options.force)
    print(t("records.restore.done", n=done.rows))
    if done.erased_again:
        print(t("records.restore.erased_again", n=done.erased_again))
    return 0


def _erase(records: Records, options: argparse.Namespace, t: Translator) -> int:
    if options.group is not None:
        done = erase.erase_group(records, options.group)
    else:
        typed = sys.stdin.readline() if options.patient == "-" else options.patient
        if not plain_reference(typed):
            print(t("records.erase.no_reference"), file=sys.stderr)
            return 2
        done = erase.erase_patient(records, typed)
        if not done.groups:
            print(t("records.erase.nobody"))
            return 1
    return _said(done, t)


def _pin(records: Records, options: argparse.Namespace, t: Translator) -> int:
    """For an administrator who forgot theirs: who may read the key file may do this."""
    named = people.shown_name(options.name).casefold()
    found = [p for p in people.everyone(records, active_only=True) if p.name.casefold() == named]
    if not found:
        print(t("records.pin.nobody", name=options.name), file=sys.stderr)
        return 2
    refused = people.reset_pin(records, found[0].id, _typed(t("own_pin.new")))
    if refused is None and options.administrator:
        refused = people.change_role(records, found[0].id, "administrator")
    print(t(f"people.refused.{refused}") if refused else t("people.done"))
    return 2 if refused else 0


def _typed(prompt: str) -> str:
    """Unseen at a terminal; a script gives it as a line."""
    return getpass(f"{prompt}: ") if sys.stdin.isatty() else sys.stdin.readline().strip()


def _retention(records: Records, options: argparse.Namespace, t: Translator) -> int:
    if options.set:
        erase.set_retention(records, *options.set)
    for kind, days in erase.retention(records).items():
        line = "records.retention.days" if days is not None else "records.retention.no_end"
        print(t(line, kind=kind, days=days))
    if options.erase_due:
        return _said(erase.erase_due(records), t)
    print(t("records.retention.due", n=len(erase.due(records))))
    return 0


def _said(done: erase.Erasure, t: Translator) -> int:
    print(t("records.erase.done", n=len(done.groups)))
    if not done.scrubbed:
        print(t("records.erase.remains"))
    return 0


_ACTS: dict[str, Act] = {
    "verify": _verify,
    "head": _head,
    "rotate": _rotate,
    "backup": _backup,
    "restore": _restore,
    "erase": _erase,
    "retention": _retention,
    "pin": _pin,
}
