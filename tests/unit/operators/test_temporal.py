"""What Temporal's errors mean for operators; all else is tested on a real server."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Refused, Unavailable
from engine import address
from lib.encryption import UnknownKeyError
from operators.temporal import NO_WORKER, SdkTemporalAdmin
from tests.unit.operators.fake_temporal import run

AWAY = f"does not answer at {address()}"


@dataclass
class FailingClient:
    """A client, its handle and its service in one: every call fails with the same error."""

    error: Exception
    namespace: str = "default"
    identity: str = "me"
    history: History = field(default_factory=lambda: History(events=[HistoryEvent(event_id=1)]))

    @property
    def workflow_service(self) -> "FailingClient":
        return self

    def get_workflow_handle(self, workflow_id: str, run_id: str | None = None) -> "FailingClient":
        return self

    async def fetch_history(self) -> History:
        return self.history

    async def _fail(self, *_: Any, **__: Any) -> Any:
        raise self.error

    describe = query = execute_update = start_workflow_execution = count_workflows = _fail


def temporal(error: Exception) -> SdkTemporalAdmin:
    """A port whose server answers with an error."""

    async def client() -> Client:
        return cast("Client", FailingClient(error))

    return SdkTemporalAdmin(client)


def rpc(status: RPCStatusCode) -> RPCError:
    """What the server answers."""
    return RPCError("no", status, b"")


async def test_an_unknown_saga_is_none() -> None:
    """The server says so; it is no failure."""
    assert await temporal(rpc(RPCStatusCode.NOT_FOUND)).run("purchase/p1") is None


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (rpc(RPCStatusCode.UNAVAILABLE), AWAY),
        (rpc(RPCStatusCode.PERMISSION_DENIED), "Temporal: no"),
        (RuntimeError("Failed client connect"), AWAY),
        (TimeoutError(), AWAY),
        (UnknownKeyError("2026-11"), "2026-11"),
    ],
)
async def test_a_server_that_does_not_answer(error: Exception, says: str) -> None:
    """Unavailable, in one sentence."""
    with pytest.raises(Unavailable, match=says):
        await temporal(error).run("purchase/p1")


async def test_a_worker_that_does_not_answer_a_decision() -> None:
    """Nobody knows whether it was taken, and the sentence says so."""
    with pytest.raises(Unavailable, match=NO_WORKER):
        await temporal(WorkflowUpdateRPCTimeoutOrCancelledError()).resolve(run(), "retry")


async def test_a_decision_on_a_saga_that_has_ended_meanwhile() -> None:
    """The server only says that it does not find it."""
    with pytest.raises(Refused, match="has ended meanwhile"):
        await temporal(rpc(RPCStatusCode.NOT_FOUND)).resolve(run(), "retry")


@pytest.mark.parametrize(
    ("cause", "kind"),
    [(ApplicationError("Not seen.", type="not-seen"), "not-seen"), (CancelledError("The saga has ended."), "failed")],
)
async def test_a_decision_that_is_not_taken(cause: Exception, kind: str) -> None:
    """Refused, with the saga's kind where it has one."""
    with pytest.raises(Refused) as refused:
        await temporal(WorkflowUpdateFailedError(cause)).resolve(run(), "skip")
    assert refused.value.kind == kind


async def test_a_saga_that_somebody_else_has_started_again() -> None:
    """Two operators repair at once: one of them is told."""
    with pytest.raises(Refused, match="started again already"):
        await temporal(rpc(RPCStatusCode.ALREADY_EXISTS)).start_again(run())


@pytest.mark.parametrize("ask", [SdkTemporalAdmin.parked, SdkTemporalAdmin.details])
async def test_a_worker_that_fails_a_query(ask: Callable[..., Awaitable[Any]]) -> None:
    """It cannot tell where its saga stands."""
    with pytest.raises(Unavailable):
        await ask(temporal(WorkflowQueryFailedError("no")), run())


async def test_a_start_that_fails() -> None:
    """Nothing is known of it."""
    with pytest.raises(Unavailable, match=AWAY):
        await temporal(rpc(RPCStatusCode.UNAVAILABLE)).start_again(run())
