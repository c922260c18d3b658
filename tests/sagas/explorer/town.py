"""One purchase among everybody who has to do with it: clients, the provider, a rival, operators, workers that die."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from temporalio.api.failure.v1 import Failure

from domain.answers import given_up, recorded_answer
from domain.errors import Refused
from domain.messages import PURCHASE_ID_PREFIX, ParkedView, PurchaseView
from domain.payment import Payment
from domain.purchase import ENDS, Answer, PurchaseStatus
from tests.sagas.agenda import AgendaEvent
from tests.sagas.execution import Execution
from tests.sagas.explorer import invariants
from tests.sagas.explorer.network import Network
from tests.sagas.explorer.provider import ExploredProvider, Setting
from tests.sagas.fakes import MAX_OPEN, Callees
from tests.sagas.sdk import value_of
from tests.sagas.temporal import START
from tests.sagas.world import SAGAS, World

FINGERPRINT = "f1"
KINDS = {"purchase": "StartPayment", "payment-success": "PaymentSuccess", "payment-failed": "PaymentFailed"}


@dataclass(frozen=True)
class Parts:
    """What the town is built of, so that a part with a bug in it can be put in another's place."""

    sagas: Mapping[str, type]
    callees: Callable[[], Callees] = Callees
    key_of: Callable[[str], str] = str


SOUND = Parts(SAGAS)


def _answer_in(told: Any) -> Answer:
    if isinstance(told, Failure):
        raise Refused(told.application_failure_info.type, told.message)
    if isinstance(told, Payment) and told.outcome:
        return recorded_answer(told.outcome, FINGERPRINT)
    return value_of(told, Answer)


