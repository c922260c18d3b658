"""Heartbeats: a step that takes long shows the server that its worker still lives.

Without them the server learns of a killed worker only when the attempt's time is over, and a purchase waits for that.
"""

import asyncio
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

# Three beats within `policies.HEARTBEAT_TIMEOUT` (2 s); most steps end before their first one, which costs nothing.
BEAT_S = 0.6


class Heartbeats(Interceptor):
    """Sends heartbeats for every step of a worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK's
        """Wrap the step."""
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        if activity.info().is_local:
            # It ends within its saga's task, whose own time limit tells of a worker that is gone.
            return await super().execute_activity(input)
        beats = asyncio.create_task(_beat())
        try:
            return await super().execute_activity(input)
        finally:
            beats.cancel()


async def _beat() -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        activity.heartbeat()
