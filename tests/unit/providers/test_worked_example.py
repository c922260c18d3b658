"""The provider that docs/providers.md adds: its blocks, taken from the page, are bought with."""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

import providers
from lib.database.migrations import migrate
from providers.port import Registered
from providers.registry import Registry
from services.payments import create_app
from services.payments.settings import PaymentsSettings
from tests.unit.lib.settings.classes import REPOSITORY
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.requests import PAYMENT_ID, create, done, order, refusal

PAGE = (REPOSITORY / "docs/providers.md").read_text()
FILE = re.compile(r"^`providers/paybank/(\w+\.py)`.*?^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
REFERENCE = "bill_1"


class Paybank:
    """The made-up bank itself, with one bill."""

    def __init__(self) -> None:
        self.bill: dict[str, Any] = {"id": REFERENCE, "page": "https://paybank.example/bill_1", "given_back": 0}
        self.keys: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Open the bill, show it, or close it unless it is paid."""
        if key := request.headers.get("Idempotency-Key"):
            self.keys.append(key)
        if request.url.path == "/bills":
            self.bill |= {"status": "open", "amount": 1800}
        elif request.url.path.endswith("/close"):
            if self.bill["status"] == "paid":
                return httpx.Response(409)
            self.bill["status"] = "closed"
        return httpx.Response(200, json=self.bill)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page's folder where a provider's is looked for."""
    for name, block in FILE.findall(PAGE):
        (tmp_path / "paybank").mkdir(exist_ok=True)
        (tmp_path / "paybank" / name).write_text(block)
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(tmp_path)])
    yield
    for name in [name for name in sys.modules if name.startswith("providers.paybank")]:
        del sys.modules[name]


@pytest.fixture
def registry() -> Registry:
    """The page's line, beside what there is."""
    line = re.search(r'^"(\w+)": "(\w+)",$', PAGE, re.MULTILINE)
    assert line, "the page shows the registry's line"
    return Registry({"card": "stripe", line[1]: line[2]})


@pytest.fixture
def bank() -> Paybank:
    """The bank behind it."""
    return Paybank()


@pytest.fixture
def api(registry: Registry, bank: Paybank, tmp_path: Path) -> ServiceApi:
    """Payments with the page's provider, whose calls reach the made-up bank."""

    def registered(name: str) -> Registered:
        found = registry.registered(name)
        http = httpx.Client(base_url="https://paybank.example", transport=httpx.MockTransport(bank.answer))
        client = import_module("providers.paybank.provider").PaybankProvider(http)
        return replace(found, make=lambda: client) if name == "paybank" else found

    url = f"sqlite:///{tmp_path}/payments.db"
    migrate("services.payments", url)
    settings = PaymentsSettings(_env_file=None, payments_database_url=url)
    return ServiceApi(create_app(settings, replace(registry, registered=registered)))


def test_what_it_states_makes_it_orderable(registry: Registry) -> None:
    """Its method, currencies and limits stand among the others, its settings with those of Payments; it can be made."""
    by_bank = [each["properties"] for each in registry.alternatives("payment_method")][-2:]
    assert [(each["payment_method"]["const"], each["currency"]["const"]) for each in by_bank] == [
        ("bank", "usd"),
        ("bank", "eur"),
    ]
    assert [each.__name__ for each in registry.settings()] == ["StripeSettings", "PaybankSettings"]
    assert registry.make()["paybank"].clock_ahead_s is None


def test_a_payment_by_it_is_paid_on_its_page_and_given_back_by_hand(api: ServiceApi, bank: Paybank) -> None:
    """Open, paid, not to be canceled any more, and refunded once the bank shows that it was."""
    shown = create(api, method="bank")
    assert (shown["status"], shown["provider"], shown["provider_reference"]) == ("payable", "paybank", REFERENCE)
    action = done(api.ask("GET", f"/payments/{PAYMENT_ID}/next-action"))
    assert action == {"type": "redirect", "url": bank.bill["page"]}
    bank.bill["status"] = "paid"
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["amount_captured"] == 1800
    assert refusal(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel")) == (409, "payment-paid")
    refused = api.ask("POST", f"/payments/{PAYMENT_ID}/refund").get_json()
    assert f"Refund the payment: refused, {refused['detail']}" in PAGE
    bank.bill["given_back"] = 1800
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund"))["amount_refunded"] == 1800
    assert bank.keys == ["p1:create:1", "p1:cancel:1"]


def test_an_unpaid_one_is_canceled(api: ServiceApi) -> None:
    """And what its limits leave out is not begun."""
    create(api, method="bank")
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel"))["status"] == "canceled"
    assert refusal(api.ask("POST", "/payments", order(purchase_id="p2", method="bank", amount=99)))[0] == 422
