"""What an erasure needs of the stores; every method raises Unavailable when it does not answer in time."""

from collections.abc import Sequence
from typing import Protocol

# The services that know buyers by their id, beside Payments.
FOLLOWERS = ("projects", "users", "notifier")


class Stores(Protocol):
    """The services' stores."""

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
