"""`flask purchases audit`."""

from collections.abc import Sequence

import click
from rich.console import Console

from audit.report import Report
from audit.rules.findings import Finding
from operators.cli.desk import Desk
from operators.cli.ending import REFUSED, ask
from operators.cli.listing import json_option
from operators.cli.paper import Sheet, paper, say_json, short
from operators.show import purchase_of

SECTIONS = {
    "does not add up": "faults",
    "waits for an operator": "parked",
    "done by hand at the provider": "notes",
}

HANDBOOK = (
    'What to do: docs/operations.md, "The audit has found something"; a single purchase: flask purchases show PURCHASE'
)


def commands(desk: Desk) -> list[click.Command]:
    """The command."""

    @click.command("audit", short_help="Compare the books of all services.")
    @click.argument("ids", metavar="[ID]...", nargs=-1)
    @json_option
    def command(ids: tuple[str, ...], as_json: bool) -> None:
        """Compare the books of all services and of Temporal, of all purchases or of some; name what does not add up.

        It only reads. Exit code 1: something does not add up; 2: a book could not be read.
        """
        report = ask(_report(desk, ids))
        if as_json:
            say_json(report.as_json())
        else:
            _print(paper(), report)
        if not report.adds_up:
            raise click.exceptions.Exit(REFUSED)

    return [command]


async def _report(desk: Desk, ids: Sequence[str]) -> Report:
    engine = desk.make_engine()
    purchases = [await purchase_of(engine, desk.readers, any_id) for any_id in ids]
    console = paper(stderr=True)
    with console.status("audit: reads the books") as status:

        def tell(line: str) -> None:
            if console.is_terminal:
                status.update(f"audit: {line}")
            else:
                console.print(f"audit: {line}")

        return await desk.audit(tell, purchases)


def _print(console: Console, report: Report) -> None:
    for line in report.summary():
        console.print(line)
    console.print()
    for title, findings in SECTIONS.items():
        found: tuple[Finding, ...] = getattr(report, findings)
        if found:
            sheet = Sheet(console, f"{title} ({len(found)})", "purchase", "book", "what", "payment", nice=["payment"])
            for each in found:
                sheet.row(short(console, each.purchase_id), each.side, each.says, each.payment_id or "-")
            sheet.print()
    console.print(report.verdict(), style="green" if report.adds_up else "bold red")
    if report.findings:
        console.print(HANDBOOK)
