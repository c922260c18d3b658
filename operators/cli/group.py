"""The group `flask purchases`."""

from collections.abc import Callable
from typing import Any

import click

from operators.cli import auditing, deciding, listing, repairing, showing
from operators.cli.consent import check_places, mixed_option
from operators.cli.desk import Desk
from operators.cli.ending import EXIT_CODES, Leaving


def purchases_commands(desk: Desk, leave: Callable[[int], Any]) -> click.Group:
    """`flask purchases`; `leave` ends the process."""

    @click.group("purchases", cls=Leaving, epilog=EXIT_CODES)
    @mixed_option
    def purchases(mixed: bool) -> None:
        """Look at purchases, decide on parked sagas, repair terminated ones, compare the books."""
        check_places(desk.environment, mixed=mixed)

    for part in (listing, showing, deciding, repairing, auditing):
        for command in part.commands(desk):
            purchases.add_command(command)
    purchases.leave = leave
    return purchases
