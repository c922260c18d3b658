"""The fakes answer as the services do: what the explorer finds in their company, it would find in the services'."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, StaticPool, create_engine, insert
from sqlalchemy.orm import Session

from domain.errors import Refused
from domain.payment import Payment, PaymentStatus
from domain.purchase import Outcome, PurchaseStatus
from lib.webapi import Problem
from providers import port as provider
from providers.registry import REGISTRY
from services.payments import models
from services.payments.orders import CreateRequest
from services.payments.outcomes import OutcomeRequest
from services.payments.payments import Payments
from services.payments.records import Records
from services.payments.schemas import PaymentResponse
from services.projects import models as projects
from services.projects.orders import BuyerLimits
from services.projects.reservations import Reservations
from services.projects.rules import ReservationCall, Status, decide, winner
from services.projects.schemas import ReserveRequest
from services.users import models as users
from services.users.offsets import Offsets
from services.users.schemas import OffsetRequest
from tests.sagas.fakes import MAX_OPEN, PAYMENT_ID, PURCHASE_ID, FakePayments, FakeProjects, FakeUsers
from tests.sagas.sdk import driven
from tests.sagas.world import ORDER
from tests.unit.services.payments.fake_provider import FakePaymentProvider

Seen = dict[str, Any]
ME, ANOTHER = f"purchase/{PURCHASE_ID}/release-offset", f"payment-success/{PAYMENT_ID}/release-offset"
# What the provider calls the payment.
REFERENCE = "pi_1"
# Only a closed row tells who closed it.
ROWS = [(None, None), *((row, None) for row in Status), (Status.CLOSED, ME), (Status.CLOSED, ANOTHER)]


def outcome_of(act: Callable[[], Any]) -> Any:
    """What a call answers, or the kind of its refusal."""
    try:
        return act()
    except Refused as refused:
        return refused.kind
    except Problem as problem:
        return problem.kind


@contextmanager
def database(schema: Any) -> Iterator[Engine]:
    """A service's tables in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    schema.metadata.create_all(engine)
    yield engine
    engine.dispose()


# ---- Projects -------------------------------------------------------------------------------------------------------

CALLS: dict[ReservationCall, Callable[[FakeProjects, str], Any]] = {
    ReservationCall.RESERVE: lambda fake, key: driven(fake.reserve(PAYMENT_ID, ORDER, key)),
    ReservationCall.COMMIT: lambda fake, key: driven(fake.commit(PAYMENT_ID, key)),
    ReservationCall.RELEASE: lambda fake, key: driven(fake.release(PAYMENT_ID, key)),
    ReservationCall.RESTOCK: lambda fake, key: driven(fake.restock(PAYMENT_ID, key)),
}


@pytest.mark.parametrize(("row", "closed_by"), ROWS)
@pytest.mark.parametrize("call", ReservationCall)
def test_projects_decide_as_their_rules_do(row: Status | None, closed_by: str | None, call: ReservationCall) -> None:
    """Every cell of the design's table, whoever has closed the row: the same next state, or the same refusal."""
    fake = FakeProjects(row=row or "none", closed_by=closed_by)

    def by_the_rules() -> tuple[str, str | None]:
        status = decide(call, row)
        return status, winner(closed_by, ME) if call is ReservationCall.RELEASE else closed_by

    def by_the_fake() -> tuple[str, str | None]:
        shown = CALLS[call](fake, ME)
        return shown.status, shown.closed_by

    assert outcome_of(by_the_fake) == outcome_of(by_the_rules)


@pytest.mark.parametrize("free", [0, 1])
@pytest.mark.parametrize("others", [0, MAX_OPEN - 1, MAX_OPEN])
def test_projects_refuse_as_the_service_does(others: int, free: int) -> None:
    """A buyer who can open no more, or offset that is sold out, or both: the same refusal with its numbers."""
    fake = FakeProjects(others=others, free=free)

    def refusal(act: Callable[[], Any]) -> Any:
        try:
            act()
        except Refused as refused:
            return refused.kind, refused.extra
        except Problem as problem:
            return problem.kind, problem.extra
        return None

    with database(projects.Base) as engine:
        service = Reservations(engine, BuyerLimits(open_max=MAX_OPEN, held_kg_max=1_000_000))
        with Session(engine) as session, session.begin():
            session.add(_mangrove(total_kg=1500 * (others + free)))
        for number in range(others):
            service.reserve(_reservation(f"pi_other_{number}"))
        by_service = refusal(lambda: service.reserve(_reservation(PAYMENT_ID)))
    assert refusal(lambda: driven(fake.reserve(PAYMENT_ID, ORDER, ME))) == by_service


def _mangrove(total_kg: int) -> projects.Project:
    sold = {"unit_amount": 1200, "currency": "usd", "total_kg": total_kg, "sold_kg": 0, "held_kg": 0}
    milestone = projects.Milestone(project_id="mangrove", milestone_id="mangrove-2", name="Mangrove 2", **sold)
    return projects.Project(project_id="mangrove", name="Mangrove", milestones=[milestone])


def _reservation(payment_id: str) -> ReserveRequest:
    told = ORDER.model_dump(mode="json", include={"items", "amount", "currency", "buyer_id"})
    return ReserveRequest(payment_id=payment_id, **told)


# ---- Payments -------------------------------------------------------------------------------------------------------


