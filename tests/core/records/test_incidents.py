"""An incident snapshot holds the answer, the day and the version, and nothing of who or when."""

import errno
import json
import stat
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core import VERSION
from core.errors import NotStored
from core.records.incidents import save_incident

DAY = date(2026, 11, 22)
ANSWER = {"pairs": [{"rule": "P0001", "severity": "major"}]}


def test_the_snapshot_says_what_the_answer_was(tmp_path: Path) -> None:
    path = save_incident(tmp_path / "incidents", "pharmacy", "wrong_grade", ANSWER, DAY)
    assert path.parent == tmp_path / "incidents"
    assert path.name.startswith("2026-11-22-pharmacy-")
    assert json.loads(path.read_text("utf-8")) == {
        "page": "pharmacy",
        "kind": "wrong_grade",
        "day": "2026-11-22",
        "version": VERSION,
        "answer": ANSWER,
    }


def test_two_of_one_day_do_not_overwrite_each_other(tmp_path: Path) -> None:
    made = {save_incident(tmp_path, "pharmacy", "other", ANSWER, DAY) for _ in range(5)}
    assert len(made) == 5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_this_account_may_read(tmp_path: Path) -> None:
    path = save_incident(tmp_path / "incidents", "pharmacy", "other", ANSWER, DAY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_written(self: Path, text: str, **_: Any) -> int:
        self.write_bytes(text.encode()[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half_written)
    with pytest.raises(NotStored) as caught:
        save_incident(tmp_path / "incidents", "pharmacy", "other", ANSWER, DAY)
    assert caught.value.key == "error.not_stored"
    assert list((tmp_path / "incidents").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotStored):
        save_incident(tmp_path / "file" / "incidents", "pharmacy", "other", ANSWER, DAY)
