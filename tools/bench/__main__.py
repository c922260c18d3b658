"""`python -m tools.bench [--only PART] [--against v1.0.0] [--open 100000] [--write]`: measure, and print the tables."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from tools.bench.conditions import Conditions
from tools.bench.flat import fill, flat_section
from tools.bench.overload import overload_section, press
from tools.bench.page import PAGE, with_section
from tools.bench.plot import svg
from tools.bench.recovery import recover, recovery_section
from tools.bench.speed import CALLS_BY_CALLERS, ROUNDS, SpeedOptions, measure
from tools.bench.speed_report import PLOT, panels, speed_section
from tools.bench.telemetry import compare, telemetry_section
from tools.bench.webhooks import knock
from tools.bench.webhooks_report import webhooks_section
from tools.devstack.errors import StackError
from tools.devstack.options import scratch

# Two minutes; a hundred thousand take an hour.
OPEN = 1_000


@dataclass(frozen=True)
class Bench:
    """What the command line says, where a part keeps its stacks' data, and the conditions from its beginning on."""

    given: argparse.Namespace
    folder: Path
    console: Console
    conditions: Conditions = field(default_factory=Conditions)

    def speed(self) -> list[str]:
        """How fast, compared with what; writes the plot too."""
        given = self.given
        options = SpeedOptions(given.data, given.against, given.calls, given.rounds)
        speed = measure(options, self.folder / "speed", self.console)
        if given.write:
            (PAGE.parent / PLOT).write_text(svg("How fast, and at what cost", panels(speed)))
        return speed_section(speed, str(self.conditions))

    def recovery(self) -> list[str]:
        """What a worker's crash costs."""
        return recovery_section(recover(self.folder / "recovery"), str(self.conditions))

    def flat(self) -> list[str]:
        """What a purchase costs beside many open ones."""
        return flat_section(
            fill(self.given.data, self.given.open, self.folder / "flat", self.console), str(self.conditions)
        )

    def webhooks(self) -> list[str]:
        """What Stripe's endpoint takes."""
        return webhooks_section(knock(self.folder / "webhooks", self.console), str(self.conditions))

    def telemetry(self) -> list[str]:
        """What telemetry costs."""
        return telemetry_section(compare(self.folder / "telemetry", self.console), str(self.conditions))

    def overload(self) -> list[str]:
        """What more buyers than can be served are answered."""
        return overload_section(press(self.folder / "overload", self.console), str(self.conditions))


Part = Callable[[Bench], list[str]]
# By the name under which each can be measured by itself.
PARTS: dict[str, Part] = {
    part.__name__: part
    for part in (Bench.speed, Bench.recovery, Bench.flat, Bench.webhooks, Bench.telemetry, Bench.overload)
}
ON_DATA = ("speed", "flat")


def main() -> int:
    """Start stacks for each part, measure, report; 0, or 1 with the reason on stderr."""
    given = _given()
    console = Console()
    try:
        for name in [given.only] if given.only else PARTS:
            with scratch("bench") as folder:
                section = PARTS[name](Bench(given, Path(folder), console))
            console.print(Markdown("\n".join(section)))
            if given.write:
                PAGE.write_text(with_section(PAGE.read_text(), section))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--only", choices=[*PARTS], help="this part alone; --write leaves the others as they are")
    parser.add_argument("--against", metavar="REVISION", help="speed: compared with that of v1.0.0, say, side by side")
    parser.add_argument(
        "--open", type=int, default=OPEN, help="flat: as many purchases are open in the end (default: %(default)s)"
    )
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}, and the plot, as well")
    short = parser.add_argument_group("short forms", "they show that all works, not how fast")
    short.add_argument("--data", type=Path, help=f"{' or '.join(ON_DATA)}: on the stack that runs on this folder")
    short.add_argument("--calls", type=int, help=f"speed: of each load in a round, instead of {CALLS_BY_CALLERS}")
    short.add_argument("--rounds", type=int, default=ROUNDS, help="speed: (default: %(default)s)")
    given = parser.parse_args()
    if given.data and given.only not in ON_DATA:
        parser.error(f"--data goes with --only {' or '.join(ON_DATA)}")
    return given


if __name__ == "__main__":
    sys.exit(main())
