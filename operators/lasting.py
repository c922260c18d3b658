"""Open sagas that make no progress though they are not parked; only the server knows what they try.

A task that fails again and again stands still for good (docs/operations.md, WorkflowTasksFail). A step that is tried
again and again goes on by itself once its callee is back, but a buyer has paid and waits.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.purchase import PurchaseStatus
from engine.saga_collector import STRUGGLING_AFTER
from operators.finding import described, latest, purchase_id
from operators.ports import RUNNING, Run, Step, TemporalReader
from operators.queries import FOLLOW_UPS, OPEN, OPEN_SAGAS

# 3: a worker that dies costs one try, its successor perhaps another; the third failure is the saga's own.
FAILING_FROM = 3
# 1 min: three tries take some seconds, so younger sagas are left out.
YOUNGEST = timedelta(minutes=1)
# 1000: the server cannot search by tries, so each open saga is described; at 2 ms each a person waits 2 s.
LOOKED_AT_MAX = 1000
STANDS_STILL = 'It stands still, for its task fails again and again (docs/operations.md, "WorkflowTasksFail")'
# Sagas of paid payments and of failed refunds: we hold a buyer's money meanwhile.
MONEY_TAKEN = frozenset({"PaymentSuccess", "RefundFailed"})
# If there are more than a thousand open sagas, those that matter most are read first.
IN_TURN = (
    f"{OPEN_SAGAS} AND {FOLLOW_UPS}",
    f"{OPEN} AND PurchaseStatus != '{PurchaseStatus.AWAITING_PAYMENT}'",
    f"{OPEN} AND PurchaseStatus = '{PurchaseStatus.AWAITING_PAYMENT}'",
)


async def looked_at(temporal: TemporalReader, narrow: str = "") -> list[Run]:
    """Open sagas as the server describes them, as far as they pass a query: those of paid purchases first."""
    before = f"StartTime < '{(datetime.now(UTC) - YOUNGEST).isoformat()}'"
    found: list[Run] = []
    for scope in IN_TURN:
        if left := LOOKED_AT_MAX - len(found):
            found += await temporal.found(" AND ".join(filter(None, (scope, before, narrow))), left)
    return await described(temporal, latest(found))


def is_failing(run: Run) -> bool:
    """Whether the task of a saga that was described fails again and again."""
    return run.state == RUNNING and run.task_attempt >= FAILING_FROM


def struggles_since(run: Run) -> datetime | None:
    """Since when a saga has been trying something that is quick when all is well; None if it is not.

    A purchase's own saga may wait for days, for its buyer or a bank: only its steps count.
    """
    if run.state != RUNNING or run.status == PurchaseStatus.NEEDS_ATTENTION or is_failing(run):
        return None
    tried = [step.since or run.started_at for step in run.steps if step.attempt > 1]
    began = min(tried, default=run.started_at if purchase_id(run) is None else None)
    return began if began and datetime.now(UTC) - began > STRUGGLING_AFTER else None


def is_struggling(run: Run) -> bool:
    """Whether it does so."""
    return struggles_since(run) is not None


def by_urgency(runs: Sequence[Run]) -> list[Run]:
    """Sagas that struggle: first those with somebody's money, of these the oldest."""
    return sorted(runs, key=lambda run: (run.kind not in MONEY_TAKEN, struggles_since(run) or run.started_at))


async def why_failing(temporal: TemporalReader, run: Run) -> str:
    """The sentence on a failing saga, with what its worker has said last."""
    return f"{STANDS_STILL}, try {run.task_attempt}: {await temporal.task_failure(run)}"


async def why_struggling(temporal: TemporalReader, run: Run) -> str:
    """The steps that are tried again, with what was answered last; of a saga without such what it tells itself."""
    if tried := [step for step in run.steps if step.attempt > 1]:
        return "; ".join(map(_tried, tried))
    return plain(await temporal.details(run))


def _tried(step: Step) -> str:
    return f"{step.name}, attempt {step.attempt}: {step.failure or 'it is under way'}"


def plain(markdown: str) -> str:
    """A saga's sentences on where it stands; what to do follows from the choices."""
    parts = [part for part in markdown.split("\n\n") if not part.startswith("**To do")]
    return " ".join(parts[:1] + [part for part in parts[1:] if part.startswith("**Now")]).replace("**", "")
