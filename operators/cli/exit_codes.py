"""How a command ends: its exit codes, and what an error means."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click

from audit.auditor import CouldNotRead
from domain.errors import RefusalKind, Refused, Unavailable

T = TypeVar("T")

# The highest code that applies is used.
DONE, REFUSED, NOT_KNOWN, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = """Exit codes: 0 done; 1 refused, or something does not add up; 2 somebody does not answer, nothing is of
that name, or the command is wrong; 130 interrupted by Ctrl-C."""
# These kinds mean that the question was not understood; they are no refusals.
NOT_UNDERSTOOD = frozenset({RefusalKind.NOT_FOUND, RefusalKind.AMBIGUOUS, RefusalKind.INVALID_QUERY})


class NotThere(click.ClickException):
    """Nobody answers, or there is nothing of that name."""

    exit_code = NOT_KNOWN


class Leaving(click.Group):
    """Ends the process by itself, with the command's exit code."""

    leave: Callable[[int], Any]

    def invoke(self, ctx: click.Context) -> None:
        """Run the command, and leave."""
        self.leave(self._code(ctx))

    def _code(self, ctx: click.Context) -> int:
        try:
            super().invoke(ctx)
        except click.exceptions.Exit as leaving:
            return leaving.exit_code
        except click.ClickException as failure:
            failure.show()
            return failure.exit_code
        except (KeyboardInterrupt, click.Abort):
            click.echo("\nInterrupted.", err=True)
            return INTERRUPTED
        return DONE


def ask(work: Coroutine[Any, Any, T]) -> T:
    """The work's result; a refusal and an absence end the command, each with its exit code."""
    try:
        return asyncio.run(work)
    except Refused as refused:
        failure = NotThere if refused.kind in NOT_UNDERSTOOD else click.ClickException
        raise failure(str(refused)) from refused
    except (Unavailable, CouldNotRead) as away:
        raise NotThere(str(away)) from away
