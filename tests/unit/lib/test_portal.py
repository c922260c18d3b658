"""The loop that Flask's threads share."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.portal import Portal
from tools.devstack.patience import PATIENCE_S

UNFINISHED = """
import asyncio
from lib.portal import Portal

async def begin():
    tasks.append(asyncio.create_task(asyncio.Event().wait()))

tasks = []
portal = Portal()
portal.run(begin())
"""


@pytest.fixture
def portal() -> Portal:
    """A loop that lives as long as the tests' process."""
    return Portal()


def test_a_coroutine_that_takes_too_long_is_canceled(portal: Portal) -> None:
    """The caller gets TimeoutError, and nothing runs on behind its back."""
    canceled = threading.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            canceled.set()

    with pytest.raises(TimeoutError):
        portal.run(endless(), 0.01)
    assert canceled.wait(PATIENCE_S)


def test_threads_share_one_loop_and_get_their_own_results(portal: Portal) -> None:
    """Many callers at once, one loop, each with its answer or its error."""

    async def double(number: int) -> tuple[int, asyncio.AbstractEventLoop]:
        if number == 7:
            raise ValueError(number)
        return number * 2, asyncio.get_running_loop()

    with ThreadPoolExecutor(7) as threads:
        results = list(threads.map(lambda number: portal.run(double(number), 1), range(7)))
    assert [result for result, _ in results] == [0, 2, 4, 6, 8, 10, 12]
    assert len({id(used) for _, used in results}) == 1
    with pytest.raises(ValueError, match="7"):
        portal.run(double(7), 1)


def test_a_process_ends_though_its_loop_has_work() -> None:
    """The loop's thread is stopped with it: nobody has to close anything, and nothing is complained of."""
    ended = subprocess.run([sys.executable, "-c", UNFINISHED], capture_output=True, timeout=PATIENCE_S, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
