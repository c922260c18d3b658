"""`flask purchases list`."""

from typing import Any

import click
from rich.console import Console

from domain.purchase import PurchaseStatus
from operators.cli.console import Table, make_console, say_json, short, since
from operators.cli.context import CommandContext
from operators.cli.exit_codes import ask
from operators.listing import Listing, ListScope, listing
from operators.queries import Filters
from operators.rows import ListRow

# 50: a screen or two. 1000: as many sagas can be asked why they wait while a person watches.
LIMIT, LIMIT_MAX = 50, 1000
TITLES = {
    "attention": "Need attention",
    "struggling": "Tried again and again",
    "parked": "Parked",
    "open": "Open",
    "all": "All",
    "found": "Found",
}
WAITING = frozenset({"attention", "parked"})
TRIED = "Nothing is to be decided: each goes on by itself once who is asked answers. Look at that (StepsRetried).\n"

status_option = click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in PurchaseStatus]),
    help="only purchases that stand so; may stand twice",
)
buyer_option = click.option("--buyer", help="only this buyer's")
project_option = click.option("--project", help="only those with offset of this project")
query_option = click.option("--query", help="only what this visibility query finds, in Temporal's words")
json_option = click.option("--json", "as_json", is_flag=True, help="the answer for programs")


def commands(context: CommandContext) -> list[click.Command]:
    """The command."""

    @click.command("list", short_help="List purchases, those that need attention first.")
    @click.option("--parked", "scope", flag_value=ListScope.PARKED, help="only parked sagas")
    @click.option("--open", "scope", flag_value=ListScope.OPEN, help="only open purchases, however they stand")
    @click.option("--all", "scope", flag_value=ListScope.ALL, help="also purchases that have ended, newest first")
    @status_option
    @buyer_option
    @project_option
    @query_option
    @click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=LIMIT, show_default=True, help="on a page")
    @click.option("--page", type=click.IntRange(1), default=1, show_default=True)
    @json_option
    def command(scope: ListScope | None, limit: int, page: int, as_json: bool, **narrowed: Any) -> None:
        """List purchases: those that need attention, then the open ones; or those that the options name."""
        filters = Filters.model_validate(narrowed)
        found = ask(listing(context.make_admin(), scope or ListScope.ATTENTION, filters, page, limit))
        if as_json:
            say_json(found.model_dump(mode="json"))
        else:
            _print(make_console(), found)

    return [command]


def _print(console: Console, found: Listing) -> None:
    for section, total in found.totals.items():
        rows = [row for row in found.purchases if row.section == section]
        title = f"{TITLES[section]} ({total})"
        if section in WAITING and total == 0:
            lasts = found.totals.get("struggling")
            console.print(f"Nothing {'waits for a decision' if lasts else 'needs attention'}.\n", style="green")
        elif rows and section == "struggling":
            _waiting(console, title, rows)
            console.print(TRIED)
        elif rows:
            (_waiting if section in WAITING else _others)(console, title, rows)
    if not found.purchases:
        console.print("No such purchases." if found.page == 1 else f"There is no page {found.page}.")
    elif found.more:
        console.print(f"More on --page {found.page + 1}.")
    if any(row.needs for row in found.purchases):
        console.print("Why, and what can be done: flask purchases show PURCHASE")


def _named(console: Console, row: ListRow) -> str:
    """The purchase's short id; where it is not known, the whole id of its saga."""
    if row.purchase_id is None and row.needs:
        return row.needs[0].workflow_id
    return short(console, row.purchase_id) if row.purchase_id else row.payment_id or "-"


def _waiting(console: Console, title: str, rows: list[ListRow]) -> None:
    nice = "buyer", "order"
    table = Table(console, title, "purchase", "since (UTC)", "why", "to decide", "buyer", "order", nice=nice)
    for row in rows:
        named = _named(console, row)
        for need in row.needs:
            why = f"{need.kind}: {need.reason}"
            table.row(named, since(need.since), why, list(need.choices), row.buyer_id or "-", row.order)
        if not row.needs:
            table.row(named, since(row.opened_at), "It has just gone on.", "", row.buyer_id or "-", row.order)
    table.print()


def _others(console: Console, title: str, rows: list[ListRow]) -> None:
    columns = "purchase", "status", "opened (UTC)", "order", "buyer", "payment"
    table = Table(console, title, *columns, nice=["payment"])
    for row in rows:
        table.row(
            _named(console, row),
            row.status or "-",
            since(row.opened_at),
            [row.order, *(f"{need.kind}: {need.reason}" for need in row.needs)],
            row.buyer_id or "-",
            row.payment_id or "-",
        )
    table.print()
