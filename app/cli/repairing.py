"""`flask purchases repair`."""

import click

from app.cli.desk import Desk
from app.cli.ending import ask
from app.operators.repair import repair


def commands(desk: Desk) -> list[click.Command]:
    """The command."""

    @click.command("repair", short_help="Take up a terminated saga again.")
    @click.argument("workflow_id")
    def command(workflow_id: str) -> None:
        """Take up a saga again that was terminated; what it had done is not done twice."""
        click.echo(ask(repair(desk.make_engine(), workflow_id)))
        click.echo(f"How it goes on: flask purchases show '{workflow_id}'")

    return [command]
