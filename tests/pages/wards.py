"""A ward with one person of each role, and who is signed in at this browser."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.records import people, sign_in
from core.records.people import Person
from core.records.roles import Role
from core.records.sign_in import SignedIn
from core.settings import current
from core.ui import keeping, server

PIN = "274915"


@dataclass
class Ward:
    """A ward with staff; `token` is what this browser's cookie holds."""

    people: dict[Role, Person] = field(default_factory=dict)
    token: str | None = None

    def enter(self, role: Role) -> str:
        answer = sign_in.sign_in(keeping.records(), self.people[role].id, PIN, "b" * 32)
        assert isinstance(answer, SignedIn)
        self.token = answer.token
        return answer.token


@pytest.fixture
def ward(monkeypatch: pytest.MonkeyPatch, own_data_folder: Path) -> Ward:
    """One person of each role; nobody is signed in."""
    current().data.mkdir(parents=True, exist_ok=True)
    records, made = keeping.records(), Ward()
    boss = people.add_first(records, "Chief", PIN)
    assert isinstance(boss, Person)
    made.people["administrator"] = boss
    for role in ("nurse", "doctor", "pharmacist"):
        person = people.add(records, f"A {role}", role, PIN, boss.id)  # type: ignore[arg-type]
        assert isinstance(person, Person)
        made.people[person.role] = person
    monkeypatch.setattr(server, "staff_token", lambda cookies: made.token)
    return made
