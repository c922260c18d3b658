"""`flask purchases repair`."""

import click

from operators.cli.consent import by_option, check_purchase, confirm, decider, yes_option
from operators.cli.desk import Desk
from operators.cli.ending import ask
from operators.cli.paper import at, paper
from operators.engine import Looking, Run
from operators.finding import purchase_id
from operators.repair import repair, repairable
from operators.rows import REPAIR


def commands(desk: Desk) -> list[click.Command]:
    """The command."""

    @click.command("repair", short_help="Take up a terminated saga again.")
    @click.argument("any_id", metavar="ID")
    @by_option
    @yes_option
    def command(any_id: str, by: str | None, yes: bool) -> None:
        """Take up a saga again that was terminated; what it had done is not done twice.

        ID is a purchase's, a workflow's or a payment's id.
        """
        run, ended = ask(_found(desk.make_engine(), any_id))
        check_purchase(desk, purchase_id(run), run.payment_id)
        console = paper(stderr=True)
        console.print(f"To repair, at {desk.environment}:")
        console.print(f"  {run.kind} {run.workflow_id}, terminated at {at(run.closed_at)}: {ended}", soft_wrap=True)
        console.print(f"  {REPAIR['repair']}")
        by = decider(desk.asks, by, yes=yes)
        confirm(desk.asks, f"Repair this saga at {desk.environment.name}?", yes=yes)
        click.echo(ask(repair(desk.make_engine(by), run)))
        click.echo(f"How it goes on: flask purchases show '{run.workflow_id}'")

    return [command]


async def _found(engine: Looking, any_id: str) -> tuple[Run, str]:
    run = await repairable(engine, any_id)
    return run, await engine.end(run)
