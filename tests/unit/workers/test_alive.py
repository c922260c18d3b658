"""The file by which a platform sees that a worker lives."""

import asyncio
import os
from pathlib import Path

import pytest

from workers.alive import alive

OFTEN_S = 0.001
LONG_AGO = (0, 0)


class FakeWorker:
    """A worker that is asked whether it runs, again and again."""

    def __init__(self, *, runs: bool) -> None:
        self._runs = runs
        self._asked = asyncio.Semaphore(0)

    def is_running(self) -> bool:
        """What the SDK would say."""
        self._asked.release()
        return self._runs

    async def asked_again(self) -> None:
        """Wait until it was asked twice: what follows the first answer is done by then."""
        for _ in range(2):
            await self._asked.acquire()


def names(folder: Path) -> list[str]:
    """What stands in a folder."""
    return [path.name for path in folder.iterdir()]


def is_old(file: Path) -> bool:
    """Whether nobody has touched it since it was made old."""
    return file.stat().st_mtime_ns == 0


async def test_it_is_there_while_the_worker_works_and_no_longer(tmp_path: Path) -> None:
    """Readiness: the file exists from the first poll to the end of the work."""
    async with alive(str(tmp_path / "alive"), lambda: True):
        assert names(tmp_path) == ["alive"]
    assert names(tmp_path) == []


@pytest.mark.parametrize("runs", [True, False])
async def test_it_stays_young_as_long_as_the_worker_runs(tmp_path: Path, *, runs: bool) -> None:
    """Liveness: it is touched again and again; by a worker that has ended it is not, though the event loop turns."""
    file, worker = tmp_path / "alive", FakeWorker(runs=runs)
    async with alive(str(file), worker.is_running, OFTEN_S):
        for _ in range(2):
            os.utime(file, LONG_AGO)
            await worker.asked_again()
            assert is_old(file) is not runs


async def test_it_goes_when_the_work_ends_by_an_error(tmp_path: Path) -> None:
    """Whatever ends the worker, nobody takes it for a living one."""
    with pytest.raises(KeyError):
        async with alive(str(tmp_path / "alive"), lambda: True):
            raise KeyError
    assert names(tmp_path) == []


async def test_without_a_name_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in development."""
    monkeypatch.chdir(tmp_path)
    async with alive("", lambda: True):
        assert names(tmp_path) == []
