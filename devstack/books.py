"""The books of a stack at rest: stock, money and deliveries, as the services tell them."""

from dataclasses import dataclass

from devstack.shop import Shop


@dataclass(frozen=True)
class Books:
    """Sums over everything: kilograms of offset, minor units of money by currency."""

    total_kg: int
    sold_kg: int
    held_kg: int
    free_kg: int
    charged: dict[str, int]
    delivered: dict[str, int]
    authorised: int

    def lines(self) -> list[str]:
        """The books for a reader."""
        parts = f"{_t(self.sold_kg)} sold + {_t(self.held_kg)} held + {_t(self.free_kg)} free"
        stock = f"stock    {_t(self.total_kg)} = {parts}"
        return [stock, f"charges  {self.charged} (less refunds, minor units)", f"delivered {self.delivered}"]

    def faults(self) -> list[str]:
        """What does not add up; empty when all does."""
        checks = {
            "stock is not sold + held + free": self.total_kg == self.sold_kg + self.held_kg + self.free_kg,
            "offset is held by nobody's purchase": self.held_kg == 0,
            "charges are not the price of what was delivered": self.charged == self.delivered,
            "money is held of a purchase that has ended": self.authorised == 0,
        }
        return [fault for fault, holds in checks.items() if not holds]


def read_books(shop: Shop) -> Books:
    """Sum up what Projects, Payments and Users tell."""
    milestones = list(shop.milestones().values())
    kg = {part: sum(_kg(m[part]) for m in milestones) for part in ("total", "sold", "held", "free")}
    charged: dict[str, int] = {}
    delivered: dict[str, int] = {}
    authorised = 0
    offsets: dict[str, set[str]] = {}
    for payment in shop.pages("payments", "/payments"):
        buyer = payment["buyer_id"]
        if buyer not in offsets:
            offsets[buyer] = {offset["purchase_id"] for offset in shop.pages("users", f"/users/{buyer}/offsets")}
        currency, net = payment["currency"], payment["amount_captured"] - payment["amount_refunded"]
        charged[currency] = charged.get(currency, 0) + net
        price = payment["amount"] if payment["purchase_id"] in offsets[buyer] else 0
        delivered[currency] = delivered.get(currency, 0) + price
        authorised += payment["status"] == "paid" and payment["amount_captured"] == 0
    return Books(kg["total"], kg["sold"], kg["held"], kg["free"], charged, delivered, authorised)


def _kg(tonnes: str) -> int:
    whole, _, fraction = tonnes.partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0"))


def _t(kg: int) -> str:
    return f"{kg // 1000}.{kg % 1000:03d} t"
