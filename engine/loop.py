"""The event loop of a web process: Flask's threads hand coroutines to it and wait, each with a deadline."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """One event loop in a daemon thread, started at the first use: after the web server has forked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """The coroutine's result; raises TimeoutError, and cancels it, when the time is over."""

        async def bounded() -> T:
            return await asyncio.wait_for(coroutine, timeout_s)

        return asyncio.run_coroutine_threadsafe(bounded(), self._started()).result()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="event-loop", daemon=True).start()
            return self._loop
