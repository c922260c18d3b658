"""What must hold in every story: the model's invariants."""

from typing import TYPE_CHECKING

from domain.payment import PaymentStatus
from domain.purchase import PurchaseStatus

if TYPE_CHECKING:
    from tests.sagas.explorer.town import Town

NOT_FINAL = "payment.attempt_failed"


class Violation(AssertionError):
    """A rule is broken; its text tells which, and the story."""

    def __init__(self, rule: str, story: list[str]) -> None:
        super().__init__("\n".join([rule, *(f"{n:4}. {line}" for n, line in enumerate(story, 1))]))
        self.rule = rule


def check_always(town: "Town") -> None:
    """What holds at every moment."""
    projects, payment = town.world.projects, town.world.payments.payment
    taken = projects.row in {"reserved", "committed"}
    expect(town, projects.free >= 0 and projects.free + taken + town.rival_has == 1, "(2) the stock does not add up")
    charged = payment is not None and payment.amount_captured > payment.amount_refunded
    expect(town, not (charged and projects.row == "returned"), "(6) captured while the offset was given back")
    for (saga, operation), keys in town.network.keys.items():
        expect(town, len(keys) == 1, f"{saga} repeats {operation} under another key")
    expect(town, len(set(town.answers)) <= 1, "the buyer is answered one thing, and then another")


def check_at_rest(town: "Town") -> None:
    """What holds when everything has happened that can be relied upon."""
    world, payment = town.world, town.world.payments.payment
    open_sagas = [execution.id for execution in town.open_sagas()]
    expect(town, not open_sagas, f"(3) stuck for ever: {', '.join(open_sagas)}")
    expect(town, not town.unanswered, "(3) a client waits for ever")
    assert payment, "a purchase that has ended has its record"
    kept = payment.amount_captured - payment.amount_refunded
    assert payment.outcome, "StartPayment has closed, so it has recorded"
    status = payment.outcome.status
    if status is PurchaseStatus.PAID and town.provider.touched_after_delivery:
        expect(town, not town.provider.spoilt_before_delivery, "(1) bought with money that was not all there")
        # What happens to the money after the delivery is between people: the audit tells of it.
        kept = payment.amount_captured
    expect(town, kept in {0, payment.amount}, f"(1) {kept} of {payment.amount} is kept")
    charged = kept > 0
    held = payment.status is PaymentStatus.PAID and payment.amount_captured == 0
    expect(town, not held, "(1) ended with the buyer's money held")
    payable = payment.status in {PaymentStatus.PAYABLE, PaymentStatus.PROCESSING}
    expect(town, not payable, "(1) ended, and the buyer can still pay")
    expect(town, not charged or world.users.delivered, "(1) charged, not delivered")
    expect(town, charged or not world.users.delivered, "(1) delivered, not charged")
    expect(town, charged == (world.projects.row == "committed"), f"(1) charged: {charged}, row: {world.projects.row}")
    expect(town, world.projects.row != "reserved", "(1) ended with the offset held")
    truth = PurchaseStatus.PAID if charged else PurchaseStatus.REFUNDED if payment.amount_refunded else None
    honest = status is truth if truth else status is not PurchaseStatus.PAID
    expect(town, honest, f"(4) recorded {status}, in truth {truth or 'not charged'}")
    told = ", ".join(sorted(town.ends_told))
    expect(town, town.ends_told <= {status}, f"(4) recorded {status}, and who canceled was told {told}")
    _check_notices(town, status)


def _check_notices(town: "Town", status: PurchaseStatus) -> None:
    final = [kind for kind in town.world.notifications.kinds() if kind != NOT_FINAL]
    expect(town, len(set(final)) <= 1, f"(5) two final notifications: {final}")
    expect(town, len(final) <= 1, f"(5) notified under two ids: {list(town.world.notifications.events)}")
    success = status is PurchaseStatus.PAID
    wanted = [] if status is PurchaseStatus.REJECTED else ["payment.success" if success else f"payment.{status}"]
    told = final == wanted or (town.notice_skipped and not final)
    expect(town, told, f"(4) recorded {status}, notified {final or 'nothing'}")


def expect(town: "Town", holds: bool, rule: str) -> None:
    """Raise the violation of a rule that does not hold."""
    if not holds:
        raise Violation(rule, town.story)
