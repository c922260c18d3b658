"""How far many decisions have come: bars on a terminal, a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

# Lines in a log: few enough to be read.
TELL_EVERY = 100

Advance = Callable[[], None]


@contextmanager
def progress(console: Console, total: int, *stages: str) -> Iterator[list[Advance]]:
    """For each stage what to call whenever one of the total is done with it."""
    if not console.is_terminal:
        yield [_lines(console, stage, total) for stage in stages]
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bars:
        yield [_bar(bars, stage, total) for stage in stages]


def _bar(bars: Progress, stage: str, total: int) -> Advance:
    task = bars.add_task(stage, total=total)
    return lambda: bars.advance(task)


def _lines(console: Console, stage: str, total: int) -> Advance:
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done % TELL_EVERY == 0:
            console.print(f"{stage}: {done} of {total}")

    return advance
