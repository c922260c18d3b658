"""What somebody does at the provider: in its dashboard, at the bank, to its keys."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.temporal import WAIT_S
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

Json = dict[str, Any]


class SimulatedProvider:
    """The simulator of a stack, with the secret key; and what Payments knows of it without asking."""

    def __init__(self, stack: Stack, shop: Shop) -> None:
        self._stripe = stack.description["stripe"]
        self._payments = stack.description["processes"]["payments"]["url"]
        self._shop = shop

    def ask(self, method: str, path: str, **options: Any) -> Json:
        """One call."""
        headers = {"Authorization": f"Bearer {self._stripe['secret_key']}"}
        response = httpx.request(method, f"{self._stripe['api_base']}{path}", headers=headers, **options)
        response.raise_for_status()
        return dict(response.json())

    def charge_of(self, reference: str) -> str:
        """The charge of a paid payment."""
        return str(self.ask("GET", f"/v1/payment_intents/{reference}")["latest_charge"])

    @contextmanager
    def failing(self, plan: Mapping[str, Any]) -> Iterator[None]:
        """Let go wrong what the plan says (`PUT /simulator/faults`)."""
        self.ask("PUT", "/simulator/faults", json=dict(plan))
        try:
            yield
        finally:
            self.ask("DELETE", "/simulator/faults")

    def told(self) -> dict[str, float]:
        """What Payments tells Prometheus of money."""
        text = httpx.get(f"{self._payments}/metrics").text
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return {sample.name: sample.value for sample in samples if sample.name.startswith("payments_")}

    def wait_until_recorded(self, purchase_id: str, **fields: Any) -> None:
        """Wait until Payments has it in its own record, which no question of ours brings up to date."""

        def record() -> Json:
            (found,) = self._shop.pages("payments", "/payments", purchase_id=purchase_id)
            return {name: found[name] for name in fields}

        Shop.until(record, lambda seen: seen == fields, f"the record of {purchase_id} to have {fields}", WAIT_S)
