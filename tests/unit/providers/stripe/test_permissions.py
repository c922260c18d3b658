"""docs/operations.md lists what a restricted key needs: each call that we make, and none that we do not."""

import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import stripe

from providers.port import CaptureMode, NewPayment, PaymentIds
from providers.stripe.endpoint import Endpoints
from providers.stripe.provider import StripeProvider
from providers.stripe.version import STRIPE_VERSION

OPERATIONS = Path(__file__).parents[4] / "docs" / "operations.md"
ROW = re.compile(
    r"^\| `((?:GET|POST|DELETE) /v1/\S+)` \|.*\| (Read|Write) \| `rak_(\w+)_(read|write)` \|$", re.MULTILINE
)
CHARGE = {"id": "ch_1", "object": "charge", "status": "succeeded", "amount_refunded": 9, "disputed": True}
IDS = PaymentIds("a-payment", "p1")
# Whatever is asked for: a payment that makes every look ask for everything, a list, an endpoint.
ANSWER = {
    "id": "pi_1",
    "object": "payment_intent",
    "status": "requires_payment_method",
    "amount_received": 9,
    "amount_capturable": 0,
    "latest_charge": CHARGE,
    "last_payment_error": None,
    "client_secret": "secret",
    "data": [],
}


class Watching(stripe.HTTPClient):
    """Answers everything, and keeps which calls were made and as of which version."""

    name = "watching"

    def __init__(self) -> None:
        super().__init__()
        self.calls: set[str] = set()
        self.versions: set[str] = set()

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        """The one answer."""
        path = re.sub(r"/(pi|we)_\w+", "/{id}", url.removeprefix("http://stripe.test").partition("?")[0])
        self.calls.add(f"{method.upper()} {path}")
        self.versions.add((headers or {})["Stripe-Version"])
        assert post_data != "", "a POST without parameters"
        return json.dumps(ANSWER), 200, {}

    def close(self) -> None:
        """Nothing is open."""


def all_used(of: object, used: Mapping[str, tuple[Any, ...]]) -> None:
    """Call every public method with its arguments; a new one has to be added to the test."""
    methods = {name for name, _ in inspect.getmembers(of, inspect.ismethod) if not name.startswith("_")}
    assert methods == used.keys()
    for name, arguments in used.items():
        getattr(of, name)(*arguments)


def documented() -> dict[str, str]:
    """The permission of each documented call."""
    rows = ROW.findall(OPERATIONS.read_text())
    assert all(shown.lower() == named for _, shown, _, named in rows)
    return {call: f"{resource}_{permission}" for call, _, resource, permission in rows}


def test_every_call_is_documented_with_its_permission() -> None:
    """Payments' calls and the command's, and no other; reading alone is enough only for what we never write."""
    watching = Watching()
    provider = StripeProvider("rk_test_1", "http://stripe.test", watching)
    all_used(
        provider,
        {
            "create": (NewPayment(IDS, 100, "usd", CaptureMode.MANUAL), "k"),
            "retrieve": ("pi_1",),
            "next_action": ("pi_1",),
            "cancel": ("pi_1", "k"),
            "capture": ("pi_1", "k"),
            "refund": ("pi_1", IDS, "k"),
            "close": (),
        },
    )
    endpoints = Endpoints("rk_test_1", "http://stripe.test", watching)
    used = {"all": (), "create": ("https://shop.example",), "put_right": ("we_1",), "delete": ("we_1",)}
    all_used(endpoints, used)
    table = documented()
    assert watching.calls == table.keys()
    written = {permission for call, permission in table.items() if not call.startswith("GET ")}
    assert set(table.values()) - written == {"dispute_read"}


def test_one_version_of_stripes_api_is_spoken_everywhere() -> None:
    """By all calls, and by the SDK that was made for it; the simulator's events are compared where they are sent."""
    watching = Watching()
    StripeProvider("sk_test_1", "http://stripe.test", watching).retrieve("pi_1")
    Endpoints("sk_test_1", "http://stripe.test", watching).all()
    assert watching.versions == {STRIPE_VERSION} == {stripe.api_version}
