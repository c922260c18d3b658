"""Decisions on parked sagas, one or many: sent a few at a time, and watched until it shows what came of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from domain.errors import RefusalKind, Refused, Unavailable
from domain.purchase import Frozen, PurchaseStatus
from operators.ports import RUNNING, Run, TemporalAdmin
from operators.targets import Missed, Target

# 8 at a time: retries of a thousand sagas at once would overload a service that has just come back.
AT_ONCE = 8
# Seconds between two polls of a saga that goes on: at first as fast as a step is, later slower, for a person waits.
POLL_FIRST_S, POLL_MAX_S = 0.2, 2.0

Tell = Callable[[], None]


class DecisionResult(StrEnum):
    """What came of a decision."""

    ENDED = "ended"
    GOES_ON = "goes on"
    PARKED_AGAIN = "parked again"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


class DecisionOutcome(Frozen):
    """What came of the decision on one saga; `kind` is a refusal's, `says` a sentence for people."""

    workflow_id: str
    purchase_id: str | None
    result: DecisionResult
    says: str
    kind: str | None = None


def not_offered(target: Target, decision: str) -> Missed | None:
    """Why the decision is not even sent; None where the saga offers it."""
    if decision in target.parked.choices:
        return None
    says = f"{decision} makes no sense here; what can be decided is: {', '.join(target.parked.choices)}."
    return Missed(
        workflow_id=target.workflow_id, purchase_id=target.purchase_id, kind=RefusalKind.NOT_OFFERED, says=says
    )


def missed(target: Missed) -> DecisionOutcome:
    """The outcome of a decision that is not sent."""
    return _outcome(
        target, DecisionResult.UNKNOWN if target.unknown else DecisionResult.REFUSED, target.says, target.kind
    )


class Deciding:
    """One decision on several sagas. Nothing new is sent once `stop` is set; what was sent stands."""

    def __init__(self, temporal: TemporalAdmin, decision: str, wait_s: float, stop: asyncio.Event) -> None:
        self._temporal = temporal
        self._decision = decision
        self._wait_s = wait_s
        self._stop = stop
        self._free = asyncio.Semaphore(AT_ONCE)

    async def all(self, targets: Sequence[Target], sent: Tell, watched: Tell) -> list[DecisionOutcome]:
        """Decide on all, then see what comes of it; the callbacks hear of each saga that is sent and watched."""
        first = await asyncio.gather(*(_telling(self._decide(target), sent) for target in targets))
        deadline = time.monotonic() + self._wait_s
        pairs = zip(targets, first, strict=True)
        return list(
            await asyncio.gather(*(_telling(self._watch(target, known, deadline), watched) for target, known in pairs))
        )

    async def _decide(self, target: Target) -> DecisionOutcome:
        async with self._free:
            if self._stop.is_set():
                return _outcome(target, DecisionResult.NOT_SENT, "You stopped before its turn.")
            try:
                says = await self._send(target)
            except Refused as refused:
                return _outcome(target, DecisionResult.REFUSED, refused.detail, refused.kind)
            except Unavailable as away:
                return _outcome(target, DecisionResult.UNKNOWN, str(away), "unavailable")
        return _outcome(target, DecisionResult.GOES_ON, says)

    async def _send(self, target: Target) -> str:
        """The saga's sentence. It must still wait for what the operator was shown."""
        now = await self._temporal.parked(target.run)
        if now != target.parked:
            raise Refused("changed", "It has gone on since it was shown; look again before you decide.")
        return await self._temporal.resolve(target.run, self._decision)

    async def _watch(self, target: Target, known: DecisionOutcome, deadline: float) -> DecisionOutcome:
        """How a saga stands that took the decision, or may have: as soon as it has ended or is parked again."""
        wait_s = POLL_FIRST_S
        while known.result in {DecisionResult.GOES_ON, DecisionResult.UNKNOWN}:
            try:
                async with self._free:
                    seen = await self._see(target, known)
            except Unavailable as away:
                return known.model_copy(update={"says": f"{known.says} How it goes on is not known: {away}"})
            left_s = deadline - time.monotonic()
            if seen.result is not known.result or left_s <= 0 or self._stop.is_set():
                return seen
            await self._pause(min(wait_s, left_s))
            wait_s = min(2 * wait_s, POLL_MAX_S)
        return known

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return

    async def _see(self, target: Target, known: DecisionOutcome) -> DecisionOutcome:
        run = await self._temporal.run(target.workflow_id)
        if run is None:
            return _outcome(target, DecisionResult.ENDED, "Temporal does not know it any more.")
        if run.state != RUNNING:
            return _outcome(target, DecisionResult.ENDED, await self._end(run))
        if run.status == PurchaseStatus.NEEDS_ATTENTION:
            parked = await self._temporal.parked(run)
            if parked and parked != target.parked:
                return _outcome(target, DecisionResult.PARKED_AGAIN, parked.reason)
        steps = "; ".join(f"{step.name}, attempt {step.attempt}: {step.failure or 'under way'}" for step in run.steps)
        return known.model_copy(update={"says": f"{known.says} Now: {steps}"}) if steps else known

    async def _end(self, run: Run) -> str:
        note = (await self._temporal.end(run)).rstrip(".")
        if run.status:
            return f"The purchase is {run.status}{f' ({note})' if note else ''}."
        return f"{note or f'It is {run.state}'}."


def _outcome(target: Target | Missed, result: DecisionResult, says: str, kind: str | None = None) -> DecisionOutcome:
    return DecisionOutcome(
        workflow_id=target.workflow_id, purchase_id=target.purchase_id, result=result, says=says, kind=kind
    )


async def _telling(work: Awaitable[DecisionOutcome], tell: Tell) -> DecisionOutcome:
    outcome = await work
    tell()
    return outcome
