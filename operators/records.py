"""The records that the services have of a purchase; each service may be away."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import httpx

from clients.http import pooled_client
from clients.notifier import HttpNotifier
from clients.payments import HttpPayments
from clients.projects import HttpProjects
from clients.users import HttpUsers
from domain.errors import ContractBroken, Refused, Unavailable
from domain.purchase import Frozen

Json = dict[str, Any]


class Record(Frozen):
    """A service's entry of a purchase. Where it is None, `problem` says why it is not known; empty: there is none."""

    entry: Json | None = None
    problem: str = ""


class PurchaseRecords(Frozen):
    """The records of all services of one purchase; None where we know no id to ask a service by."""

    payment: Record
    reservation: Record | None = None
    offset: Record | None = None
    notifications: Record | None = None


class Readers(Protocol):
    """The port to the services' records."""

    async def read(self, purchase_id: str | None, payment_id: str | None) -> PurchaseRecords:
        """All records of a purchase, by what is known of it; never raises because a service is away."""

    async def payment_called(self, provider_reference: str) -> str | None:
        """Our id of the payment with this provider's reference; None where Payments knows none, or is away."""


class HttpReaders:
    """The services over HTTP; their addresses by their names."""

    def __init__(
        self, urls: Mapping[str, str], token: str, connect: Callable[[], httpx.AsyncClient] = pooled_client
    ) -> None:
        self._urls = urls
        self._token = token
        self._connect = connect

    async def read(self, purchase_id: str | None, payment_id: str | None) -> PurchaseRecords:
        """Payments first, for it knows the other ids; then all others at once."""
        async with self._connect() as http:
            payment = await _payment(self._payments(http), purchase_id, payment_id)
            known = payment.entry or {}
            payment_id, purchase_id = payment_id or known.get("payment_id"), purchase_id or known.get("purchase_id")
            buyer_id = known.get("buyer_id")
            projects = HttpProjects(http, self._urls["projects"], self._token)
            users = HttpUsers(http, self._urls["users"], self._token)
            notifier = HttpNotifier(http, self._urls["notifier"], self._token)
            reservation, offset, notifications = await asyncio.gather(
                _record(projects.entry(payment_id) if payment_id else None),
                _record(users.entry(buyer_id, payment_id) if buyer_id and payment_id else None),
                _record(notifier.entry(purchase_id) if purchase_id else None),
            )
        return PurchaseRecords(payment=payment, reservation=reservation, offset=offset, notifications=notifications)

    async def payment_called(self, provider_reference: str) -> str | None:
        """Payments lists it."""
        async with self._connect() as http:
            try:
                payment = await self._payments(http).find_by_reference(provider_reference)
            except (Refused, Unavailable, ContractBroken):
                return None
        return payment.payment_id if payment else None

    def _payments(self, http: httpx.AsyncClient) -> HttpPayments:
        return HttpPayments(http, self._urls["payments"], self._token)


async def _payment(payments: HttpPayments, purchase_id: str | None, payment_id: str | None) -> Record:
    """As the provider has it now; where that does not answer, as Payments has recorded it."""
    retrieved = await _record(payments.entry(payment_id) if payment_id else None)
    if retrieved and (retrieved.entry or not retrieved.problem):
        return retrieved
    recorded = await _record(payments.recorded_entry(purchase_id) if purchase_id else None) or Record()
    return Record(entry=recorded.entry, problem=(retrieved and retrieved.problem) or recorded.problem)


async def _record(reading: Awaitable[Json | None] | None) -> Record | None:
    """The record; None where there is nothing to read. A service that refuses the id has no such entry."""
    if reading is None:
        return None
    try:
        return Record(entry=await reading)
    except Refused:
        return Record()
    except (Unavailable, ContractBroken) as error:
        return Record(problem=str(error))
