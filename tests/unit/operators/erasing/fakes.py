"""Stores that forget buyers as the real ones do, and break when told."""

from collections.abc import Sequence

from domain.errors import Refused, Unavailable
from operators.erasing.erase import FOLLOWERS

PLACES = ("begin", *FOLLOWERS, "payments", "forget", "finish")


class FakeStores:
    """All stores: rows by their buyer; `fails` is the next place that does not answer."""

    def __init__(self) -> None:
        self.rows = {name: ["alice", "bob"] for name in ("payments", *FOLLOWERS)}
        self.sagas = ["alice"]
        self.names: dict[str, str] = {}
        self.open: list[str] = []
        self.late: list[str] = []
        self.fails: str | None = None

    async def begin(self, buyer_id: str) -> tuple[str, int]:
        """Payments makes the name up."""
        self._answer("begin")
        if self.open:
            raise Refused("purchases-open", "The buyer has open purchases.")
        name = self.names.setdefault(buyer_id, f"erased-{len(self.names) + 1}")
        return name, self._rename("payments", buyer_id, name)

    async def follow(self, service: str, buyer_id: str, erased_as: str) -> int:
        """Another service takes it."""
        self._answer(service)
        return self._rename(service, buyer_id, erased_as)

    async def payments(self, buyer_id: str) -> list[str]:
        """A payment for each record."""
        self._answer("payments")
        return [f"pi_{number}" for number, owner in enumerate(self.rows["payments"]) if owner == buyer_id]

    async def finish(self, buyer_id: str) -> None:
        """The name leads to nobody any more."""
        self._answer("finish")
        self.names.pop(buyer_id, None)

    async def running(self, buyer_id: str) -> list[str]:
        """The open ones."""
        return self.open

    async def forget(self, buyer_id: str, payment_ids: Sequence[str]) -> int:
        """The ended ones."""
        self._answer("forget")
        assert payment_ids == ["pi_0"], "the buyer's payments, by the new name"
        deleted = self.sagas.count(buyer_id)
        self.sagas.clear()
        self.rows["payments"] += self.late
        self.late = []
        return deleted

    def _answer(self, place: str) -> None:
        if self.fails == place:
            self.fails = None
            raise Unavailable(f"{place} does not answer")

    def _rename(self, store: str, buyer_id: str, name: str) -> int:
        before = self.rows[store]
        self.rows[store] = [name if owner == buyer_id else owner for owner in before]
        return before.count(buyer_id)
