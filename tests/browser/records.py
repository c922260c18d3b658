"""What the services have in their records of one buyer, whatever the page says."""

from collections.abc import Mapping
from typing import Any

from tools.devstack.shop import ENDS, Shop


class BuyerRecords:
    """Reads Payments, Projects and Users."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def purchases(self, buyer: str) -> list[dict[str, Any]]:
        """Every payment that was ever made for a buyer, as Payments has it from the provider."""
        return [
            # Without an id it is just being made.
            self._shop.service("payments", f"/payments/{row['payment_id']}") if row["payment_id"] else row
            for row in self._shop.pages("payments", "/payments", buyer_id=buyer)
        ]

    def statuses(self, buyer: str) -> list[str]:
        """How each purchase of a buyer stands: its end, or `open`."""
        return [(payment["outcome"] or {"status": "open"})["status"] for payment in self.purchases(buyer)]

    def opened(self, buyer: str) -> list[str]:
        """How the buyer's purchases stand, once there is one; raises TimeoutError."""
        return self._shop.until(lambda: self.statuses(buyer), bool, f"a purchase of {buyer}")

    def completed(self, buyer: str, count: int = 1) -> list[str]:
        """How the buyer's purchases ended, once that many of them have; raises TimeoutError."""
        return self._shop.until(
            lambda: self.statuses(buyer),
            lambda ends: len(ends) == count and ENDS.issuperset(ends),
            f"{count} purchases of {buyer} to settle",
        )

    def paid_once(self, buyer: str, amount: int) -> None:
        """Fail unless the buyer was charged this amount once and owns the offset of one purchase."""
        assert self.completed(buyer) == ["paid"]
        payment = self.purchases(buyer)[0]
        assert (payment["amount_captured"], payment["amount_refunded"]) == (amount, 0)
        assert self.offsets(buyer) == [payment["purchase_id"]]

    def nothing_held(self, buyer: str) -> None:
        """Fail if a reservation of the buyer is still held, or any money is still taken."""
        for payment in self.purchases(buyer):
            assert payment["amount_captured"] == payment["amount_refunded"]
            reservation = self._shop.service("projects", f"/reservations/{payment['payment_id']}")
            assert reservation["status"] in {"closed", "returned"}

    def offsets(self, buyer: str) -> list[str]:
        """The purchases whose offset a buyer owns."""
        return [row["purchase_id"] for row in self._shop.pages("users", f"/users/{buyer}/offsets")]

    def free(self, milestone_id: str) -> str:
        """The free stock of a milestone (tCO2e)."""
        milestone: Mapping[str, Any] = self._shop.milestones()[milestone_id]
        return str(milestone["free"])
