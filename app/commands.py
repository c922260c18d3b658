"""The intake's own command line (`flask …`)."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click
from apiflask import APIFlask

from app.identity import BUYER_ID, Scope, development_token, new_api_key
from app.operators.engine import Engine
from app.operators.repair import repair
from app.operators.show import decide, show
from app.operators.temporal import TemporalEngine
from app.operators.words import lines
from config import API_KEY_ID, Settings
from domain.errors import Refused, Unavailable

T = TypeVar("T")

DECISIONS = {
    "retry": "Let a parked saga try again what failed.",
    "skip": "Let a parked saga go on: what failed was done by hand, and its callee shows it.",
    "abort": "Undo a parked saga; `show` says what that means.",
}


class NotThere(click.ClickException):
    """There is nobody to ask, or nothing of that name; a refusal has exit code 1."""

    exit_code = 2


class Leaving(click.Group):
    """Ends the process by itself, with the command's exit code."""

    leave: Callable[[int], Any]

    def invoke(self, ctx: click.Context) -> None:
        """Run the command, and leave."""
        code = 0
        try:
            super().invoke(ctx)
        except click.ClickException as failure:
            failure.show()
            code = failure.exit_code
        sys.stdout.flush()
        sys.stderr.flush()
        self.leave(code)


def add_commands(api: APIFlask, config: Settings) -> None:
    """Add `flask token`, `flask api-key` and `flask purchases`."""
    # Not by sys.exit: a thread of Temporal's SDK that still runs aborts an interpreter that ends in order.
    api.cli.add_command(purchases_commands(TemporalEngine, leave=os._exit))
    api.cli.add_command(api_key)

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


def purchases_commands(make_engine: Callable[[], Engine], leave: Callable[[int], Any]) -> click.Group:
    """`flask purchases`: what operators see of purchases, and decide; `leave` ends the process."""

    @click.group("purchases", cls=Leaving)
    def purchases() -> None:
        """Look at purchases, decide on parked sagas, repair terminated ones."""

    @purchases.command("show")
    @click.argument("any_id", metavar="ID")
    def show_sagas(any_id: str) -> None:
        """Show the sagas of a purchase, by its id or that of one of its workflows."""
        for saga in _ask(show(make_engine(), any_id)):
            first, *more = lines(saga)
            click.secho(first, bold=True)
            for line in more:
                click.echo(f"  {line}")

    @purchases.command("repair")
    @click.argument("workflow_id")
    def repair_saga(workflow_id: str) -> None:
        """Take up a saga again that was terminated."""
        click.echo(_ask(repair(make_engine(), workflow_id)))
        click.echo(f"How it goes on: flask purchases show '{workflow_id}'")

    for name, does in DECISIONS.items():
        purchases.add_command(_decision(name, does, make_engine))
    purchases.leave = leave
    return purchases


def _decision(name: str, does: str, make_engine: Callable[[], Engine]) -> click.Command:
    @click.command(name, help=does)
    @click.argument("workflow_id")
    def command(workflow_id: str) -> None:
        click.echo(_ask(decide(make_engine(), workflow_id, name)))

    return command


def _ask(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except Refused as refused:
        raise NotThere(str(refused)) if refused.kind == "not-found" else click.ClickException(str(refused)) from refused
    except Unavailable as away:
        raise NotThere(str(away)) from away
