"""How the tests speak to the simulator: in Stripe's form encoding, to its web application."""

import time
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from simulators.stripe.application import create_web
from simulators.stripe.clock import Clock
from simulators.stripe.delivery import Deliverer
from simulators.stripe.events import ENABLED
from simulators.stripe.faults import Faults
from simulators.stripe.models import Delivery, Event
from simulators.stripe.settings import SimulatorSettings
from simulators.stripe.store import Store
from tools.devstack.patience import PATIENCE_S

SECRET = {"Authorization": "Bearer sk_test_development"}
PUBLISHABLE = {"Authorization": "Bearer pk_test_development"}
NEW = {"amount": "1800", "currency": "usd", "payment_method_types[0]": "card"}


class Simulator:
    """The web application, the store below it, and an endpoint that answers with `endpoint_status`."""

    def __init__(self, settings: SimulatorSettings, store: Store) -> None:
        self.store = store
        self.received: list[tuple[bytes, str]] = []
        self.endpoint_status: int | None = 200
        self.faults = Faults()
        self.deliverer = Deliverer(store, settings.stripe_webhook_secrets, self._receive, self.faults, senders=2)
        self.clock = Clock(store, settings.stripe_simulator_processing_seconds)
        self.web = create_web(settings, store, self.deliverer, self.faults)

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """One POST with the secret key; header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.web.test_client().post(path, data=form or {}, headers=SECRET | named)

    def get(self, path: str, **query: str) -> TestResponse:
        """One GET with the secret key."""
        return self.web.test_client().get(path, query_string=query, headers=SECRET)

    def create(self, **fields: str) -> dict[str, Any]:
        """A new PaymentIntent of 18 dollars."""
        answer = self.post("/v1/payment_intents", NEW | fields)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def confirm(self, intent: dict[str, Any], card: str = "pm_card_visa") -> TestResponse:
        """An attempt with a well-known card."""
        return self.post(f"/v1/payment_intents/{intent['id']}/confirm", {"payment_method": card})

    def read(self, intent: dict[str, Any]) -> dict[str, Any]:
        """The intent as it is now."""
        return dict(self.get(f"/v1/payment_intents/{intent['id']}").get_json())

    def event_types(self) -> list[str]:
        """The types of all events, oldest first."""
        data = self.get("/v1/events", limit="100").get_json()["data"]
        return [event["type"] for event in reversed(data)]

    def only_event(self) -> Event:
        """The one event that the endpoint has subscribed to."""
        with self.store.transaction() as session:
            return session.scalars(select(Event).where(Event.type.in_(ENABLED))).one()

    def deliver_all(self) -> Event:
        """Let the senders work until that event is delivered."""
        self.deliverer.start()
        deadline = time.monotonic() + PATIENCE_S
        while (event := self.only_event()).delivery is Delivery.PENDING:
            assert time.monotonic() < deadline, "it is still pending"
            time.sleep(0.01)
        self.deliverer.stop(PATIENCE_S)
        return event

    def _receive(self, body: bytes, signed: str) -> int | None:
        self.received.append((body, signed))
        return self.endpoint_status


def error(answer: TestResponse) -> dict[str, Any]:
    """The error of an answer."""
    return dict(answer.get_json()["error"])
