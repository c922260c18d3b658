"""An event loop for a process of threads: a thread hands it a coroutine and waits for the result, with a deadline."""

import asyncio
import atexit
import threading
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

T = TypeVar("T")


class Portal:
    """One event loop in a thread of its own, started at the first use: after the web server has forked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._portal: BlockingPortal | None = None

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float | None = None) -> T:
        """The coroutine's result; raises TimeoutError, and cancels it, when the time is over (None: it has its own)."""

        async def bounded() -> T:
            async with asyncio.timeout(timeout_s):
                return await coroutine

        return self._started().call(bounded)

    def _started(self) -> BlockingPortal:
        with self._lock:
            if self._portal is None:
                self._portal = self._open.enter_context(
                    start_blocking_portal(backend_options={"use_uvloop": True}, name="event-loop")
                )
                # Closed before the interpreter stops its threads, after which the loop could not be stopped.
                atexit.register(self._open.close)
            return self._portal
