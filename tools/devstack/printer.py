"""What a stack shows on the terminal: lines of many processes, each with its name."""

import sys
import threading

from rich.console import Console
from rich.table import Table
from rich.text import Text

# One for each process of the application, red left out: it means trouble.
COLOURS = ("cyan", "green", "yellow", "blue", "magenta", "bright_cyan", "bright_green", "bright_yellow", "bright_blue")
NAME_WIDTH = 22
TABLE_WIDTH = 120


class Printer:
    """Prints whole lines from several threads; colours on a terminal only; silent when told so."""

    def __init__(self, *, echo: bool) -> None:
        self._console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self._echo = echo
        self._lock = threading.Lock()
        self._colours: dict[str, str] = {}

    def line(self, name: str, text: str) -> None:
        """One line of a process."""
        if not self._echo:
            return
        with self._lock:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
            try:
                self._console.print(Text.assemble((f"{name:<{NAME_WIDTH}} | ", colour), Text.from_ansi(text)))
            except OSError:
                # The terminal is gone; the logs go on.
                self._echo = False

    def say(self, text: str) -> None:
        """A line of the stack's own."""
        self.line("devstack", text)

    def table(self, rows: list[tuple[str, str, str]]) -> None:
        """What runs where: name, process id, address."""
        table = Table("process", "pid", "address")
        for row in rows:
            table.add_row(*row)
        with self._lock:
            # As wide as it needs: an address that is cut off is of no use.
            self._console.print(table, width=TABLE_WIDTH, crop=False)
