"""Drafts belong to one browser, say nothing on disk to anybody else, and survive a full disk."""

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import NotStored
from core.records.drafts import KEPT_SECONDS, Drafts, Found

OWNER, OTHER = "3f" * 16, "a0" * 16
CANARY = "阿托伐他汀-canary-0815"
VALUE = {"lines": [CANARY, 2.5, None, True], "empty": {}}


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path / "data" / "drafts")


def files(drafts: Drafts) -> list[Path]:
    return sorted(drafts.folder.iterdir())


def test_what_was_saved_is_found_also_by_a_new_process(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    assert Drafts(drafts.folder).find(OWNER, "pharmacy") == VALUE


def test_the_newest_value_replaces_the_old_one(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", {"n": 1})
    drafts.save(OWNER, "pharmacy", {"n": 2})
    assert drafts.find(OWNER, "pharmacy") == {"n": 2}
    assert len(files(drafts)) == 1


def test_another_owner_and_another_slot_find_nothing(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    assert drafts.find(OTHER, "pharmacy") is None
    assert drafts.find(OWNER, "other") is None
    assert drafts.find("", "pharmacy") is None


def test_owners_do_not_disturb_each_other(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", 1)
    drafts.save(OTHER, "pharmacy", 2)
    drafts.save(OTHER, "pharmacy", 3)
    assert drafts.find(OWNER, "pharmacy") == 1
    assert drafts.find(OTHER, "pharmacy") == 3


def test_a_file_moved_to_another_owner_cannot_be_opened(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    (mine,) = files(drafts)
    drafts.save(OTHER, "pharmacy", 1)
    (theirs,) = set(files(drafts)) - {mine}
    theirs.write_bytes(mine.read_bytes())
    assert drafts.find(OTHER, "pharmacy") is None


def test_the_disk_tells_neither_content_nor_owner_nor_slot(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    drafts.save(OWNER, "pharmacy", VALUE)
    (path,) = files(drafts)
    seen = path.name.encode() + path.read_bytes()
    for secret in (CANARY, "canary", OWNER, "pharmacy", "lines"):
        assert secret.encode() not in seen
        assert secret.encode("utf-16-le") not in seen


def test_the_same_value_is_sealed_differently_each_time(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    first = files(drafts)[0].read_bytes()
    drafts.save(OWNER, "pharmacy", VALUE)
    assert files(drafts)[0].read_bytes() != first


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_this_account_may_read(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    assert stat.S_IMODE(drafts.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(drafts.folder.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(files(drafts)[0].stat().st_mode) == 0o600


def full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_full_disk_is_told_and_keeps_the_old_value(
    drafts: Drafts, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    before = files(drafts)
    with monkeypatch.context() as disk:
        disk.setattr(os, call, full)
        with pytest.raises(NotStored) as caught:
            drafts.save(OWNER, "pharmacy", {"n": 2})
    assert caught.value.key == "error.not_stored"
    assert str(errno.ENOSPC) in caught.value.detail
    assert CANARY not in caught.value.detail
    assert drafts.find(OWNER, "pharmacy") == VALUE
    assert files(drafts) == before


def test_a_failed_replace_keeps_the_old_value(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", full)
        with pytest.raises(NotStored):
            drafts.save(OWNER, "pharmacy", 2)
    assert drafts.find(OWNER, "pharmacy") == VALUE
    assert len(files(drafts)) == 1


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "drafts"):
        with pytest.raises(NotStored):
            Drafts(folder).save(OWNER, "pharmacy", VALUE)
        assert Drafts(folder).find(OWNER, "pharmacy") is None


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 30, -1])
def test_a_torn_file_is_no_draft(drafts: Drafts, length: int) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    (path,) = files(drafts)
    path.write_bytes(path.read_bytes()[:length])
    assert drafts.find(OWNER, "pharmacy") is None


def test_a_draft_that_cannot_be_opened_is_told_from_none_and_can_be_set_aside(
    drafts: Drafts,
) -> None:
    assert drafts.look(OWNER, "pharmacy") == Found("absent")
    drafts.save(OWNER, "pharmacy", VALUE)
    assert drafts.look(OWNER, "pharmacy") == Found("found", VALUE)
    (path,) = files(drafts)
    path.write_bytes(b"torn")
    assert drafts.look(OWNER, "pharmacy") == Found("unreadable")
    drafts.set_aside(OWNER, "pharmacy")
    assert drafts.look(OWNER, "pharmacy") == Found("absent")
    drafts.save(OWNER, "pharmacy", 1)
    assert path.with_name(f"{path.name}.bad").read_bytes() == b"torn"
    drafts.set_aside(OTHER, "pharmacy")  # there is none, and no harm


def test_a_changed_byte_is_no_draft(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    (path,) = files(drafts)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert drafts.find(OWNER, "pharmacy") is None


def test_an_expired_draft_is_refused_and_removed_without_a_sweep(drafts: Drafts) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    (path,) = files(drafts)
    now = 1_800_000_000.0
    os.utime(path, (now - KEPT_SECONDS, now - KEPT_SECONDS))
    assert drafts.find(OWNER, "pharmacy", now) == VALUE
    assert drafts.find(OWNER, "pharmacy", now + 1) is None
    assert files(drafts) == []


def test_an_expired_draft_that_cannot_be_removed_is_refused_all_the_same(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.save(OWNER, "pharmacy", VALUE)
    (path,) = files(drafts)
    os.utime(path, (0, 0))
    monkeypatch.setattr(Path, "unlink", full)
    assert drafts.find(OWNER, "pharmacy") is None
    assert drafts.sweep() == 1
    assert files(drafts) == [path]


def test_a_sweep_is_not_stopped_by_a_file_that_vanishes(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.save(OWNER, "old", 1)
    (old,) = files(drafts)
    os.utime(old, (0, 0))
    gone = old.with_name("gone")
    monkeypatch.setattr(Path, "glob", lambda folder, pattern: iter((gone, old)))
    assert drafts.sweep() == 1
    assert not old.exists()


def test_only_what_nobody_touched_for_a_day_is_swept(drafts: Drafts) -> None:
    drafts.save(OWNER, "old", 1)
    (old,) = files(drafts)
    unfinished = old.with_name(f"{old.name}.ab12")
    unfinished.write_bytes(b"half")
    drafts.save(OWNER, "new", 2)
    now = 1_800_000_000.0
    for path in files(drafts):
        age = 10 if path not in (old, unfinished) else KEPT_SECONDS + 1
        os.utime(path, (now - age, now - age))
    assert drafts.sweep(now) == 2
    assert drafts.find(OWNER, "old") is None
    assert drafts.find(OWNER, "new") == 2
    assert drafts.sweep(now) == 0


def test_there_may_be_nothing_to_sweep(tmp_path: Path) -> None:
    assert Drafts(tmp_path / "never made").sweep() == 0


def test_a_draft_is_handed_over_although_the_old_file_cannot_be_removed(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.save(OWNER, "pharmacy", 1)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "unlink", refused)
    drafts.hand_over(OWNER, OTHER, "pharmacy")
    assert drafts.find(OTHER, "pharmacy") == 1


def test_a_draft_is_handed_over_once_and_replaces_none(drafts: Drafts) -> None:
    drafts.hand_over(OWNER, OTHER, "pharmacy")
    assert drafts.find(OTHER, "pharmacy") is None
    drafts.save(OWNER, "pharmacy", 1)
    drafts.hand_over(OWNER, OTHER, "pharmacy")
    assert (drafts.find(OWNER, "pharmacy"), drafts.find(OTHER, "pharmacy")) == (None, 1)
    drafts.save(OWNER, "pharmacy", 2)
    drafts.hand_over(OWNER, OTHER, "pharmacy")
    assert (drafts.find(OWNER, "pharmacy"), drafts.find(OTHER, "pharmacy")) == (2, 1)
