"""`flask purchases audit`."""

from collections.abc import Sequence

import click
from rich.console import Console

from audit.report import Report
from audit.rules.findings import Finding
from operators.cli.console import Table, make_console, say_json, short
from operators.cli.context import CommandContext
from operators.cli.exit_codes import REFUSED, ask
from operators.cli.listing import json_option
from operators.show import purchase_of

SECTIONS = {
    "does not add up": "faults",
    "waits for an operator": "parked",
    "done by hand at the provider": "notes",
}

HANDBOOK = (
    'What to do: docs/operations.md, "The audit has found something"; a single purchase: flask purchases show PURCHASE'
)


def commands(context: CommandContext) -> list[click.Command]:
    """The command."""

    @click.command("audit", short_help="Compare the records of all services.")
    @click.argument("ids", metavar="[ID]...", nargs=-1)
    @json_option
    def command(ids: tuple[str, ...], as_json: bool) -> None:
        """Compare the records of all services and of Temporal, of all purchases or of some; name what does not add up.

        It only reads. Exit code 1: something does not add up; 2: a store could not be read.
        """
        report = ask(_report(context, ids))
        if as_json:
            say_json(report.as_json())
        else:
            _print(make_console(), report)
        if not report.adds_up:
            raise click.exceptions.Exit(REFUSED)

    return [command]


async def _report(context: CommandContext, ids: Sequence[str]) -> Report:
    temporal = context.make_admin()
    purchases = [await purchase_of(temporal, context.readers, any_id) for any_id in ids]
    console = make_console(stderr=True)
    with console.status("audit: reads the records") as status:

        def tell(line: str) -> None:
            if console.is_terminal:
                status.update(f"audit: {line}")
            else:
                console.print(f"audit: {line}")

        return await context.audit(tell, purchases)


def _print(console: Console, report: Report) -> None:
    for line in report.summary():
        console.print(line)
    console.print()
    for title, findings in SECTIONS.items():
        found: tuple[Finding, ...] = getattr(report, findings)
        if found:
            table = Table(console, f"{title} ({len(found)})", "purchase", "store", "what", "payment", nice=["payment"])
            for each in found:
                table.row(short(console, each.purchase_id), each.side, each.says, each.payment_id or "-")
            table.print()
    console.print(report.verdict(), style="green" if report.adds_up else "bold red")
    if report.findings:
        console.print(HANDBOOK)
