"""`flask notifications dead`: what lies in the queue of dead letters, and what becomes of it."""

import json
from collections.abc import Callable
from typing import Any

import click

from domain.errors import Refused, Unavailable
from operators.cli.console import Table, make_console, say_json, since
from operators.cli.context import somebody_is_there
from operators.cli.exit_codes import NotThere
from operators.cli.prompts import by_option, confirm, decider, yes_option
from operators.dead_letters import DeadLetter, DeadLetters

DOES = {
    "requeue": "Give dead letters back to the queue that they died in: what kept them out is mended.",
    "drop": "Forget dead letters for good; each is printed once more, as JSON that names who dropped it: keep it.",
}


def notifications_commands(letters: DeadLetters, asks: Callable[[], bool] = somebody_is_there) -> click.Group:
    """`flask notifications`."""
    group = click.Group("notifications", help="What the sagas have published on RabbitMQ.")
    dead = click.Group("dead", help="The notifications that no consumer could keep.")
    group.add_command(dead)
    dead.add_command(_list(letters))
    dead.add_command(_change("requeue", letters, letters.requeue, asks))
    dead.add_command(_change("drop", letters, lambda ids, _: letters.drop(ids), asks))
    return group


def _list(letters: DeadLetters) -> click.Command:
    @click.command("list", help="Show the dead letters, oldest first.")
    @click.option("--json", "as_json", is_flag=True, help="for programs")
    def command(as_json: bool) -> None:
        found, more = _result_of(letters.all)
        if as_json:
            say_json({"broker": str(letters.broker), "items": [letter.document() for letter in found], "more": more})
            return
        console = make_console()
        beyond = f", and {more} more" if more else ""
        _table(console, f"{len(found)} dead letters at {letters.broker}{beyond}", found)

    return command


def _change(
    name: str,
    letters: DeadLetters,
    change: Callable[[tuple[str, ...], str], list[DeadLetter]],
    asks: Callable[[], bool],
) -> click.Command:
    @click.command(name, help=f"{DOES[name]}\n\nID is as `list` shows it.")
    @click.argument("ids", metavar="[ID]...", nargs=-1)
    @click.option("--all", "everything", is_flag=True, help="all of them")
    @by_option
    @yes_option
    def command(ids: tuple[str, ...], everything: bool, by: str | None, yes: bool) -> None:
        if bool(ids) == everything:
            raise click.UsageError("Name ids, or say --all.")
        found, _ = _result_of(letters.all)
        meant = [letter for letter in found if everything or letter.id in ids]
        _table(make_console(stderr=True), f"{name}, at {letters.broker}:", meant)
        who = decider(asks, by, yes=yes)
        confirm(asks, f"{name.capitalize()} these at {letters.broker}?", yes=yes)
        # Those that came meanwhile were not shown: they are not meant.
        done = _result_of(lambda: change(ids or tuple(letter.id for letter in meant), who))
        if name == "drop":
            for letter in done:
                click.echo(json.dumps(letter.document() | {"dropped_by": who}))
        click.echo(f"{name}: {len(done)} done, by {who}.", err=True)

    return command


def _table(console: Any, title: str, letters: list[DeadLetter]) -> None:
    table = Table(console, title, "id", "type", "purchase", "died (UTC)", "why", "message", nice=("message",))
    for each in letters:
        table.row(each.id, each.type, each.purchase_id or "-", since(each.died_at), each.reason, each.message_id or "-")
    table.print()


def _result_of(work: Callable[[], Any]) -> Any:
    """The work's result; a refusal and an absence end the command, each with its exit code."""
    try:
        return work()
    except (Refused, Unavailable) as failure:
        raise NotThere(str(failure)) from failure
