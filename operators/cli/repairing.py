"""`flask purchases repair`."""

import click

from operators.cli.console import at, make_console
from operators.cli.context import CommandContext
from operators.cli.exit_codes import ask
from operators.cli.prompts import by_option, check_purchase, confirm, decider, yes_option
from operators.finding import purchase_id
from operators.ports import Run, TemporalReader
from operators.repair import repair, repairable
from operators.rows import REPAIR


def commands(context: CommandContext) -> list[click.Command]:
    """The command."""

    @click.command("repair", short_help="Take up a terminated saga again.")
    @click.argument("any_id", metavar="ID")
    @by_option
    @yes_option
    def command(any_id: str, by: str | None, yes: bool) -> None:
        """Take up a saga again that was terminated; what it had done is not done twice.

        ID is a purchase's, a workflow's or a payment's id.
        """
        run, ended = ask(_found(context.make_admin(), any_id))
        check_purchase(context, purchase_id(run), run)
        console = make_console(stderr=True)
        console.print(f"To repair, at {context.environment}:")
        console.print(f"  {run.kind} {run.workflow_id}, terminated at {at(run.closed_at)}: {ended}", soft_wrap=True)
        console.print(f"  {REPAIR['repair']}")
        by = decider(context.asks, by, yes=yes)
        confirm(context.asks, f"Repair this saga at {context.environment.name}?", yes=yes)
        click.echo(ask(repair(context.make_admin(by), run)))
        click.echo(f"How it goes on: flask purchases show '{run.workflow_id}'")

    return [command]


async def _found(temporal: TemporalReader, any_id: str) -> tuple[Run, str]:
    run = await repairable(temporal, any_id)
    return run, await temporal.end(run)
