"""The interaction knowledge of this machine: tables, profiles, version, and what is missing.

Knows: how to load it once and how to compare two drugs of it, remembering the answer.
Does not know: the list of a patient. Nothing that a person typed is kept here.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from core.pharmacy.derivation import Deriver, Profile, profile
from core.pharmacy.facts import Drug
from core.pharmacy.findings import Derivation
from core.pharmacy.loading import Loader, Tables
from core.settings import current

# Tables that decide no grade; without any other one, no pair counts as fully checked.
DECIDE_NOTHING = ("sources", "timing")


@dataclass(slots=True)
class Knowledge:
    """Loaded tables; `version` is the release date, `digest` names the exact content."""

    tables: Tables
    version: str
    digest: str
    profiles: dict[str, Profile]
    deriver: Deriver
    _derived: dict[tuple[str, str], Derivation] = field(default_factory=dict)

    @property
    def drugs(self) -> dict[str, Drug]:
        return self.tables.drugs

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of tables that could not be read and without which no pair is fully checked."""
        return tuple(name for name in self.tables.problems if name not in DECIDE_NOTHING)

    def derive(self, a: Profile, b: Profile) -> Derivation:
        """Findings between two drugs; remembered for table drugs, not for those from a label."""
        if "label" in (a.drug.coverage, b.drug.coverage):
            return self.deriver.pair(a, b)
        key = (a.drug.id, b.drug.id)
        if key not in self._derived:
            self._derived[key] = self.deriver.pair(a, b)
        return self._derived[key]


def load(folder: Path) -> Knowledge:
    """Reads `folder`; never raises for a bad table, which is named in `tables.problems` instead."""
    tables = Loader(folder).load()
    profiles = {drug.id: profile(drug, tables) for drug in tables.drugs.values()}
    deriver = Deriver(tables, profiles)
    return Knowledge(tables, tables.version, _digest(folder), profiles, deriver)


@cache
def knowledge() -> Knowledge:
    """The knowledge of this process, loaded at first use."""
    return load(current().assets / "pharmacy")


def _digest(folder: Path) -> str:
    """First 12 hex digits of the SHA-256 over all tables: a result names its exact basis."""
    content = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        content.update(path.name.encode() + b"\0" + _bytes(path))
    return content.hexdigest()[:12]


def _bytes(path: Path) -> bytes:
    """What cannot be read is a problem of its table already."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
