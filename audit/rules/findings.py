"""What the audit finds: which rule, which side is off, of which purchase, and how much it weighs."""

from dataclasses import dataclass
from enum import StrEnum

from audit.rules.records import Case


class Weight(StrEnum):
    """What a finding asks of people."""

    FAULT = "fault"  # the records do not add up
    PARKED = "parked"  # a saga waits for an operator
    NOTE = "note"  # somebody has acted at the provider by hand: worth knowing, nothing to mend


class Side(StrEnum):
    """In which store the record is wrong."""

    PAYMENTS = "Payments"
    PROJECTS = "Projects"
    USERS = "Users"
    NOTIFIER = "Notifier"
    TEMPORAL = "Temporal"


class Rule(StrEnum):
    """What must hold; each is broken once in the tests."""

    SAGA_GONE = "saga-gone"  # an open purchase has a running saga, and no saga of it was stopped
    NOT_RECORDED = "not-recorded"  # a saga that has completed has recorded the end
    NOT_CHARGED = "not-charged"  # what is delivered is charged
    CHARGED = "charged"  # what is not delivered is not charged, or the money is back
    PAYABLE = "payable"  # nothing is authorised or can still be paid without an open purchase
    REFUNDED = "refunded"  # what is delivered is not refunded by a saga
    BACK_BEFORE = "back-before"  # nothing is delivered for money that is back
    BACK_TWICE = "back-twice"  # no more is back, refunded and disputed together, than was charged
    HELD = "held"  # nothing is held without an open purchase
    NOT_SOLD = "not-sold"  # what is delivered is sold
    SOLD = "sold"  # what is not delivered is not sold
    NOT_DELIVERED = "not-delivered"  # a paid purchase is delivered
    DELIVERED = "delivered"  # only a paid purchase is delivered
    NOT_NOTIFIED = "not-notified"  # every end but a rejection has its notification
    NOTIFIED_TWICE = "notified-twice"  # only one
    NOTIFIED_WRONGLY = "notified-wrongly"  # and it names the recorded end
    DIFFERS = "differs"  # every store has the order's buyer, items and price
    ORPHAN = "orphan"  # nothing is held, owned or published of a payment that Payments does not know
    STOCK = "stock"  # total = sold + held + free, as the reservations say
    PARKED = "parked"
    BY_HAND = "by-hand"
    DISPUTED = "disputed"
    REFUND_FAILED = "refund-failed"


@dataclass(frozen=True)
class Finding:
    """Something to know of one purchase (of a milestone's stock: neither id is there); `says` is for people."""

    weight: Weight
    rule: Rule
    side: Side
    says: str
    purchase_id: str | None = None
    payment_id: str | None = None
    # The saga that is meant, where one is.
    workflow_id: str | None = None

    def line(self) -> str:
        """The finding as one line: of which purchase, which side, what."""
        about = f"purchase {self.purchase_id} " if self.purchase_id else ""
        payment = f"(payment {self.payment_id}) " if self.payment_id else ""
        return f"{about}{payment}{self.side}: {self.says}"


def fault(case: Case, rule: Rule, side: Side, says: str, workflow_id: str | None = None) -> Finding:
    """The records of a purchase do not add up."""
    return Finding(Weight.FAULT, rule, side, says, case.purchase_id, case.payment_id, workflow_id)


def parked(case: Case, workflow_id: str) -> Finding:
    """A saga waits for an operator."""
    says = f"{workflow_id} waits for an operator"
    return Finding(Weight.PARKED, Rule.PARKED, Side.TEMPORAL, says, case.purchase_id, case.payment_id, workflow_id)


def note(case: Case, rule: Rule, says: str) -> Finding:
    """What somebody has done at the provider by hand."""
    return Finding(Weight.NOTE, rule, Side.PAYMENTS, says, case.purchase_id, case.payment_id)
