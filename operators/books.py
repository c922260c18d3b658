"""A purchase as each service has it in its books; each of them may be away."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from clients.http import Service, pooled_client
from domain.errors import ContractBroken, Refused, Unavailable
from domain.purchase import Frozen

# An id that no entry can have is not found either.
REFUSALS = frozenset({"not-found", "invalid-request"})
SERVICES = ("payments", "projects", "users", "notifier")
Json = dict[str, Any]


class Book(Frozen):
    """What a service has: its entry; where that is None, `problem` tells why it is not known, or it has none."""

    entry: Json | None = None
    problem: str = ""


class Books(Frozen):
    """What all services have of one purchase; a book that was not asked, for nothing names its entry, is None."""

    payment: Book
    reservation: Book | None = None
    offset: Book | None = None
    notifications: Book | None = None


class Readers(Protocol):
    """Whoever reads the books."""

    async def read(self, purchase_id: str | None, payment_id: str | None) -> Books:
        """All books of a purchase, by what is known of it; never raises because a service is away."""

    async def payment_called(self, provider_reference: str) -> str | None:
        """Our id of the payment that its provider calls so; None where Payments knows none, or is away."""


class HttpReaders:
    """The services over HTTP; their addresses by their names."""

    def __init__(
        self, urls: Mapping[str, str], token: str, connect: Callable[[], httpx.AsyncClient] = pooled_client
    ) -> None:
        self._urls = urls
        self._token = token
        self._connect = connect

    async def read(self, purchase_id: str | None, payment_id: str | None) -> Books:
        """Payments first, for it knows the other ids; then all others at once."""
        async with self._connect() as http:
            at = {name: self._service(http, name) for name in SERVICES}
            payment = await _payment(at["payments"], purchase_id, payment_id)
            known = payment.entry or {}
            payment_id, purchase_id = payment_id or known.get("payment_id"), purchase_id or known.get("purchase_id")
            buyer_id = known.get("buyer_id")
            reservation, offset, notifications = await asyncio.gather(
                _entry(at["projects"], f"/reservations/{_in_path(payment_id)}", wanted=payment_id),
                _entry(at["users"], f"/users/{_in_path(buyer_id)}/offsets/{_in_path(payment_id)}", wanted=buyer_id),
                _entry(at["notifier"], "/notifications", wanted=purchase_id, purchase_id=purchase_id),
            )
        return Books(payment=payment, reservation=reservation, offset=offset, notifications=notifications)

    async def payment_called(self, provider_reference: str) -> str | None:
        """Payments lists it."""
        async with self._connect() as http:
            found = await _listed(self._service(http, "payments"), "provider_reference", provider_reference)
        return found.entry["payment_id"] if found.entry else None

    def _service(self, http: httpx.AsyncClient, name: str) -> Service:
        return Service(http, self._urls[name], self._token, REFUSALS)


async def _payment(payments: Service, purchase_id: str | None, payment_id: str | None) -> Book:
    """As the provider has it now; where that does not answer, as Payments has recorded it."""
    retrieved = await _entry(payments, f"/payments/{_in_path(payment_id)}", wanted=payment_id)
    if retrieved and (retrieved.entry or not retrieved.problem):
        return retrieved
    recorded = await _listed(payments, "purchase_id", purchase_id)
    return Book(entry=recorded.entry, problem=(retrieved and retrieved.problem) or recorded.problem)


async def _listed(payments: Service, name: str, value: str | None) -> Book:
    """The one payment that has this id under that name, from Payments' own record."""
    found = await _entry(payments, "/payments", wanted=value, **{name: value}) or Book()
    items = found.entry["items"] if found.entry else []
    return Book(entry=items[0] if items else None, problem=found.problem)


async def _entry(service: Service, path: str, *, wanted: str | None, **params: str | None) -> Book | None:
    if wanted is None:
        return None
    try:
        return Book(entry=await service.call("GET", path, params={k: v for k, v in params.items() if v}))
    except Refused:
        return Book()
    except (Unavailable, ContractBroken) as error:
        return Book(problem=str(error))


def _in_path(any_id: str | None) -> str:
    return quote(any_id or "", safe="")