class Town:
    """The world of one purchase; everything in it that happens is told in its story."""

    def __init__(self, setting: Setting, parts: Parts = SOUND) -> None:
        self.story: list[str] = []
        callees = parts.callees()
        self.network = Network(
            callees,
            key_of=parts.key_of,
            refused=setting.refused,
            late=setting.late,
            now=lambda: self.engine.now,
            stale=lambda: self.provider.shown_before,
            tell=self.tell,
            crash=self._crash_worker_of,
        )
        self.world = World(
            manual=setting.manual_capture,
            callees=callees,
            sagas=parts.sagas,
            carry=self.network.carry,
            tell=self.tell,
        )
        self.world.payments.paid_at_creation = setting.paid_at_creation
        self.engine = self.world.engine
        self.provider = ExploredProvider(setting, self.world, self.tell, self.cancel)
        self.rival_has = 0
        self.answers: list[str] = []
        self.ends_told: set[PurchaseStatus] = set()
        self.notice_skipped = False
        self._awaited: list[tuple[Execution, str]] = []
        self._cancels: list[tuple[Execution, str]] = []
        self._updates = 0
        self._forgotten = False
        if setting.sold_out:
            self.rival_takes()
        if setting.too_many_open:
            self.buyer_opens_others()
        self.post()

    # ---- the story --------------------------------------------------------------------------------------------------

    def tell(self, words: str) -> None:
        """Something happens."""
        passed = int((self.engine.now - START).total_seconds())
        self.story.append(f"{passed // 3600:4}:{passed // 60 % 60:02}:{passed % 60:02}  {words}")

    def step(self, event: AgendaEvent | None = None) -> bool:
        """Let an event happen, without a choice the one whose turn it is; False if there is none."""
        event = event or self.engine.agenda.first()
        if event is None:
            return False
        self.engine.agenda.take(event)
        self.take_notice()
        return True

    def take_notice(self) -> None:
        """See what has changed: the provider sends news, clients get answers; the invariants are checked."""
        self.provider.take_notice()
        self._see_answers()
        self._see_cancels()
        invariants.check_always(self)

    # ---- the client -------------------------------------------------------------------------------------------------

    def post(self) -> None:
        """POST /purchases, for the first time or again."""
        self.tell("client: POST /purchases")
        update_id = self.world.open(FINGERPRINT, opened_by=f"request-{len(self._awaited) + 1}")
        self._awaited.append((self.world.purchase, update_id))

    def _see_answers(self) -> None:
        waiting = []
        for execution, update_id in self._awaited:
            if update_id in execution.updates:
                self._answered(execution.updates[update_id])
            elif execution.closed and update_id not in execution.asked:
                self._answered(self.world.payments.payment)
            else:
                waiting.append((execution, update_id))
        self._awaited = waiting

    def _answered(self, answer: Any) -> None:
        """The intake's answer: the update's, or where the saga has ended the record's."""
        try:
            told = _answer_in(answer)
        except Refused as refused:
            words = str(refused)
        else:
            words = told.model_dump_json()
            self.provider.buyer_may_pay()
        self.tell(f"client: is answered {words}")
        # A repeat after the retention cannot know that it is one as long as Payments is away: it is given up.
        if not (self._forgotten and words == str(given_up())):
            self.answers.append(words)

    @property
    def unanswered(self) -> bool:
        """Whether a client still waits."""
        return bool(self._awaited)

    def cancel(self) -> None:
        """POST /purchases/{purchase_id}/cancel; the intake answers from the record where no saga runs any more."""
        if self.purchase_is_open:
            self.tell("client: cancels the purchase")
            self._cancels.append((self.world.purchase, self.world.cancel()))

    def _see_cancels(self) -> None:
        """Keep each end that was told; that it has ended otherwise, or not yet, is told without one."""
        waiting = []
        for execution, update_id in self._cancels:
            answer = execution.updates.get(update_id)
            if answer is None:
                waiting.append((execution, update_id))
            elif not isinstance(answer, Failure):
                status = value_of(answer, PurchaseView).status
                canceled = "" if status is PurchaseStatus.CANCELED else "not canceled but "
                self.tell(f"client: is answered that it is {canceled}{status}")
                self.ends_told |= {status} & ENDS
        self._cancels = waiting

    @property
    def purchase_is_open(self) -> bool:
        """Whether its own saga runs."""
        return any(execution.id.startswith(PURCHASE_ID_PREFIX) for execution in self.open_sagas())

    # ---- the buyer's other purchases --------------------------------------------------------------------------------

    def buyer_opens_others(self) -> None:
        """The buyer opens as many other purchases as are allowed."""
        self.tell("buyer: opens other purchases")
        self.world.projects.others = MAX_OPEN

    def buyers_others_end(self) -> None:
        """The buyer's other purchases end, one way or another."""
        self.tell("buyer: has no other purchase open any more")
        self.world.projects.others = 0

    # ---- the rival --------------------------------------------------------------------------------------------------

    def rival_takes(self) -> None:
        """Somebody else buys what is left."""
        self.tell("rival: takes the stock")
        self.world.projects.free -= 1
        self.rival_has += 1

    def rival_gives_back(self) -> None:
        """Somebody else changes his mind."""
        self.tell("rival: gives the stock back")
        self.world.projects.free += 1
        self.rival_has -= 1

    # ---- operators and workers --------------------------------------------------------------------------------------

    def open_sagas(self) -> list[Execution]:
        """Every saga that has not ended."""
        return [execution for execution in self.engine.executions.values() if not execution.closed]

    def parked(self) -> list[tuple[Execution, ParkedView]]:
        """Every saga that waits for an operator, and why; one that a worker has not taken up yet does not."""
        views = [
            (execution, self.engine.query(execution.id, "parked", ParkedView))
            for execution in self.open_sagas()
            if execution.history
        ]
        return [(execution, view) for execution, view in views if view]

    def decide(self, execution: Execution, view: ParkedView, decision: str) -> None:
        """An operator decides on a parked saga."""
        self._updates += 1
        self.tell(f"operator: {decision} for {execution.id}, parked because '{view.reason}'")
        self.notice_skipped |= decision == "skip" and view.reason.startswith("Publish")
        self.engine.update(execution.id, "resolve", decision, f"resolve-{self._updates}")

    def _crash_worker_of(self, workflow_id: str) -> None:
        self.crash(KINDS[workflow_id.split("/", 1)[0]])

    def crash(self, kind: str) -> None:
        """Kill the worker of a kind of saga."""
        self.tell(f"the worker of {kind} crashes")
        self.engine.crash(kind)

    def forget(self) -> None:
        """Temporal's retention ends."""
        self.tell("Temporal forgets the sagas")
        self._forgotten = True
        self.engine.executions.clear()