class BothPayments:
    """The service and the fake, asked the same and changed by the provider in the same way."""

    def __init__(self, engine: Engine, *, manual: bool, paid_at_creation: bool) -> None:
        mode = provider.CaptureMode.MANUAL if manual else provider.CaptureMode.AUTOMATIC
        self.provider = FakePaymentProvider(paid_at_creation=paid_at_creation)
        self.service = Payments(Records(engine), REGISTRY, {"stripe": self.provider}, mode)
        self.fake = FakePayments(manual=manual, paid_at_creation=paid_at_creation)

    def ask(self, operation: str, key: str) -> tuple[Any, Any]:
        """What both answer."""
        outcome = Outcome(status=PurchaseStatus.PAID, fingerprint="f1")
        order = ORDER.model_dump(mode="json", exclude={"payment_method"}) | {"method": ORDER.payment_method}
        ended = outcome.model_dump(mode="json") | {name: order[name] for name in order if name != "purchase_id"}
        by_service: dict[str, Callable[[], models.Payment]] = {
            "create": lambda: self.service.create(CreateRequest(**order), key),
            "retrieve": lambda: self.service.refresh(PAYMENT_ID),
            "cancel": lambda: self.service.cancel(PAYMENT_ID, key),
            "cancel_payment_of": lambda: self.service.cancel_payment_of(PURCHASE_ID, key),
            "capture": lambda: self.service.capture(PAYMENT_ID),
            "refund": lambda: self.service.refund(PAYMENT_ID, key),
            "record": lambda: self.service.record_outcome(PURCHASE_ID, OutcomeRequest(**ended)),
        }
        by_fake: dict[str, Callable[[], Payment]] = {
            "create": lambda: driven(self.fake.create(ORDER, key)),
            "retrieve": lambda: driven(self.fake.retrieve(PAYMENT_ID)),
            "cancel": lambda: driven(self.fake.cancel(PAYMENT_ID, key)),
            "cancel_payment_of": lambda: driven(self.fake.cancel_payment_of(PURCHASE_ID, key)),
            "capture": lambda: driven(self.fake.capture(PAYMENT_ID, key)),
            "refund": lambda: driven(self.fake.refund(PAYMENT_ID, key)),
            "record": lambda: driven(self.fake.record_outcome(ORDER, outcome, key)),
        }
        shown = outcome_of(lambda: _seen(PaymentResponse.of(by_service[operation]())))
        return shown, outcome_of(lambda: _seen(by_fake[operation]()))

    def change(self, move: str) -> None:
        """The buyer, the bank or a hand does something, where the provider lets them."""
        payment = self.fake.payment
        if payment is None or payment.status is not PaymentStatus.PAYABLE:
            return
        if move == "pays":
            self.provider.pay(REFERENCE)
            self.fake.becomes_paid()
        elif move == "is declined":
            failed = payment.failed_attempts + 1
            self.provider.becomes(REFERENCE, provider.PaymentStatus.PAYABLE, failed_attempts=failed)
            self.fake.set(failed_attempts=failed)
        else:
            self.provider.becomes(REFERENCE, provider.PaymentStatus(move))
            self.fake.set(status=PaymentStatus(move))
        # The service learns of it when it is asked, as before every decision of a saga.
        self.ask("retrieve", ME)


def _seen(payment: Any) -> Seen:
    names = (
        "payment_id",
        "method",
        "buyer_id",
        "amount",
        "amount_authorised",
        "amount_captured",
        "amount_refunded",
        "failed_attempts",
        "canceled_by",
    )
    seen: Seen = {name: getattr(payment, name) for name in names}
    return seen | {"status": payment.status.value, "ended": payment.outcome.status if payment.outcome else None}


ASKED = st.tuples(
    st.sampled_from(("create", "retrieve", "cancel", "cancel_payment_of", "capture", "refund", "record")),
    st.sampled_from((ME, ANOTHER)),
)
CHANGED = st.sampled_from(("pays", "is declined", "processing", "canceled"))


@settings(max_examples=200, derandomize=True)
@given(st.booleans(), st.booleans(), st.lists(st.one_of(ASKED, CHANGED), max_size=8))
def test_payments_answer_as_the_service_does(
    manual: bool, paid_at_creation: bool, story: list[tuple[str, str] | str]
) -> None:
    """Whatever was asked before, by whom, and whatever the provider did: the same payment, or the same refusal."""
    with database(models.Base) as engine:
        both = BothPayments(engine, manual=manual, paid_at_creation=paid_at_creation)
        for part in story:
            if isinstance(part, str):
                both.change(part)
            else:
                by_service, by_fake = both.ask(*part)
                assert by_fake == by_service


# ---- Users ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(("deliver", "revoke", "retrieve")), max_size=5))
@settings(max_examples=50, derandomize=True)
def test_users_answer_as_the_service_does(story: list[str]) -> None:
    """A delivery after a revoke is refused, a revoke of nothing leaves its tombstone, and both are seen."""
    with database(users.Base) as engine:
        with engine.begin() as connection:
            connection.execute(insert(users.User), {"user_id": "alice"})
        service, fake = Offsets(engine), FakeUsers()
        body = OffsetRequest(payment_id=PAYMENT_ID, **ORDER.model_dump(mode="json", include={"purchase_id", "items"}))
        by_service: dict[str, Callable[[], Any]] = {
            "deliver": lambda: service.create("alice", body) and None,
            "revoke": lambda: service.revoke("alice", PAYMENT_ID) and None,
            "retrieve": lambda: "revoked" if service.find("alice", PAYMENT_ID).revoked else "delivered",
        }
        by_fake: dict[str, Callable[[], Any]] = {
            "deliver": lambda: driven(fake.deliver("alice", PAYMENT_ID, PURCHASE_ID, ORDER.items, ME)),
            "revoke": lambda: driven(fake.revoke("alice", PAYMENT_ID, ME)),
            "retrieve": lambda: driven(fake.retrieve("alice", PAYMENT_ID)).status,
        }
        for operation in story:
            assert outcome_of(by_fake[operation]) == outcome_of(by_service[operation])
