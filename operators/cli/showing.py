"""`flask purchases show`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from operators.cli.console import SHORT, at, make_console, plain, say_json, say_lines
from operators.cli.context import CommandContext
from operators.cli.exit_codes import ask
from operators.cli.listing import json_option
from operators.cli.record_lines import record_lines
from operators.decisions import Decision
from operators.ports import RUNNING, TERMINATED, Step
from operators.show import PurchaseDetails, SagaDetails, show

HANDBOOK = 'docs/operations.md, "A saga is parked": what each reason means, how to check, what to do'
INDENT = 2


def commands(context: CommandContext) -> list[click.Command]:
    """The command."""

    @click.command("show", short_help="Show why a purchase waits, and what can be decided.")
    @click.argument("any_id", metavar="ID")
    @json_option
    def command(any_id: str, as_json: bool) -> None:
        """Show a purchase: its sagas and why they wait, what can be decided, and what every service has of it.

        ID is a purchase's, a workflow's or a payment's id, or the first letters of one of the first two.
        """
        purchase = ask(show(context.make_admin(), context.readers, any_id))
        if as_json:
            say_json(as_document(purchase))
        else:
            _print(make_console(), purchase)

    return [command]


def as_document(purchase: PurchaseDetails) -> dict[str, Any]:
    """The purchase for programs: each saga's own facts, and beside them what it tells."""
    sagas = [
        saga.run.model_dump(mode="json") | saga.model_dump(mode="json", exclude={"run"}) for saga in purchase.sagas
    ]
    return purchase.model_dump(mode="json", exclude={"sagas"}) | {"sagas": sagas}


def _print(console: Console, purchase: PurchaseDetails) -> None:
    say_lines(console, f"Purchase {purchase.purchase_id or 'that nobody knows'}")
    _pairs(console, _head(purchase))
    waiting = [saga for saga in purchase.sagas if saga.parked]
    for saga in [*waiting, *(saga for saga in purchase.sagas if saga not in waiting)]:
        _saga(console, purchase, saga, alone=len(waiting) == 1)
    if not purchase.sagas:
        console.print("\nTemporal has forgotten it: it ended over 30 days ago.")
    console.print("\nWhat the services have now", style="bold")
    _pairs(console, record_lines(purchase.records))
    console.print("\nTimeline (UTC)", style="bold")
    if purchase.timeline is None:
        _pairs(console, [["Not known: its worker does not answer, and nothing is recorded yet."]])
    else:
        _pairs(console, ((f"{e.at.astimezone(UTC):%m-%d %H:%M:%S}", e.event, e.detail) for e in purchase.timeline))


def _head(purchase: PurchaseDetails) -> Iterator[tuple[str, str]]:
    yield "status", plain(purchase.status)
    yield "buyer", purchase.buyer_id or "-"
    if purchase.order:
        yield "order", purchase.order
    yield "payment", purchase.payment_id or "none is known yet"
    yield "opened", at(purchase.opened_at)
    if purchase.deadline:
        yield "deadline", at(purchase.deadline)


def _saga(console: Console, purchase: PurchaseDetails, shown: SagaDetails, *, alone: bool) -> None:
    run = shown.run
    state = "parked" if shown.parked else run.state.replace("_", " ")
    moment = shown.parked.since if shown.parked else run.started_at if run.state == RUNNING else run.closed_at
    style = "bold red" if shown.parked or run.state == TERMINATED else "bold"
    console.print(f"\n{run.kind} is {state} since {at(moment)}{_ago(moment)}", style=style)
    say_lines(console, f"  {run.workflow_id}")
    _pairs(console, (("decided", _decision(each)) for each in shown.decisions))
    if shown.parked:
        _pairs(console, [("why", shown.parked.reason), *((c, means) for c, means in shown.parked.choices.items())])
        # A purchase's one parked saga is found by the purchase, whose id is shorter to type.
        short = purchase.purchase_id[:SHORT] if purchase.purchase_id and alone else f"'{run.workflow_id}'"
        say_lines(console, *(f"  $ flask purchases {choice} {short}" for choice in shown.parked.choices))
        _pairs(console, [[HANDBOOK]])
        return
    _pairs(console, [("stands", shown.stands)] if shown.stands else [])
    _pairs(console, ((step.name, _attempt(step)) for step in run.steps))
    if run.state == TERMINATED:
        say_lines(console, f"  $ flask purchases repair '{run.workflow_id}'  # it goes on where it was")


def _decision(each: Decision) -> str:
    return f"{each.decision} by {each.by} at {at(each.at)}{'' if each.taken else ', which was refused'}"


def _attempt(step: Step) -> str:
    if not step.failure:
        return f"attempt {step.attempt} is under way"
    again = f"attempt {step.attempt} at {at(step.next_at)}" if step.next_at else f"attempt {step.attempt} is under way"
    tried = f"; tried since {at(step.since)}{_ago(step.since)}" if step.since else ""
    return f"{step.failure}; {again}{tried}"


def _ago(moment: datetime | None) -> str:
    if moment is None:
        return ""
    minutes = int((datetime.now(UTC) - moment).total_seconds()) // 60
    hours, days = minutes // 60, minutes // (60 * 24)
    return f" ({f'{days} days' if days > 1 else f'{hours} h' if hours > 1 else f'{minutes} min'} ago)"


def _pairs(console: Console, rows: Iterable[Sequence[str]]) -> None:
    """Facts under one another, indented; the last column wraps."""
    grid = Table.grid(padding=(0, INDENT, 0, 0))
    for row in rows:
        grid.add_row("", *(Text(cell, no_wrap=cell is not row[-1]) for cell in row))
    if grid.row_count:
        console.print(grid)
