"""Ids and keys that are computed."""

from domain import keys
from domain.keys import fingerprint, payment_id_of, purchase_id_of
from services.payments import rules
from tests.unit.values import ORDER


def test_a_payments_id_never_changes() -> None:
    """A saga and Payments compute it by themselves: another namespace would part the two, and old records from both."""
    assert payment_id_of("p1") == rules.payment_id_of("p1") == "306e70c9-ae64-57d9-8389-0e0fbcee2498"
    assert keys.PAYMENTS == rules.PAYMENTS
    assert payment_id_of("p2") != payment_id_of("p1")


def test_a_purchase_is_its_buyers_and_its_keys() -> None:
    """The same for a repeat, and for nobody else; no buyer can make his key look like another's."""
    assert purchase_id_of("alice", "k1") == purchase_id_of("alice", "k1")
    others = {purchase_id_of("alice", "k2"), purchase_id_of("bob", "k1"), purchase_id_of("alicek", "1")}
    assert len(others | {purchase_id_of("alice", "k1")}) == 4


def test_a_fingerprint_tells_orders_apart() -> None:
    """Also two that differ only in how they are paid; without the key nobody can guess an order by it."""
    by_wallet = ORDER.model_copy(update={"payment_method": "wallet"})
    assert fingerprint(ORDER, "k1") == fingerprint(ORDER.model_copy(), "k1")
    assert len({fingerprint(ORDER, "k1"), fingerprint(by_wallet, "k1"), fingerprint(ORDER, "k2")}) == 3
