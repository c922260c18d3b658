"""What is held, taken, given back and disputed, as Stripe's objects tell it."""

import pytest

from providers.port import (
    PaymentStatus,
    Snapshot,
)
from tests.unit.providers.stripe.http import IDS, Json, charge, intent, listed, provider, refund


def test_a_released_authorisation_is_no_refund() -> None:
    """An old account's charge shows what was released as refunded; nothing was taken, so nothing came back."""
    released = intent("canceled", latest_charge=charge("succeeded", amount_refunded=1800))
    ours, _ = provider((200, released), listed(refund("succeeded")))
    assert ours.retrieve("pi_1").amount_refunded == 0


def test_what_is_held_shows_until_it_is_taken() -> None:
    """How much the bank holds, for it may be less than was asked for."""
    card = {"type": "card", "card": {}}
    held = intent(
        "requires_capture", amount_capturable=1799, latest_charge=charge("succeeded", payment_method_details=card)
    )
    ours, _ = provider((200, held))
    seen = ours.retrieve("pi_1")
    assert (seen.amount_authorised, seen.amount_captured) == (1799, 0)


def test_what_was_given_back_is_refunds() -> None:
    """Not what the charge says: only refunds that are done or on their way count, since the first of them."""
    taken = intent("succeeded", amount_received=1000, latest_charge=charge("succeeded", amount_refunded=800))
    made = [
        refund("pending", 200, created=30),
        refund("succeeded", 300, created=20),
        refund("failed", 400, created=10),
        refund("canceled", 400, created=10),
    ]
    ours, _ = provider((200, taken), listed(*made))
    seen = ours.retrieve("pi_1")
    assert (seen.amount_captured, seen.amount_refunded, seen.refunded_since) == (1000, 500, 20)


def test_a_part_that_was_released_is_no_refund() -> None:
    """1.00 of 18.00 captured by hand, and 17.00 shown as refunded: without a refund all of the 1.00 is kept."""
    taken = intent("succeeded", amount_received=100, latest_charge=charge("succeeded", amount_refunded=1700))
    ours, _ = provider((200, taken), listed())
    seen = ours.retrieve("pi_1")
    assert (seen.amount_captured, seen.amount_refunded, seen.refunded_since) == (100, 0, None)


def test_a_refund_answers_what_the_payment_looks_like_then() -> None:
    """The whole rest is refunded under our key, and the payment is read again."""
    refunded = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", amount_refunded=1800))
    made = refund("succeeded", purchase_id="p1")
    ours, http = provider((200, made), (200, refunded), listed(made))
    seen = ours.refund("pi_1", IDS, "p1:refund:1")
    assert (seen.amount_refunded, seen.refunds_by_hand) == (1800, 0)
    _, _, sent, headers = http.asked[0]
    assert sent == {
        "payment_intent": ["pi_1"],
        "metadata[payment_id]": ["a-payment"],
        "metadata[purchase_id]": ["p1"],
    }
    assert headers["Idempotency-Key"] == "p1:refund:1"


def test_refunds_that_are_not_marked_as_ours_were_made_by_hand() -> None:
    """Each part refunded in the dashboard counts, one that the bank has failed too; ours does not."""
    refunded = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", amount_refunded=900))
    made = [refund("succeeded", 300), refund("pending", 300), refund("failed", 300)]
    ours, http = provider((200, refunded), listed(*made, refund("succeeded", 300, purchase_id="p1")))
    seen = ours.retrieve("pi_1")
    assert (seen.amount_refunded, seen.refunds_by_hand) == (900, 3)
    assert http.asked[1][1] == "http://stripe.test/v1/refunds?payment_intent=pi_1&limit=100"


@pytest.mark.parametrize(
    ("statuses", "open_ones", "withdrawn"),
    [
        (["needs_response"], 1, 900),
        (["under_review", "warning_needs_response", "warning_under_review", "of a later version"], 4, 1800),
        (["won", "warning_closed", "prevented"], 0, 0),
        (["lost"], 0, 900),
    ],
)
def test_a_disputed_charge_shows_on_its_payment(statuses: list[str], open_ones: int, withdrawn: int) -> None:
    """A payment is disputed for ever, has an open dispute until the bank has decided, and what that has withdrawn."""
    disputed = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", disputed=True))
    disputes = [{"id": "du_1", "object": "dispute", "status": status, "amount": 900} for status in statuses]
    ours, http = provider((200, disputed), listed(*disputes))
    assert ours.retrieve("pi_1") == Snapshot(
        "pi_1", PaymentStatus.PAID, 1800, 0, 0, disputed=True, disputes_open=open_ones, amount_disputed=withdrawn
    )
    assert http.asked[1][1] == "http://stripe.test/v1/disputes?payment_intent=pi_1&limit=100"


@pytest.mark.parametrize(
    ("status", "card", "capture_before"),
    [
        ("requires_capture", {"capture_before": 1_800_000_000}, 1_800_000_000),
        ("requires_capture", {}, None),
        ("canceled", {"capture_before": 1_800_000_000}, None),
    ],
)
def test_an_authorisation_tells_when_it_runs_out(status: str, card: Json, capture_before: int | None) -> None:
    """As long as the money is held, and where the card's network tells it."""
    held = intent(status, latest_charge=charge("succeeded", payment_method_details={"type": "card", "card": card}))
    ours, _ = provider((200, held))
    assert ours.retrieve("pi_1").capture_before == capture_before
