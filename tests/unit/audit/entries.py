"""The entries of one purchase in every store, as they should be; a test breaks one of them."""

from copy import deepcopy
from typing import Any

from audit.rules.records import Case, NoticeEntry, OffsetEntry, PaymentEntry, ReservationEntry, SagaRecord, State

Json = dict[str, Any]
ITEMS = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}]
MAIN = "purchase/p1"
# How the reservation stands when a purchase has ended so.
ROW = {"paid": "committed", "refunded": "returned"}
KIND = {"paid": "payment.success"}


class Entries:
    """What the services show of purchase p1 with payment pi_1, and its sagas; `end` None: it is open and payable."""

    def __init__(self, end: str | None = "paid") -> None:
        charged = end in {"paid", "refunded"}
        self.payment: Json | None = {
            "payment_id": "pi_1",
            "purchase_id": "p1",
            "buyer_id": "alice",
            "status": "paid" if charged else "canceled" if end else "payable",
            "amount": 1800,
            "currency": "usd",
            "amount_captured": 1800 if charged else 0,
            "amount_refunded": 1800 if end == "refunded" else 0,
            "refunded_since": None,
            "amount_disputed": 0,
            "refunded_by": "payment-success/pi_1/refund-payment" if end == "refunded" else None,
            "disputed": False,
            "disputes_open": 0,
            "items": ITEMS,
            "outcome": {"status": end} if end else None,
        }
        self.reservation: Json | None = {
            "payment_id": "pi_1",
            "status": ROW.get(end, "closed") if end else "reserved",
            "items": ITEMS,
            "amount": 1800,
            "currency": "usd",
        }
        self.offset: Json | None = None
        if end == "paid":
            self.offset = {"payment_id": "pi_1", "purchase_id": "p1", "user_id": "alice", "items": ITEMS}
        self.notices: list[Json] = []
        if end and end != "rejected":
            self.notices.append(notice(KIND.get(end, f"payment.{end}")))
        self.sagas = [SagaRecord(MAIN, State.COMPLETED if end else State.RUNNING, "pi_1")]

    def case(self) -> Case:
        """All of it as the rules take it."""
        return Case(
            purchase_id="p1",
            payment_id="pi_1",
            payment=PaymentEntry.model_validate(self.payment) if self.payment else None,
            reservation=ReservationEntry.model_validate(self.reservation) if self.reservation else None,
            offset=OffsetEntry.model_validate(self.offset) if self.offset else None,
            notices=tuple(NoticeEntry.model_validate(each) for each in self.notices),
            sagas=tuple(self.sagas),
        )


def broken(end: str | None, **changes: Any) -> Entries:
    """Entries with changes: `payment={…}` and so on change fields, None takes the entry away, a list replaces it."""
    ledger = Entries(end)
    for name, change in changes.items():
        if isinstance(change, dict):
            change = deepcopy(getattr(ledger, name) or {}) | change  # noqa: PLW2901 - the entry with its changes
        setattr(ledger, name, change)
    return ledger


def notice(kind: str, **changes: Any) -> Json:
    """A notification of purchase p1."""
    data = {
        "purchase_id": "p1",
        "payment_id": "pi_1",
        "buyer_id": "alice",
        "amount": 1800,
        "currency": "usd",
        "items": ITEMS,
    }
    return {"id": f"{kind}/notify", "type": kind, "data": data | changes}


def saga(workflow_id: str, state: State = State.RUNNING, *, parked: bool = False) -> SagaRecord:
    """A saga of payment pi_1."""
    return SagaRecord(workflow_id, state, "pi_1", parked)
