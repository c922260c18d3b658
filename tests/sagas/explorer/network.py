"""The network and the callees at their worst: what may become of a call."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any

from temporalio import activity

from domain.errors import ContractBroken, Refused, Unavailable
from domain.payment import Payment
from tests.sagas.fakes import Callees
from tests.sagas.network import StepCall


class CallFate(Enum):
    """What may become of a call, beside that it is done."""

    LOST = auto()  # it takes effect, and its answer does not come back
    UNREACHED = auto()  # it never arrives
    HANGS = auto()  # nobody waits any more when it takes effect
    OVERTAKEN = auto()  # the same, and it takes effect right after the next other call to its callee
    CRASHES = auto()  # it is done, and the worker dies before that is recorded
    REFUSED = auto()  # the callee says no where its contract allows it
    STALE = auto()  # a retrieval shows the payment as it was before its last change
    BROKEN = auto()  # the callee answers what its contract does not know


# What a callee may say no to, whatever the state.
REFUSALS = {
    "reserve": Refused("price-changed", "The items cost another amount by now.", {"current_amount": 2000}),
    "capture": Refused("payment-not-capturable", "The provider refuses."),
    "refund": Refused("payment-not-refundable", "The provider refuses."),
    "deliver": Refused("not-found", "There is no such buyer."),
}
# The repeat of a call that is to be overtaken waits for longer than an opening takes, which is therefore given up.
OVERTAKING_S = 60
SERVICES = {
    "payments": {"create", "retrieve", "cancel", "cancel_payment_of", "capture", "refund", "record", "find"},
    "projects": {"reserve", "commit", "release", "restock", "retrieve_reservation"},
    "users": {"deliver", "revoke", "retrieve_offset"},
    "notifier": {"publish"},
}


def caller() -> str:
    """The id of the saga whose step runs."""
    workflow_id = activity.info().workflow_id
    assert workflow_id, "every step is a workflow's"
    return workflow_id


def fates_of(step: str) -> list[CallFate]:
    """What may become of a step's call: one that only reads has no effect that could be lost or late."""
    if "retrieve" in step or "find" in step:
        return [CallFate.UNREACHED, CallFate.STALE, CallFate.BROKEN]
    refusable = any(word in step for word in ("reserve", "capture", "refund-", "deliver"))
    never = {CallFate.STALE} if refusable else {CallFate.STALE, CallFate.REFUSED}
    # What comes after its undo is worst, so it is tried most.
    return [*(fate for fate in CallFate if fate not in never), CallFate.OVERTAKEN]


class Network:
    """Carries calls, each to its fate.

    `key_of` is the key that a step's call goes out with, `refused` the operation to which its callee always says no,
    `late` the one whose first call is overtaken, `stale` the payment as it was before its last change.
    """

    def __init__(  # noqa: PLR0913 - all by name
        self,
        callees: Callees,
        *,
        key_of: Callable[[str], str],
        refused: str,
        late: str,
        now: Callable[[], datetime],
        stale: Callable[[], Payment | None],
        tell: Callable[[str], None],
        crash: Callable[[str], None],
    ) -> None:
        self.next_fate: CallFate | None = None
        self.hanging: list[StepCall] = []
        self.overtaken: list[StepCall] = []
        self.keys: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._back_at: dict[str, datetime] = {}
        self._callees = callees
        self._key_of = key_of
        self._refused = refused
        self._late = late
        self._now = now
        self._stale = stale
        self._tell = tell
        self._crash = crash

    def carry(self, call: StepCall) -> Any:
        """The callee's answer, unless something becomes of the call."""
        fate, self.next_fate = self.next_fate, None
        if fate is None and call.operation == self._late:
            fate, self._late = CallFate.OVERTAKEN, ""
        call = self._under_its_key(call)
        self._refuse_while_away(call)
        if fate is CallFate.UNREACHED:
            raise self._unanswered(call, "does not arrive")
        if fate in {CallFate.HANGS, CallFate.OVERTAKEN}:
            (self.hanging if fate is CallFate.HANGS else self.overtaken).append(call)
            raise self._unanswered(call, "hangs in the network", OVERTAKING_S if fate is CallFate.OVERTAKEN else None)
        if fate is CallFate.BROKEN:
            self._tell(f"    {call.operation}: the contract is broken")
            raise ContractBroken("401")
        if fate is CallFate.STALE and call.operation == "retrieve" and (before := self._stale()):
            self._tell(f"    retrieve -> stale: {before.status}")
            return before
        refuses = fate is CallFate.REFUSED or call.operation == self._refused
        answer = self._answer(call, REFUSALS.get(call.operation) if refuses else None)
        self._let_overtaken_arrive(call)
        if fate is CallFate.LOST:
            raise self._unanswered(call, "is done, and its answer is lost")
        if fate is CallFate.CRASHES:
            self._crash(caller())
        return answer

    def arrive(self, call: StepCall) -> None:
        """A call that hung takes effect, and nobody listens."""
        (self.hanging if call in self.hanging else self.overtaken).remove(call)
        self._tell(f"    {call.operation} of {call.key} that hung arrives")
        try:
            self._answer(call, None)
        except Refused:
            return

    def _let_overtaken_arrive(self, by: StepCall) -> None:
        service = next(operations for operations in SERVICES.values() if by.operation in operations)
        for call in list(self.overtaken):
            if by.key and by.operation != call.operation and call.operation in service:
                self.arrive(call)

    def close(self, service: str, until: datetime) -> None:
        """A service is away until then, and says so."""
        self._tell(f"{service} is away until {until:%d %H:%M}")
        self._back_at[service] = until

    def heal(self) -> None:
        """Every service is there again."""
        self._back_at.clear()

    def _under_its_key(self, call: StepCall) -> StepCall:
        if not call.key:
            return call
        key = self._key_of(call.key)
        self.keys[caller(), call.operation].add(key)
        if call.operation == "publish":
            return StepCall(call.operation, key, call.method, (call.args[0].model_copy(update={"id": key}),))
        return StepCall(call.operation, key, call.method, (*call.args[:-1], key))

    def _refuse_while_away(self, call: StepCall) -> None:
        for service, back_at in self._back_at.items():
            if call.operation in SERVICES[service] and self._now() < back_at:
                self._tell(f"    {call.operation}: {service} is away")
                raise Unavailable("503", retry_after_s=(back_at - self._now()).total_seconds())

    def _answer(self, call: StepCall, refusal: Refused | None) -> Any:
        self._callees.projects.refusal = refusal
        try:
            if refusal and call.operation != "reserve":
                raise refusal
            answer = call.arrive()
        except Refused as refused:
            self._tell(f"    {call.operation} -> refused: {refused.kind}")
            raise
        finally:
            self._callees.projects.refusal = None
        shown = getattr(answer, "status", "done")
        self._tell(f"    {call.operation} -> {shown}")
        return answer

    def _unanswered(self, call: StepCall, what: str, retry_after_s: float | None = None) -> Unavailable:
        self._tell(f"    {call.operation} {what}")
        return Unavailable(what, retry_after_s)
