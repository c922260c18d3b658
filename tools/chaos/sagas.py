"""What Temporal tells about the sagas: how many run, which, and where they stand."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig

from domain.purchase import PurchaseStatus
from workflows.attributes import PURCHASE_STATUS

RUNNING = 'ExecutionStatus="Running"'
OPEN_PURCHASES = f'{RUNNING} AND WorkflowType="StartPayment"'
# 10 s: the server answers in milliseconds, or it is frozen.
ANSWER_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True)
class Running:
    """A saga that has not ended."""

    workflow_id: str
    status: str

    @property
    def parked(self) -> bool:
        """Whether it waits for an operator."""
        return self.status == PurchaseStatus.NEEDS_ATTENTION


def quiet() -> Runtime:
    """Without a word of each of the SDK's own tries while the server is down, which is no news here."""
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter="ERROR")))


class RunningSagas:
    """Asks Temporal; raises RPCError while it is away."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def count(self, query: str) -> int:
        """How many sagas the query finds."""
        return (await self._client.count_workflows(query, rpc_timeout=ANSWER_TIMEOUT)).count

    async def running(self) -> list[Running]:
        """The sagas that have not ended."""
        found = self._client.list_workflows(RUNNING, rpc_timeout=ANSWER_TIMEOUT)
        return [Running(saga.id, saga.typed_search_attributes.get(PURCHASE_STATUS) or "") async for saga in found]
