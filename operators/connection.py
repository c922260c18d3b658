"""One client of Temporal, and what its errors mean for operators."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import RefusalKind, Refused, Unavailable
from engine import address, lazy_client
from lib.encryption import UnreadablePayloadError
from operators.ports import Run

# 5 s: the server answers within milliseconds; a worker that has just been started, within a second or two.
ANSWER_TIMEOUT_S = 5.0


class TemporalConnection:
    """Temporal by a client that is made at the first call."""

    def __init__(self, make_client: Callable[[], Awaitable[Client]] = lazy_client) -> None:
        self._make_client = make_client
        self._connected: Client | None = None

    async def _client(self) -> Client:
        if self._connected is None:
            self._connected = await self._make_client()
        return self._connected

    async def _handle(self, run: Run) -> WorkflowHandle[Any, Any]:
        return (await self._client()).get_workflow_handle(run.workflow_id, run_id=run.run_id)

    async def _query(self, run: Run, name: str, answer: type[Any]) -> Any:
        async with answering():
            try:
                return await (await self._handle(run)).query(name, result_type=answer)
            except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
                raise Unavailable(str(error)) from error

    async def _history(self, run: Run) -> Sequence[HistoryEvent]:
        async with answering():
            return (await (await self._handle(run)).fetch_history()).events


@asynccontextmanager
async def answering(timeout_s: float = ANSWER_TIMEOUT_S, away: str = "") -> AsyncIterator[None]:
    """Raise Unavailable where there is no answer in time, or one that cannot be decrypted here."""
    nobody = f"Temporal does not answer at {address()}, where TEMPORAL_ADDRESS says that it is."
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise Unavailable(away or nobody) from error
    except UnreadablePayloadError as error:
        raise Unavailable(str(error)) from error
    except RuntimeError as error:
        # The SDK raises a bare RuntimeError where there is no server.
        raise Unavailable(nobody) from error
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            raise Refused(RefusalKind.INVALID_QUERY, f"Temporal does not understand it: {error}") from error
        raise Unavailable(nobody if error.status is RPCStatusCode.UNAVAILABLE else f"Temporal: {error}") from error
