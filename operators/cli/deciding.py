"""`flask purchases retry`, `skip` and `abort`."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from operators.cli.console import make_console, say_json
from operators.cli.context import CommandContext
from operators.cli.exit_codes import NotThere, ask
from operators.cli.listing import buyer_option, json_option, project_option, query_option, status_option
from operators.cli.outcomes import as_document, counted, exit_code, show_outcomes, show_plan
from operators.cli.progress import progress
from operators.cli.prompts import by_option, check_purchase, confirm, decider, yes_option
from operators.deciding import Deciding, DecisionOutcome, missed, not_offered
from operators.ports import TemporalAdmin
from operators.queries import Filters
from operators.targets import Missed, Target, by_filters, by_ids

DECISIONS = {
    "retry": "Let parked sagas try again what failed.",
    "skip": "Let parked sagas go on: what failed was done by hand, and its callee shows it.",
    "abort": "Undo parked sagas; `show` says what that means for each.",
}
# 20 s: a step at a callee that is back takes a second, and a whole undo a few.
WAIT_S = 20


def commands(context: CommandContext) -> list[click.Command]:
    """The three commands."""
    return [_command(context, decision, does) for decision, does in DECISIONS.items()]


def _command(context: CommandContext, decision: str, does: str) -> click.Command:
    @click.command(
        decision,
        short_help=does.partition(":")[0].partition(";")[0].rstrip(".") + ".",
        help=f"{does}\n\nID is a purchase's or a workflow's id; without one, say which are meant.",
    )
    @click.argument("ids", metavar="[ID]...", nargs=-1)
    @click.option("--all-parked", is_flag=True, help="every parked saga")
    @click.option("--reason", help="only those parked for a reason with this text in it")
    @status_option
    @buyer_option
    @project_option
    @query_option
    @click.option("--wait", type=click.IntRange(0, 600), default=WAIT_S, show_default=True, help="seconds to watch")
    @by_option
    @yes_option
    @json_option
    def command(ids: tuple[str, ...], reason: str | None, **given: Any) -> None:
        all_parked, wait_s, as_json = (given.pop(name) for name in ("all_parked", "wait", "as_json"))
        by, yes = given.pop("by"), given.pop("yes")
        filters = Filters.model_validate(given)
        if bool(ids) == (all_parked or reason is not None or filters.any):
            raise click.UsageError("Name ids; or say by --all-parked, --reason, --query and so on which are meant.")
        find = by_ids(context.make_admin(), ids) if ids else by_filters(context.make_admin(), filters, reason)
        ready, outcomes = _judged(ask(find), decision, alone=len(ids) == 1)
        if ready:
            # One purchase is enough: all come from the same Temporal.
            check_purchase(context, ready[0].purchase_id, ready[0].run)
            show_plan(make_console(stderr=True), decision, ready, context.environment)
            by = decider(context.asks, by, yes=yes)
            question = f"{decision.capitalize()} {counted(len(ready))} at {context.environment.name}?"
            confirm(context.asks, question, yes=yes)
            # A client of Temporal belongs to one event loop, and nobody may hold that up while a person thinks.
            outcomes += ask(_act(context.make_admin(by), decision, wait_s, ready))
        if as_json:
            say_json(as_document(decision, outcomes))
        else:
            show_outcomes(make_console(), outcomes)
        raise click.exceptions.Exit(exit_code(outcomes))

    return command


def _judged(
    targets: Sequence[Target | Missed], decision: str, *, alone: bool
) -> tuple[list[Target], list[DecisionOutcome]]:
    """What can be decided, and the outcomes of what cannot; with a single id that is an error of the command."""
    judged = [target if isinstance(target, Missed) else not_offered(target, decision) or target for target in targets]
    ready = [target for target in judged if isinstance(target, Target)]
    others = [target for target in judged if isinstance(target, Missed)]
    if alone and others:
        failure = NotThere if others[0].unknown else click.ClickException
        raise failure(f"{others[0].kind}: {others[0].says}")
    return ready, [missed(target) for target in others]


async def _act(temporal: TemporalAdmin, decision: str, wait_s: int, targets: Sequence[Target]) -> list[DecisionOutcome]:
    console = make_console(stderr=True)
    with _stopping() as stop, progress(console, len(targets), "decided", "seen what came of it") as (sent, watched):
        return await Deciding(temporal, decision, wait_s, stop).all(targets, sent, watched)


@contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    """Set by Ctrl-C: nothing new begins, and what has begun is reported. A second Ctrl-C ends the command at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def interrupted() -> None:
        stop.set()
        # From here on Python's own handler is back.
        loop.remove_signal_handler(signal.SIGINT)

    loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        loop.remove_signal_handler(signal.SIGINT)
