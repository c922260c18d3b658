"""The intake's own command line (`flask …`)."""

import click
from apiflask import APIFlask

from app.identity import Scope, development_token, new_api_key
from app.payload_key import payload_key
from app.settings import API_KEY_ID, IntakeSettings
from domain.purchase import BUYER_ID
from operators.command_line import operators_commands
from providers.stripe.endpoint import stripe_endpoint_commands


def add_commands(api: APIFlask, config: IntakeSettings) -> None:
    """Add the commands beside `flask run`."""
    for command in operators_commands():
        api.cli.add_command(command)
    api.cli.add_command(stripe_endpoint_commands(config))
    api.cli.add_command(api_key)
    api.cli.add_command(payload_key)

    @api.cli.command("token")
    @click.option("--buyer", required=True, help="the buyer's id, for example alice")
    def token(buyer: str) -> None:
        """Print a development token for a buyer."""
        if config.jwt_jwks_url:
            raise click.ClickException("Tokens come from the identity provider at JWT_JWKS_URL.")
        if not BUYER_ID.fullmatch(buyer):
            raise click.BadParameter("letters, digits, '.', '_' and '-', at most 64", param_hint="--buyer")
        click.echo(development_token(config, buyer))


@click.command("api-key")
@click.option("--id", "key_id", required=True, help="whose key it is, for example shop: it stands in the key")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="what the key allows; may stand twice",
)
def api_key(key_id: str, scopes: tuple[str, ...]) -> None:
    """Make an API key for a server; it is shown once, and only its hash is kept."""
    if not API_KEY_ID.fullmatch(key_id):
        raise click.BadParameter("small letters, digits and '-', at most 32", param_hint="--id")
    key, entry = new_api_key(key_id, {Scope(scope) for scope in scopes})
    click.echo(f"The key, for the server that bears it; nobody can show it again:\n{key}")
    click.echo(f"Its entry in API_KEYS, beside the others, with commas between:\n{entry}")
