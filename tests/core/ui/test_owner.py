"""Drafts are swept while the server runs, not only when it starts."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ui import owner


@pytest.fixture(autouse=True)
def own_store(own_data_folder: Path) -> Iterator[None]:
    owner.drafts.cache_clear()
    yield
    owner.drafts.cache_clear()


def test_a_draft_that_expires_while_the_server_runs_is_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(owner, "BETWEEN_SWEEPS_S", 0.01)
    store = owner.drafts()
    store.save("3f" * 16, "pharmacy", 1)
    (path,) = store.folder.iterdir()

    async def run() -> None:
        sweeping = asyncio.create_task(owner.keep_swept())
        await asyncio.sleep(0.2)
        assert path.exists()
        os.utime(path, (0, 0))
        for _ in range(500):
            if not path.exists():
                break
            await asyncio.sleep(0.01)
        sweeping.cancel()

    asyncio.run(run())
    assert not path.exists()
