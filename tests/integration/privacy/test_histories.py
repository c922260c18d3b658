"""The raw histories of purchases of every kind, with encryption on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from services.common.service_tokens import Role, new_token
from services.common.settings import DEVELOPMENT_SERVICE_TOKENS
from tests.integration.privacy.conftest import BOTH, PayloadKeys
from tests.integration.privacy.raw import Kept, database, everything
from tests.integration.sagas.buyers import BoughtPurchase, Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.stack import Stack

ENCRYPTED = {"encoding": b"binary/encrypted", "encryption-key-id": b"first"}
# What the server itself says of a failed step; it knows nothing of the order.
BY_THE_SERVER = {"activity error", "activity task failed", "Activity task failed"}
# Words of every order: its fields, its items, its price, a project's and a milestone's name, and what is said of them.
WORDS = (
    b"buyer_id", b"amount", b"quantity", b"0.100", b"tCO2e", b" USD", b"mangrove-2", b"peatland-1", b"Mangrove",
    b"Reserve", b"Deliver ", b"sold out", b"declined", b"broke its", b"not-development", b'File "/',
)  # fmt: skip


def test_nothing_of_an_order_is_readable_without_a_key(
    own: Stack, buyers: Buyers, engine: TemporalServer, keys: PayloadKeys
) -> None:
    """Paid, failed, expired, rejected and parked: every payload and failure is encrypted, wherever Temporal has it."""
    keys.roll(BOTH, "first")
    paid, declined, unpaid = buyers.opened(), buyers.opened(), buyers.unpaid()
    too_much = buyers.opening_of_too_much()
    buyers.pay(paid)
    buyers.fail(declined)
    ends = [buyers.completed(each)["status"] for each in (paid, declined, unpaid, too_much)]
    with estranged(own, "users"):
        waiting = buyers.opened()
        buyers.pay(waiting)
        engine.wait_until_parked(waiting.success)
        kept = asyncio.run(everything(own.description["temporal"]))
    assert ends == ["paid", "failed", "expired", "rejected"]
    assert "tried again" in engine.resolve(waiting.success, "retry")
    assert buyers.completed(waiting)["status"] == "paid"

    everybody = (paid, declined, unpaid, too_much, waiting)
    assert {each.opening for each in everybody} | {waiting.success} <= {saga.workflow_id for saga in kept}
    for saga in kept:
        _check(saga, everybody)
    files = database(own.data)
    # Were it not there, the search would have looked in the wrong place.
    assert paid.purchase_id.encode() in files
    assert [word for word in WORDS if word in files] == []


@contextmanager
def estranged(stack: Stack, name: str) -> Iterator[None]:
    """Let a service trust another token than ours: who asks it is refused in a way that no contract knows."""
    stack.tell(SERVICE_TOKENS=new_token(Role.WORKER)[1])
    stack.restart(name)
    try:
        yield
    finally:
        stack.tell(SERVICE_TOKENS=",".join(DEVELOPMENT_SERVICE_TOKENS))
        stack.restart(name)


def _check(saga: Kept, everybody: tuple[BoughtPurchase, ...]) -> None:
    payloads = saga.payloads
    assert payloads
    assert [payload for payload in payloads if not ENCRYPTED.items() <= dict(payload.metadata).items()] == []
    for failure in saga.failures:
        assert failure.message in {"Encoded failure", *BY_THE_SERVER}, saga.workflow_id
        assert failure.stack_trace == ""
    people = [purchase.buyer.encode() for purchase in everybody]
    assert [word for word in (*WORDS, *people) if word in saga.raw] == [], saga.workflow_id
