"""`flask stripe-endpoint` before it asks Stripe anything: the key, the mode, and whether it may change something."""

from typing import Any, get_args

import pytest
import stripe
from click.testing import CliRunner, Result
from stripe.params import WebhookEndpointCreateParams

from providers.stripe.endpoint import Endpoints, stripe_endpoint_commands
from providers.stripe.events import HANDLED
from providers.stripe.settings import StripeEventSettings

CREATE = ("create", "--url", "https://shop.example/webhooks/stripe")


class NobodyAsked(Endpoints):
    """An account without endpoints, which is not to be changed."""

    def __init__(self, key: str, api_base: str) -> None:
        self.created: list[str] = []

    def all(self) -> list[stripe.WebhookEndpoint]:
        """None."""
        return []

    def create(self, url: str) -> stripe.WebhookEndpoint:
        """Remember it."""
        self.created.append(url)
        return stripe.WebhookEndpoint.construct_from({"id": "we_1", "secret": "whsec_1"}, "key")


def run(*arguments: str, key: str = "rk_live_1", answer: str = "", **settings: Any) -> Result:
    """The command in live mode, unless the settings say otherwise."""
    config = StripeEventSettings.model_construct(**{"stripe_publishable_key": "pk_live_1"} | settings)
    return CliRunner().invoke(
        stripe_endpoint_commands(config, NobodyAsked), arguments, env={"STRIPE_SECRET_KEY": key}, input=answer
    )


def test_live_mode_is_told_and_asked_for() -> None:
    """No by default; nothing is made then."""
    refused = run(*CREATE, answer="\n")
    assert refused.exit_code == 1
    assert "Live mode: real money." in refused.output
    assert "whsec_1" not in refused.output
    assert "whsec_1" in run(*CREATE, answer="y\n").output


@pytest.mark.parametrize("arguments", [("--yes", *CREATE), ("list",)])
def test_who_has_said_yes_or_only_looks_is_not_asked(arguments: tuple[str, ...]) -> None:
    """For scripts, and for the curious."""
    result = run(*arguments)
    assert (result.exit_code, "[y/N]" in result.output) == (0, False)


def test_test_mode_is_told_and_not_asked_for() -> None:
    """Nothing is at stake."""
    result = run(*CREATE, key="sk_test_1", stripe_publishable_key="pk_test_1")
    assert (result.exit_code, result.output.startswith("Test mode.")) == (0, True)


@pytest.mark.parametrize(
    ("key", "settings", "says"),
    [
        ("pk_live_1", {}, "begins with rk_test_"),
        ("rk_test_1", {}, "of the other mode"),
        ("rk_live_1", {"stripe_account": "acct_1"}, "STRIPE_ACCOUNT is set"),
    ],
)
def test_an_endpoint_whose_events_nobody_would_take_is_not_made(key: str, settings: dict[str, Any], says: str) -> None:
    """A page's key, the other mode's key, and another account's events."""
    result = run("--yes", *CREATE, key=key, **settings)
    assert result.exit_code in {1, 2}
    assert says in result.output
    assert key not in result.output


def test_stripe_knows_every_event_that_we_handle() -> None:
    """By the names in its SDK: a misspelt one would never come."""
    (names,) = get_args(WebhookEndpointCreateParams.__annotations__["enabled_events"])
    assert set(get_args(names)) >= HANDLED


def test_a_key_on_the_command_line_is_refused() -> None:
    """Every user of the machine may read it there."""
    result = run("--key", "rk_live_1", "list")
    assert result.exit_code == 2
    assert "set STRIPE_SECRET_KEY" in result.output
