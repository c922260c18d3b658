"""The way through the stores: who is asked first, and what is left where, and why."""

from collections.abc import AsyncIterator

from domain.errors import RefusalKind, Refused
from operators.erasing.ports import FOLLOWERS, Histories, Stores

# What no command of ours can or may take away.
LEFT = (
    "the purchases' amounts, items, ends and times, under the new name: books must add up, and the law keeps them",
    "ids of purchases and payments: hashes and the provider's numbers, by which the books belong together",
    "at Stripe: the payments, with the card's data that the buyer gave to Stripe and not to us; Stripe can redact them",
    "a saga that tells how a failed refund was paid: its history goes with its retention, within 30 days",
    "messages in notifications.dead, logs, and backups: docs/operations.md tells how long each lives",
)


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
