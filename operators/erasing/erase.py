"""The way through the stores: who is asked first, and what is left where, and why."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from domain.errors import RefusalKind, Refused

# The services that know buyers by their id, beside Payments.
FOLLOWERS = ("projects", "users", "notifier")
# What no command of ours can or may take away.
LEFT = (
    "the purchases' amounts, items, ends and times, under the new name: records must add up, and the law keeps them",
    "ids of purchases and payments: hashes and the provider's numbers, by which the records belong together",
    "at Stripe: the payments, with the card's data that the buyer gave to Stripe and not to us; Stripe can redact them",
    "a saga that tells how a failed refund was paid: its history goes with its retention, within 30 days",
    "messages in notifications.dead, logs, and backups: docs/operations.md tells how long each lives",
)


class Stores(Protocol):
    """The services' stores; as with Histories every method raises Unavailable when it does not answer in time."""

    async def begin(self, buyer_id: str) -> tuple[str, int]:
        """The buyer's new name, the same one until the end, and how many payments bear it from now on.

        Refused `purchases-open`.
        """

    async def follow(self, service: str, buyer_id: str, erased_as: str) -> int:
        """Let a follower use the new name too; how many rows it has changed."""

    async def payments(self, buyer_id: str) -> list[str]:
        """The ids of a buyer's payments."""

    async def finish(self, buyer_id: str) -> None:
        """Forget whose name it is."""


class Histories(Protocol):
    """What Temporal keeps of sagas."""

    async def running(self, buyer_id: str) -> list[str]:
        """The ids of a buyer's sagas that still run."""

    async def forget(self, buyer_id: str, payment_ids: Sequence[str]) -> int:
        """Delete the ended sagas of a buyer and of the payments, but those that prove how a failed refund was paid."""


async def erase(buyer_id: str, stores: Stores, histories: Histories) -> AsyncIterator[str]:
    """Forget the buyer; a line for each store that has.

    Broken off anywhere, the next call goes on with the same name. Raises Refused while purchases are open.
    """
    running = await histories.running(buyer_id)
    if running:
        raise Refused(RefusalKind.PURCHASES_OPEN, f"these sagas of the buyer run: {', '.join(sorted(running))}")
    erased_as, renamed = await stores.begin(buyer_id)
    yield f"Payments: {renamed} records are {erased_as}'s now"
    for service in FOLLOWERS:
        yield f"{service.capitalize()}: {await stores.follow(service, buyer_id, erased_as)} rows as well"
    deleted = await histories.forget(buyer_id, await stores.payments(erased_as))
    yield f"Temporal: {deleted} ended sagas are deleted with their histories"
    # A purchase that was opened meanwhile has the old name: refused now, so that the command is run again.
    _, late = await stores.begin(buyer_id)
    if late:
        raise Refused(RefusalKind.PURCHASES_OPEN, f"{late} purchases have ended meanwhile; erase the buyer once more")
    await stores.finish(buyer_id)
    yield f"nobody knows any more who {erased_as} was"
