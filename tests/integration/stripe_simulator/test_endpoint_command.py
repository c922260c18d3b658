"""`flask stripe-endpoint` by the real SDK: one endpoint for an address, with just the events that we handle."""

from collections.abc import Callable, Iterator

import pytest
import stripe
from click.testing import CliRunner

from providers.stripe.endpoint import stripe_endpoint_commands
from providers.stripe.events import HANDLED
from providers.stripe.settings import StripeEventSettings
from providers.stripe.version import STRIPE_VERSION
from tests.integration.stripe_simulator.process import SimulatorProcess

URL = "https://shop.example/webhooks/stripe"
Command = Callable[..., str]


@pytest.fixture
def command(simulator: SimulatorProcess) -> Command:
    """The command in test mode; what it says."""

    def run(*arguments: str, key: str = "sk_test_development", code: int = 0) -> str:
        config = StripeEventSettings.model_construct(stripe_api_base=simulator.url)
        result = CliRunner().invoke(stripe_endpoint_commands(config), arguments, env={"STRIPE_SECRET_KEY": key})
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture(autouse=True)
def no_endpoints(client: stripe.StripeClient) -> Iterator[None]:
    """An account without any, before and after."""
    yield
    for endpoint in client.v1.webhook_endpoints.list().data:
        client.v1.webhook_endpoints.delete(endpoint.id)


def test_the_endpoint_is_made_once(command: Command, client: stripe.StripeClient) -> None:
    """With our events and our API version; its secret is shown at its making and never again."""
    first = command("create", "--url", URL)
    (made,) = client.v1.webhook_endpoints.list().data
    assert (made.url, made.api_version, frozenset(made.enabled_events)) == (URL, STRIPE_VERSION, HANDLED)
    assert made.id in first
    assert "whsec_" in first
    again = command("create", "--url", URL)
    assert f"{made.id} is there already, and right" in again
    assert "whsec_" not in again
    assert client.v1.webhook_endpoints.list().data == [made]


def test_an_endpoint_that_is_there_is_put_right(command: Command, client: stripe.StripeClient) -> None:
    """It sends what it lacked and nothing that is needless, and it is enabled; no twin is made."""
    events: list[str] = ["payment_intent.succeeded", "customer.created"]
    made = client.v1.webhook_endpoints.create(
        {"url": URL, "enabled_events": events, "api_version": STRIPE_VERSION}  # type: ignore[typeddict-item]
    )
    client.v1.webhook_endpoints.update(made.id, {"disabled": True})
    listed = command("list")
    assert f"{made.id}  disabled  {STRIPE_VERSION}  {URL}" in listed
    assert "needless: customer.created" in listed
    says = command("create", "--url", URL)
    assert "it was disabled" in says
    assert "lacked: charge.dispute.closed" in says
    (now,) = client.v1.webhook_endpoints.list().data
    assert (now.id, now.status, frozenset(now.enabled_events)) == (made.id, "enabled", HANDLED)


def test_another_api_version_gets_a_successor(command: Command, client: stripe.StripeClient) -> None:
    """An endpoint keeps its version for ever: a second one is made, and the first is to be deleted afterwards."""
    old = client.v1.webhook_endpoints.create(
        {"url": URL, "enabled_events": ["refund.failed"], "api_version": "2026-09-30.endive"}
    )
    says = command("create", "--url", URL)
    assert f"flask stripe-endpoint delete {old.id}" in says
    assert command("delete", old.id).endswith(f"{old.id} is deleted.\n")
    (left,) = client.v1.webhook_endpoints.list().data
    assert left.api_version == STRIPE_VERSION


def test_a_refusal_of_stripe_is_one_line(command: Command) -> None:
    """Exit code 1, and no word of the key."""
    says = command("list", key="rk_test_of_another_account", code=1)
    assert says.splitlines()[-1].startswith("Error: Stripe: Invalid API Key")
    assert "rk_test_of_another_account" not in says
    assert "No such webhook endpoint" in command("delete", "we_none", code=1)
