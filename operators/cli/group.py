"""The group `flask purchases`."""

from collections.abc import Callable
from typing import Any

import click

from operators.cli import auditing, deciding, listing, repairing, showing
from operators.cli.context import CommandContext
from operators.cli.exit_codes import EXIT_CODES, Leaving
from operators.cli.prompts import check_places, mixed_option


def purchases_commands(context: CommandContext, leave: Callable[[int], Any]) -> click.Group:
    """`flask purchases`; `leave` ends the process."""

    @click.group("purchases", cls=Leaving, epilog=EXIT_CODES)
    @mixed_option
    def purchases(mixed: bool) -> None:
        """Look at purchases, decide on parked sagas, repair terminated ones, compare the records."""
        check_places(context.environment, mixed=mixed)

    for part in (listing, showing, deciding, repairing, auditing):
        for command in part.commands(context):
            purchases.add_command(command)
    purchases.leave = leave
    return purchases
