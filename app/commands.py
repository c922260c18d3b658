"""The intake's own command line (`flask …`)."""

import click
from apiflask import APIFlask

from app.buyers import BUYER_ID, development_token
from config import Settings


def add_commands(api: APIFlask, config: Settings) -> None:
    """Add `flask token`."""

    @api.cli.command("token")
    @click.option("--buyer", required=True, help="the buyer's id, for example alice")
    def token(buyer: str) -> None:
        """Print a development token for a buyer."""
        if config.environment == "production":
            raise click.ClickException("In production tokens come from your identity provider.")
        if not BUYER_ID.fullmatch(buyer):
            raise click.BadParameter("letters, digits, '.', '_' and '-', at most 64", param_hint="--buyer")
        click.echo(development_token(config, buyer))
