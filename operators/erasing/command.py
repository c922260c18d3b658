"""`flask buyer erase`, on the command line."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import click

from clients.erasures import HttpErasures
from clients.http import pooled_client
from domain.errors import ContractBroken, Refused, Unavailable
from domain.purchase import BUYER_ID
from engine import address, namespace
from operators.cli.console import at
from operators.cli.context import somebody_is_there
from operators.cli.exit_codes import DONE, NOT_KNOWN, REFUSED
from operators.cli.prompts import by_option, check_places, confirm, decider, mixed_option, yes_option
from operators.environment import Environment
from operators.erasing.erase import LEFT, Histories, Stores, erase
from operators.erasing.histories import TemporalHistories
from operators.settings import OperatorSettings


def buyer_commands(
    config: OperatorSettings,
    leave: Callable[[int], object],
    make_histories: Callable[[], Histories] = TemporalHistories,
) -> click.Group:
    """`flask buyer`; `leave` ends the process with an exit code."""

    @click.group("buyer")
    def group() -> None:
        """What is done for a buyer, all stores together."""

    @group.command("erase")
    @click.option("--buyer", required=True, help="the buyer's id, for example alice")
    @by_option
    @yes_option
    @mixed_option
    def erase_buyer(buyer: str, by: str | None, yes: bool, mixed: bool) -> None:
        """Forget a buyer in every store; refused while a purchase of the buyer is open."""
        if not BUYER_ID.fullmatch(buyer):
            raise click.BadParameter("letters, digits, '.', '_' and '-', at most 64", param_hint="--buyer")
        environment = Environment(address(), namespace(), config.urls)
        check_places(environment, mixed=mixed)
        click.echo(f"To forget {buyer}, at {environment}", err=True)
        by = decider(somebody_is_there, by, yes=yes)
        confirm(somebody_is_there, f"Forget {buyer} at {environment.name}? Nobody can undo that.", yes=yes)
        code = asyncio.run(_erase(buyer, config, make_histories()))
        if code == DONE:
            click.echo(f"To be kept outside of the databases: {buyer} was erased by {by}, {at(datetime.now(UTC))}")
        leave(code)

    return group


async def _erase(buyer: str, config: OperatorSettings, histories: Histories) -> int:
    """Erase and tell; the exit code."""
    async with pooled_client() as http:
        return await erase_and_report(buyer, HttpErasures(http, config.urls, config.commands_token), histories)


async def erase_and_report(buyer: str, stores: Stores, histories: Histories) -> int:
    """Erase, and tell people what came of it; the exit code."""
    try:
        async for line in erase(buyer, stores, histories):
            click.echo(line)
    except Refused as refused:
        click.echo(f"Refused: {refused.detail}", err=True)
        return REFUSED
    except (Unavailable, ContractBroken) as error:
        click.echo(f"Broken off: {error}. Run the same command again: it goes on where it was.", err=True)
        return NOT_KNOWN
    click.echo("What is left, and why:")
    for line in LEFT:
        click.echo(f"- {line}")
    return DONE
