"""`python -m core ward prepare`: settles how tablets reach the app, or says why they may not.

Knows: the order (staff, addresses, certificate), what people are told on standard error in English
and Chinese, the one line of JSON for `start.py` on standard output.
Does not know: how the server is started.
"""

import argparse
import sys
from pathlib import Path

from core.errors import AuscultError
from core.i18n import SPOKEN, translator
from core.records import people
from core.records.opening import may_exist, open_records
from core.settings import Settings
from core.ward import addresses, certificate, invitation
from core.ward.certificate import Certificate
from core.ward.plan import Plan
from core.ward.problems import WardProblem

FOLDER = "ward"
DONE, REFUSED = 0, 1


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Prints the plan; 1 with a sentence and its way out when the ward stays closed."""
    try:
        plan = prepare(options, settings)
    except WardProblem as problem:
        tell(problem.key, **problem.values)
        return REFUSED
    except AuscultError as problem:
        _tell_records(problem)
        return REFUSED
    print(plan.line())
    return DONE


def prepare(options: argparse.Namespace, settings: Settings) -> Plan:
    """Every step in its order; raises an `AuscultError`."""
    require_staff(settings)
    served = addresses.served(options.address)
    names = addresses.names(options.name)
    if options.insecure:
        tell("ward.insecure")
        urls = invitation.urls((*served, *names), settings.port, tls=False)
        return Plan((*served, *names), urls, "", "", (), invitation.terminal(urls[0]))
    # A brought certificate often holds names only: what it covers is what people should type.
    held, key = _certificate(options, settings.data / FOLDER, served, names)
    covered = tuple(host for host in (*served, *names) if held.covers(host))
    urls = invitation.urls(covered, settings.port, tls=True)
    files = str(held.file.absolute()), str(key.absolute())
    qr = invitation.terminal(urls[0])
    return Plan((*served, *names), urls, *files, held.fingerprint, qr)


def require_staff(settings: Settings) -> None:
    """Raises when nobody has an administrator's PIN; makes nothing on disk to find that out."""
    if not may_exist(settings):
        raise WardProblem("ward.refused.no_staff")
    records = open_records(settings).records
    try:
        if not people.has_administrator(records):
            raise WardProblem("ward.refused.no_staff")
    finally:
        records.close()


def tell(key: str, **values: object) -> None:
    """Says a sentence to the person at the terminal."""
    for language in SPOKEN:
        print(translator(language)(key, **values), file=sys.stderr)


def _tell_records(problem: AuscultError) -> None:
    for language in SPOKEN:
        t = translator(language)
        said = t(problem.key, **problem.values)
        print(t("ward.refused.records", problem=said), file=sys.stderr)


def _certificate(
    options: argparse.Namespace,
    folder: Path,
    served: tuple[str, ...],
    names: tuple[str, ...],
) -> tuple[Certificate, Path]:
    if options.cert:
        held = certificate.brought(options.cert, options.key, (*served, *names))
        if certificate.open_to_others(options.key):
            tell("ward.key_open", file=options.key)
        for host in (*served, *options.name):
            if not held.covers(host.lower()):
                tell("ward.not_covered", host=host)
        return held, options.key
    held, why = certificate.own(folder, (*served, *names))
    said = {
        "first": "ward.made.first",
        "ending": "ward.made.ending",
        "host": "ward.made.host",
        "unusable": "ward.made.unusable",
    }
    if why in said:
        tell(said[why], ends=held.ends.date())
    return held, folder / certificate.KEY
