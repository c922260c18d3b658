"""`flask stripe-endpoint`: the webhook endpoint at Stripe, made by the code that takes its events."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from providers.stripe.events import HANDLED
from providers.stripe.settings import StripeEventSettings
from providers.stripe.version import STRIPE_VERSION

if TYPE_CHECKING:
    import stripe

KEY = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+")
# Stripe allows 16 endpoints for an account; its largest page has room for all.
ENDPOINTS_MAX = 100
# Ten: Stripe answers within one.
TIMEOUT_S = 10.0

Events = frozenset[str]


class Endpoints:
    """An account's webhook endpoints; raises stripe.StripeError. Tests bring an `http` of their own."""

    def __init__(self, key: str, api_base: str, http: "stripe.HTTPClient | None" = None) -> None:
        # Here and not above: the intake itself speaks to Stripe by no SDK, which takes 20 MB in each process.
        import stripe  # noqa: PLC0415

        client = stripe.StripeClient(
            key,
            stripe_version=STRIPE_VERSION,
            base_addresses={"api": api_base},
            http_client=http or stripe.RequestsClient(timeout=TIMEOUT_S),
        )
        self._endpoints = client.v1.webhook_endpoints

    def all(self) -> "list[stripe.WebhookEndpoint]":
        """Every endpoint, newest first."""
        return self._endpoints.list({"limit": ENDPOINTS_MAX}).data

    def create(self, url: str) -> "stripe.WebhookEndpoint":
        """A new one, which shows its secret."""
        events: Any = sorted(HANDLED)
        return self._endpoints.create({"url": url, "enabled_events": events, "api_version": STRIPE_VERSION})

    def put_right(self, endpoint_id: str) -> None:
        """Let it send what we handle, no more and no less."""
        events: Any = sorted(HANDLED)
        self._endpoints.update(endpoint_id, {"enabled_events": events, "disabled": False})

    def delete(self, endpoint_id: str) -> None:
        """Let it send nothing any more."""
        self._endpoints.delete(endpoint_id)


def stripe_endpoint_commands(
    config: StripeEventSettings, make_endpoints: Callable[[str, str], Endpoints] = Endpoints
) -> click.Group:
    """`flask stripe-endpoint`."""

    @click.group("stripe-endpoint")
    @click.option(
        "--key",
        envvar="STRIPE_SECRET_KEY",
        prompt="Stripe's key (a restricted one that may write webhook endpoints)",
        hide_input=True,
        # A parameter of click's has such a name; who uses it is refused below.
        hidden=True,
    )
    @click.option("--yes", is_flag=True, help="do not ask before something changes in live mode")
    @click.pass_context
    def group(ctx: click.Context, key: str, yes: bool) -> None:
        """The webhook endpoint at Stripe: its address, its events, its API version.

        Its key is STRIPE_SECRET_KEY, or it is asked for.
        """
        if ctx.get_parameter_source("key") is ParameterSource.COMMANDLINE:
            raise click.UsageError("Every user of this machine may read a command line: set STRIPE_SECRET_KEY.")
        live = _checked(key, config)
        ctx.obj = make_endpoints(key, config.stripe_api_base)
        click.echo(f"{'Live mode: real money.' if live else 'Test mode.'} {config.stripe_api_base}")
        if live and not yes and ctx.invoked_subcommand != "list":
            click.confirm("Change the live endpoint?", abort=True)

    @group.command("create")
    @click.option("--url", required=True, help="where Stripe reaches the intake: https://…/webhooks/stripe")
    @click.pass_obj
    def create(endpoints: Endpoints, url: str) -> None:
        """Make the endpoint, or put the one that is there right."""
        with _readable():
            _create(endpoints, url)

    @group.command("list")
    @click.pass_obj
    def list_all(endpoints: Endpoints) -> None:
        """Show the account's endpoints, and what each lacks."""
        with _readable():
            for endpoint in endpoints.all():
                click.echo(f"{endpoint.id}  {endpoint.status}  {endpoint.api_version or 'default'}  {endpoint.url}")
                for line in _differences(frozenset(endpoint.enabled_events)):
                    click.echo(f"  {line}")

    @group.command("delete")
    @click.argument("endpoint_id")
    @click.pass_obj
    def delete(endpoints: Endpoints, endpoint_id: str) -> None:
        """Delete an endpoint, for one that takes its place is there and its secret is known."""
        with _readable():
            endpoints.delete(endpoint_id)
        click.echo(f"{endpoint_id} is deleted.")

    return group


def _checked(key: str, config: StripeEventSettings) -> bool:
    """Whether the key is for live mode; refuses what the intake could not take events from."""
    if not KEY.fullmatch(key):
        raise click.BadParameter("a key of Stripe begins with rk_test_, rk_live_, sk_test_ or sk_live_")
    live = "_live_" in key
    if live != config.livemode:
        raise click.ClickException("STRIPE_PUBLISHABLE_KEY is of the other mode: the intake would start nothing.")
    if config.stripe_account:
        raise click.ClickException(
            "STRIPE_ACCOUNT is set: an endpoint for connected accounts is set up in Stripe's Workbench."
        )
    return live


def _create(endpoints: Endpoints, url: str) -> None:
    same_url = [endpoint for endpoint in endpoints.all() if endpoint.url == url]
    ours = next((endpoint for endpoint in same_url if endpoint.api_version == STRIPE_VERSION), None)
    if ours is None:
        made = endpoints.create(url)
        click.echo(f"{made.id} sends {len(HANDLED)} types of events to {url}, as of {STRIPE_VERSION}.")
        click.echo(f"Its secret, which nobody can show again; append it to STRIPE_WEBHOOK_SECRETS:\n{made.secret}")
    elif ours.status == "enabled" and frozenset(ours.enabled_events) == HANDLED:
        click.echo(f"{ours.id} is there already, and right. Its secret is only shown when it is made.")
    else:
        endpoints.put_right(ours.id)
        click.echo(f"{ours.id} is there already, and now right (it was {ours.status}):")
        for line in _differences(frozenset(ours.enabled_events)):
            click.echo(f"  {line}")
    for other in same_url:
        if other.api_version != STRIPE_VERSION:
            click.echo(
                f"{other.id} sends there as of {other.api_version or 'the default version'}. "
                f"Once the new secret is known to the intake: flask stripe-endpoint delete {other.id}"
            )


def _differences(events: Events) -> Iterator[str]:
    missing, needless = HANDLED - events, events - HANDLED
    if missing:
        yield f"lacked: {', '.join(sorted(missing))}"
    if needless:
        yield f"needless: {', '.join(sorted(needless))}"


@contextmanager
def _readable() -> Iterator[None]:
    """Stripe's errors in a line: exit code 1."""
    import stripe  # noqa: PLC0415 - as above

    try:
        yield
    except stripe.StripeError as error:
        raise click.ClickException(f"Stripe: {error.user_message or error}") from error
