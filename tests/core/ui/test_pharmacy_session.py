"""Storing one person's list keeps nobody else waiting for the database."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.records.drafts import Drafts
from core.ui.pharmacy import session

OWNER = "3f" * 16


def test_whose_list_it_is_was_asked_before_others_must_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def owner() -> str:
        held.append(session._writing.locked())
        return OWNER

    store = Drafts(tmp_path / "drafts")
    monkeypatch.setattr(session, "st", SimpleNamespace(session_state={}))
    monkeypatch.setattr(session, "owner", owner)
    monkeypatch.setattr(session, "drafts", lambda: store)
    monkeypatch.setattr(session.demo, "case", lambda: None)
    monkeypatch.setattr(session.staff, "look", lambda: None)
    monkeypatch.setattr(session.staff, "may", lambda *_: True)
    assert session.change(lambda worklist: worklist)
    assert held and not any(held)
    assert store.find(OWNER, session.SLOT)["revision"] == 1
