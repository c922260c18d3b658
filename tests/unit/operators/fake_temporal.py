"""Temporal as operators reach it, in memory."""

import re
from dataclasses import dataclass, field
from typing import Any

from domain.errors import Refused, Unavailable
from domain.messages import ParkedView, PurchaseResult, PurchaseView
from domain.purchase import PurchaseStatus
from operators.decisions import Decision
from operators.ports import RUNNING, Run
from operators.queries import BROKEN_OFF, FOLLOW_UPS, OPEN_AND_WELL, PARKED, PURCHASES
from operators.rows import is_broken, is_parked
from tests.unit.fakes import NOW
from tests.unit.fakes import view as purchase_view

PURCHASE, SUCCESS = "purchase/p1", "payment-success/payment-1"


def run(workflow_id: str = PURCHASE, **changes: Any) -> Run:
    """A saga that runs."""
    known: dict[str, Any] = {
        "workflow_id": workflow_id,
        "run_id": "run-1",
        "kind": "StartPayment",
        "state": RUNNING,
        "status": "processing",
        "payment_id": "payment-1",
        "summary": "Buy 1.500 tCO2e",
        "order": "1.500 tCO2e of mangrove-2 for 18.00 USD",
        "buyer_id": "alice",
        "started_at": NOW,
    }
    return Run(**known | changes)


def parked_run(workflow_id: str = SUCCESS, **changes: Any) -> Run:
    """A saga that waits for an operator."""
    kind = "StartPayment" if workflow_id.startswith("purchase/") else "PaymentSuccess"
    return run(workflow_id, **{"kind": kind, "status": "needs_attention"} | changes)


def view(reason: str = "Refund the payment: refused, no balance", **changes: Any) -> ParkedView:
    """Why it waits."""
    choices = {"retry": "What failed is tried again.", "abort": "All is undone."}
    return ParkedView.model_validate({"since": NOW, "reason": reason, "choices": choices} | changes)


@dataclass
class FakeTemporal:
    """Knows some sagas, and keeps what it was asked to do; a decision lets a saga end unless `again` says otherwise."""

    sagas: dict[str, Run] = field(default_factory=dict)
    waiting: dict[str, ParkedView] = field(default_factory=dict)
    # What each saga is parked for once it has tried again.
    again: dict[str, ParkedView] = field(default_factory=dict)
    results: dict[str, PurchaseResult] = field(default_factory=dict)
    decided: dict[str, list[Decision]] = field(default_factory=dict)
    # In whose names it was asked for.
    names: list[str] = field(default_factory=list)
    tasks: int | None = 7
    worker: bool = True
    refusals: dict[str, Refused | Unavailable] = field(default_factory=dict)
    away: Exception | None = None
    done: list[tuple[Any, ...]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    def know(self, *sagas: Run) -> None:
        """Let these sagas be there."""
        self.sagas |= {saga.workflow_id: saga for saga in sagas}

    def park(self, *sagas: Run, why: ParkedView | None = None) -> None:
        """Let these sagas wait."""
        self.know(*sagas)
        self.waiting |= {saga.workflow_id: why or view() for saga in sagas}

    async def found(self, query: str, limit: int) -> list[Run]:
        """Those of the scope that the query begins with, newest first."""
        if self.away:
            raise self.away
        self.queries.append(query)
        return [saga for saga in self.sagas.values() if passes(saga, query)][:limit]

    async def count(self, query: str) -> int:
        """As many as there are."""
        return len([saga for saga in self.sagas.values() if passes(saga, query)])

    async def view(self, run: Run) -> PurchaseView:
        """With a short timeline."""
        if not self.worker:
            raise Unavailable("no poller")
        return purchase_view(status=PurchaseStatus.PROCESSING)

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
        if not self.worker:
            raise Unavailable("no poller")
        return self.waiting.get(run.workflow_id)

    async def details(self, run: Run) -> str:
        """What a saga shows in the UI."""
        if not self.worker:
            raise Unavailable("no poller")
        return "**processing** since noon. Delivers.\n\n**To do:** Nothing."

    async def task_failure(self, run: Run) -> str:
        """What its worker could not do."""
        return "Failed decoding arguments"

    async def decisions(self, run: Run) -> list[Decision]:
        """What the test has set."""
        return self.decided.get(run.workflow_id, [])

    async def end(self, run: Run) -> str:
        """What a saga has left."""
        return "a mistake"

    async def resolve(self, run: Run, decision: str) -> str:
        """The saga's sentence."""
        if refusal := self.refusals.get(run.workflow_id):
            raise refusal
        self.done.append((decision, run.workflow_id))
        if again := self.again.get(run.workflow_id):
            self.waiting[run.workflow_id] = again
        else:
            self.know(run.model_copy(update={"state": "completed", "status": "paid"}))
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

    async def sent_result(self, run: Run, workflow_id: str) -> PurchaseResult | None:
        """What the test has set."""
        return self.results.get(run.workflow_id)

    async def complete(self, run: Run, result: PurchaseResult) -> None:
        """Keep it."""
        self.done.append(("tell", run.run_id, result.status))


def passes(run: Run, query: str) -> bool:
    """Whether a run is in the scope of one of our own queries."""
    named = re.findall(r"'([^']*)'", query.partition("PaymentId ")[2])
    if named and run.payment_id not in named:
        return False
    if "STARTS_WITH" in query:
        return any(run.workflow_id.startswith(begins) for begins in re.findall(r"'([^']*)'", query))
    own, runs = run.workflow_id.startswith("purchase/"), run.state == RUNNING
    scopes = {
        BROKEN_OFF: is_parked(run) or is_broken(run),
        PARKED: is_parked(run),
        OPEN_AND_WELL: own and runs and not is_parked(run),
        FOLLOW_UPS: runs and not own,
        "PurchaseStatus = 'awaiting": own and runs and run.status == "awaiting_payment",
        "PurchaseStatus != 'awaiting": own and runs and run.status != "awaiting_payment",
        PURCHASES: own,
    }
    return next((passed for scope, passed in scopes.items() if scope in query), True)
