"""The questions before a change: in which environment it is, who decides, and whether to do it."""

import getpass
import re
from collections.abc import Callable

import click

from operators.cli.context import CommandContext
from operators.cli.exit_codes import ask
from operators.environment import Environment, stranger
from operators.ports import Run

# A person's name, login or mail address; it stands in Temporal's histories, in clear.
NAME = re.compile(r"[\w.@+ -]{1,64}")
# Where the group keeps that `--mixed` was given.
MIXED = "buy-projects.mixed"

by_option = click.option(
    "--by", envvar="OPERATOR", callback=lambda *given: _checked(given[-1]), help="who decides; else OPERATOR's value"
)
yes_option = click.option("--yes", is_flag=True, help="do not ask: for scripts")
mixed_option = click.option(
    "--mixed", is_flag=True, help="Temporal and the services are of one environment, whatever it looks like"
)


def check_places(environment: Environment, *, mixed: bool) -> None:
    """Refuse addresses that look like two environments, unless `--mixed` was given."""
    click.get_current_context().meta[MIXED] = mixed
    if environment.mixture and not mixed:
        raise click.UsageError(f"{environment.mixture} If they belong together, say --mixed.")


def check_purchase(context: CommandContext, purchase_id: str | None, run: Run) -> None:
    """Refuse a purchase that Temporal knows and Payments does not, unless `--mixed` was given."""
    if click.get_current_context().meta.get(MIXED):
        return
    if why := ask(stranger(context.readers, purchase_id, run)):
        raise click.UsageError(
            f"{why}: are they of two environments? {context.environment}. "
            "If not (a restored database, for example): flask purchases --mixed …."
        )


def decider(asks: Callable[[], bool], by: str | None, *, yes: bool) -> str:
    """Who decides: by `--by`, or by the answer to a question; a script without it uses its login."""
    if by:
        return by
    try:
        login = getpass.getuser()
    except (OSError, KeyError):
        # A container's user may have a number and no name.
        login = "unknown"
    if yes or not asks():
        return login
    return _checked(click.prompt("Who decides?", default=login, err=True)) or login


def confirm(asks: Callable[[], bool], question: str, *, yes: bool) -> None:
    """Go on only after a yes."""
    if yes:
        return
    if not asks():
        raise click.UsageError("Nothing is done: nobody can be asked here. Look at the above, then add --yes.")
    if not click.confirm(question, err=True):
        raise click.ClickException("Nothing is done.")


def _checked(by: str | None) -> str | None:
    if by and not NAME.fullmatch(by):
        raise click.BadParameter("letters, digits, spaces and . _ @ + -, at most 64", param_hint="--by")
    return by or None
