"""Which environment a command speaks to: Temporal and the services have addresses of their own, and belong together."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from domain.purchase import PurchaseStatus
from operators.ports import Run
from operators.records import Readers


@dataclass(frozen=True)
class Environment:
    """Where a command finds everything: Temporal as host and port, with its namespace; the services' URLs by name."""

    temporal: str
    namespace: str
    services: Mapping[str, str]

    @property
    def name(self) -> str:
        """Enough to tell it from another one, for a question."""
        return f"Temporal {self.temporal}, namespace {self.namespace}"

    def __str__(self) -> str:
        """All of it, for a plan."""
        services = ", ".join(f"{name.capitalize()} {_without_password(url)}" for name, url in self.services.items())
        return f"{self.name}; {services}"

    @property
    def mixture(self) -> str:
        """Why it looks like parts of two environments; empty where it does not."""
        hosts = {urlsplit(url).hostname for url in (f"//{self.temporal}", *self.services.values())}
        if len({_is_here(host or "") for host in hosts}) == 1:
            return ""
        return f"A part of this is on this machine, another is not, so they may be two environments: {self}."


# An opening's payment may not have been created yet; one that is parked does not tell whether it still opens.
MAY_BE_OPENING = {PurchaseStatus.OPENING, PurchaseStatus.NEEDS_ATTENTION}


async def stranger(readers: Readers, purchase_id: str | None, run: Run) -> str:
    """Why Payments seems to belong to another environment than Temporal; empty if it does not, or is away."""
    payment_id = run.payment_id
    if purchase_id is None or payment_id is None or (run.kind == "StartPayment" and run.status in MAY_BE_OPENING):
        return ""
    payment = (await readers.read(purchase_id, payment_id)).payment
    if payment.problem or (payment.entry and payment.entry["purchase_id"] == purchase_id):
        return ""
    return f"Payments does not know payment {payment_id} of purchase {purchase_id}, which Temporal knows"


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _without_password(url: str) -> str:
    """An address without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
