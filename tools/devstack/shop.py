"""A buyer at the intake, and an auditor at the services: what the demo, the tests and the bench do with a stack.

It speaks HTTP alone and learns everything from `.run/stack.json`, as any other program could.
"""

import itertools
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from tools.devstack.description import token
from tools.devstack.options import SHARED
from tools.devstack.patience import PATIENCE_S

ENDS = frozenset({"paid", "failed", "expired", "canceled", "refunded", "rejected"})
# 20 ms: a person sees no difference, and an end takes some hundred.
ASK_AGAIN_S = 0.02
# load-0 to load-999: the buyers whom Users is seeded with for whoever opens more than one buyer may.
LOAD_BUYERS = 1000


T = TypeVar("T")


class Shop:
    """A client of everything in one stack; use it as a context manager. `buyer` buys where no other is named."""

    def __init__(self, stack: Mapping[str, Any], buyer: str = "alice") -> None:
        self.stack = stack
        self.buyer = buyer
        self._http = httpx.Client(timeout=PATIENCE_S)
        self._urls = {name: process.get("url") for name, process in stack["processes"].items()}

    def __enter__(self) -> Self:
        """Open nothing yet: connections come with the first request."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._http.close()

    # ---- the buyer --------------------------------------------------------------------------------------------------

    def open(
        self, items: list[dict[str, str]], amount: int, *, key: str | None = None, buyer: str | None = None
    ) -> httpx.Response:
        """POST /purchases; a new key unless one is given."""
        return self._http.post(
            f"{self._urls['intake']}/purchases",
            json={"items": items, "amount": amount, "currency": "usd"},
            headers=self.buyer_headers(buyer) | {"Idempotency-Key": key or uuid.uuid4().hex},
        )

    def buyer_headers(self, buyer: str | None = None) -> dict[str, str]:
        """What makes a request the buyer's."""
        return {"Authorization": f"Bearer {buyer_token(self.stack, buyer or self.buyer)}"}

    def pay(self, answer: Mapping[str, Any], payment_method: str = "pm_card_visa") -> httpx.Response:
        """Confirm the payment as the buyer's browser does: with the client's secret and the publishable key."""
        stripe = self.stack["stripe"]
        return self._http.post(
            f"{stripe['api_base']}/v1/payment_intents/{reference(answer)}/confirm",
            data={"client_secret": answer["next_action"]["client_secret"], "payment_method": payment_method},
            headers={"Authorization": f"Bearer {stripe['publishable_key']}"},
        )

    def cancel(self, purchase_id: str, buyer: str | None = None) -> httpx.Response:
        """POST /purchases/{purchase_id}/cancel."""
        url = f"{self._urls['intake']}/purchases/{purchase_id}/cancel"
        return self._http.post(url, headers=self.buyer_headers(buyer))

    def purchase(self, purchase_id: str, buyer: str | None = None) -> dict[str, Any]:
        """GET /purchases/{purchase_id}."""
        url = f"{self._urls['intake']}/purchases/{purchase_id}"
        response = self._http.get(url, headers=self.buyer_headers(buyer))
        response.raise_for_status()
        return dict(response.json())

    def completed(self, purchase_id: str, timeout_s: float = PATIENCE_S, buyer: str | None = None) -> dict[str, Any]:
        """The purchase once it has ended; raises TimeoutError."""
        return self.until(
            lambda: self.purchase(purchase_id, buyer),
            lambda purchase: purchase["status"] in ENDS,
            f"purchase {purchase_id} to end",
            timeout_s,
        )

    def get(self, url: str, *, params: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        """GET anything; the answer's JSON object."""
        response = self._http.get(url, params=dict(params), headers=dict(headers))
        response.raise_for_status()
        return dict(response.json())

    # ---- the provider -----------------------------------------------------------------------------------------------

    def provider_events(self, reference: str) -> list[dict[str, Any]]:
        """The provider's events about one of its payments, newest first."""
        stripe = self.stack["stripe"]
        headers = {"Authorization": f"Bearer {stripe['secret_key']}"}
        response = self._http.get(f"{stripe['api_base']}/v1/events", params={"limit": 100}, headers=headers)
        response.raise_for_status()
        return [event for event in response.json()["data"] if event["data"]["object"]["id"] == reference]

    def repeat_webhook(self, event_id: str) -> None:
        """Let the simulator deliver an event once more."""
        stripe = self.stack["stripe"]
        url = f"{stripe['api_base']}/simulator/events/{event_id}/deliver"
        self._http.post(url, headers={"Authorization": f"Bearer {stripe['secret_key']}"}).raise_for_status()

    # ---- the records ------------------------------------------------------------------------------------------------

    def service(self, name: str, path: str, **params: str | int) -> dict[str, Any]:
        """GET at one of the services, with the service token."""
        headers = {"Authorization": f"Bearer {self.stack['service_token']}"}
        response = self._http.get(f"{self._urls[name]}{path}", params=params, headers=headers)
        response.raise_for_status()
        return dict(response.json())

    def pages(self, name: str, path: str, **params: str | int) -> Iterator[dict[str, Any]]:
        """Every item of a service's list, page by page."""
        cursor: str | None = None
        while True:
            page = self.service(name, path, limit=100, **({"cursor": cursor} if cursor else {}), **params)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def milestones(self) -> dict[str, dict[str, Any]]:
        """Every milestone with its price and stock, by its id."""
        projects = self.pages("projects", "/projects")
        return {m["milestone_id"]: m | {"project_id": p["project_id"]} for p in projects for m in p["milestones"]}

    def notifications(self, purchase_id: str) -> list[dict[str, Any]]:
        """What the Notifier has kept of a purchase."""
        return list(self.pages("notifier", "/notifications", purchase_id=purchase_id))

    def notified(self, purchase_id: str, kind: str) -> list[dict[str, Any]]:
        """The notifications of a purchase once one of this kind is there; raises TimeoutError."""
        return self.until(
            lambda: self.notifications(purchase_id),
            lambda found: any(event["type"] == kind for event in found),
            f"{kind} of purchase {purchase_id}",
        )

    def ui_link(self, workflow_id: str) -> str:
        """Where an operator sees a workflow."""
        temporal = self.stack["temporal"]
        return f"{temporal['ui_url']}/namespaces/{temporal['namespace']}/workflows/{quote(workflow_id, safe='')}"

    @staticmethod
    def until(ask: Callable[[], T], holds: Callable[[T], bool], what: str, timeout_s: float = PATIENCE_S) -> T:
        """Ask until the answer is the one waited for; raises TimeoutError that names it."""
        deadline = time.monotonic() + timeout_s
        while not holds(answer := ask()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {timeout_s:.0f} s for {what}; last seen: {answer}")
            time.sleep(ASK_AGAIN_S)
        return answer


def reference(answer: Mapping[str, Any]) -> str:
    """What the provider calls the payment of an open purchase."""
    return str(answer["next_action"]["payment_intent"])


def item(milestone: Mapping[str, Any], quantity: str) -> dict[str, str]:
    """An item of a purchase: this quantity (tCO2e) of a milestone."""
    return {
        "project_id": milestone["project_id"],
        "milestone_id": milestone["milestone_id"],
        "quantity": quantity,
    }


def load_buyers() -> Iterator[str]:
    """One buyer after the other, so that each has as few purchases open as can be."""
    return (f"load-{number}" for number in itertools.cycle(range(LOAD_BUYERS)))


def buyer_token(stack: Mapping[str, Any], buyer: str) -> str:
    """Any buyer's token; where the stack has told none, with its secret and development's issuer and audience."""
    told: str | None = stack["buyers"].get(buyer)
    return told or token(SHARED | {"JWT_SECRET": stack["jwt_secret"]}, buyer)
