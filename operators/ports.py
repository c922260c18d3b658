"""What operators ask of Temporal."""

from datetime import datetime
from typing import Protocol

from domain.messages import ParkedView, PurchaseResult, PurchaseView
from domain.purchase import Frozen
from operators.decisions import Decision

RUNNING, TERMINATED = "running", "terminated"


class Step(Frozen):
    """A step that is under way, since its first attempt `since`; `failure` tells how the last one has failed."""

    name: str
    attempt: int
    since: datetime | None = None
    failure: str = ""
    next_at: datetime | None = None


class Run(Frozen):
    """A run of a saga as the server knows it: `state` is Temporal's, `status` the purchase's.

    `order` and `deadline` are known only of a purchase's own saga; `summary`, `steps` and `task_attempt` (how often a
    worker has tried the task that is pending, 0: none is) only where one saga is looked at.
    """

    workflow_id: str
    run_id: str
    kind: str
    state: str
    status: str | None
    payment_id: str | None
    started_at: datetime
    closed_at: datetime | None = None
    summary: str = ""
    order: str = ""
    buyer_id: str | None = None
    deadline: datetime | None = None
    steps: tuple[Step, ...] = ()
    task_attempt: int = 0


class TemporalReader(Protocol):
    """Reads; every method raises Unavailable when Temporal or a saga's worker does not answer in time."""

    async def run(self, workflow_id: str) -> Run | None:
        """The newest run of a saga, or None if the server does not know it (any more)."""

    async def runs(self, payment_id: str) -> list[Run]:
        """The newest run of each saga of a payment, the oldest saga first."""

    async def found(self, query: str, limit: int) -> list[Run]:
        """The runs that a visibility query finds, newest first; raises Refused (`invalid-query`)."""

    async def count(self, query: str) -> int:
        """How many runs a visibility query finds."""

    async def parked(self, run: Run) -> ParkedView | None:
        """Why the saga waits for an operator; None if it does not. Asks its worker."""

    async def view(self, run: Run) -> PurchaseView:
        """The purchase as its own saga sees it. Asks its worker."""

    async def details(self, run: Run) -> str:
        """What a running saga tells people, in markdown. Asks its worker."""

    async def task_failure(self, run: Run) -> str:
        """What a worker has said last of a task that it could not do; empty if there is no such."""

    async def decisions(self, run: Run) -> list[Decision]:
        """Who has decided what about the saga, the oldest first."""

    async def end(self, run: Run) -> str:
        """What a closed saga has left: its result's note, its failure or why it was terminated."""


class TemporalAdmin(TemporalReader, Protocol):
    """Reads, decides and repairs, in an operator's name. Every method raises Unavailable."""

    async def resolve(self, run: Run, decision: str) -> str:
        """Send an operator's decision; the saga's sentence, or Refused with its refusal."""

    async def last_task(self, run: Run) -> int | None:
        """The event of the last task that the saga's worker has completed; None if there is none."""

    async def reset(self, run: Run, task: int) -> Run:
        """Reset the saga to before that task; later signals are applied again."""

    async def start_again(self, run: Run) -> Run:
        """Start the saga again with all that it was started with; Refused when it was, meanwhile."""

    async def sent_result(self, run: Run, workflow_id: str) -> PurchaseResult | None:
        """The result that a saga has signaled, or tried to signal, to another one; None if it has not."""

    async def complete(self, run: Run, result: PurchaseResult) -> None:
        """Signal a purchase's saga how the purchase ended."""
