"""Temporal as operators reach it, in memory."""

from dataclasses import dataclass, field
from typing import Any

from app.operators.engine import RUNNING, Run
from domain.errors import Refused, Unavailable
from domain.messages import ParkedView, Settlement
from tests.unit.fakes import NOW

PURCHASE, SUCCESS = "purchase/p1", "payment-success/pi_1"


def run(workflow_id: str = PURCHASE, **changes: Any) -> Run:
    """A saga that runs."""
    known: dict[str, Any] = {
        "workflow_id": workflow_id,
        "run_id": "run-1",
        "kind": "StartPayment",
        "state": RUNNING,
        "status": "processing",
        "payment_id": "pi_1",
        "summary": "Buy 1.500 tCO2e",
        "started_at": NOW,
    }
    return Run(**known | changes)


@dataclass
class FakeEngine:
    """Knows some sagas, and keeps what it was asked to do."""

    sagas: dict[str, Run] = field(default_factory=dict)
    waiting: dict[str, ParkedView] = field(default_factory=dict)
    settlements: dict[str, Settlement] = field(default_factory=dict)
    tasks: int | None = 7
    worker: bool = True
    refusal: Refused | None = None
    away: Unavailable | None = None
    done: list[tuple[Any, ...]] = field(default_factory=list)

    def know(self, *sagas: Run) -> None:
        """Let these sagas be there."""
        self.sagas |= {saga.workflow_id: saga for saga in sagas}

    async def run(self, workflow_id: str) -> Run | None:
        """A saga by its id."""
        if self.away:
            raise self.away
        return self.sagas.get(workflow_id)

    async def runs(self, payment_id: str) -> list[Run]:
        """Those of a payment."""
        return [saga for saga in self.sagas.values() if saga.payment_id == payment_id]

    async def parked(self, run: Run) -> ParkedView | None:
        """What the test has set."""
        return self.waiting.get(run.workflow_id)

    async def details(self, run: Run) -> str:
        """What a saga shows in the UI."""
        if not self.worker:
            raise Unavailable("no poller")
        return "**processing** since noon. Delivers.\n\n**To do:** Nothing."

    async def end(self, run: Run) -> str:
        """What a saga has left."""
        return "a mistake"

    async def resolve(self, run: Run, decision: str) -> str:
        """The saga's sentence."""
        if self.refusal:
            raise self.refusal
        return f"{decision} it is."

    async def last_task(self, run: Run) -> int | None:
        """What the test has set."""
        return self.tasks

    async def reset(self, run: Run, task: int) -> Run:
        """Keep it."""
        self.done.append(("reset", run.run_id, task))
        return run.model_copy(update={"run_id": "run-2", "state": RUNNING})

    async def start_again(self, run: Run) -> Run:
        """Keep it."""
        self.done.append(("start again", run.run_id))
        return run.model_copy(update={"run_id": "run-2", "state": RUNNING})

    async def told(self, run: Run, workflow_id: str) -> Settlement | None:
        """What the test has set."""
        return self.settlements.get(run.workflow_id)

    async def tell(self, run: Run, settlement: Settlement) -> None:
        """Keep it."""
        self.done.append(("tell", run.run_id, settlement.status))
