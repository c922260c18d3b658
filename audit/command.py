"""The command line: progress on stderr, the report on stdout, its verdict as exit code."""

import argparse
import json
import sys
from collections.abc import Awaitable, Callable, Sequence

from temporalio.client import Client

from audit.auditor import Addresses, CouldNotRead, audit

ADDS_UP, FAULTS, COULD_NOT_READ = 0, 1, 2


async def run(arguments: Sequence[str], addresses: Addresses, connect: Callable[[], Awaitable[Client]]) -> int:
    """Audit and report; the exit code."""
    parser = argparse.ArgumentParser(
        prog="audit",
        description="Compare all records and name what does not add up. "
        "Exit code 0: everything adds up, 1: something does not, 2: a store could not be read.",
    )
    parser.add_argument("--json", action="store_true", help="the report for programs")
    as_json = parser.parse_args(arguments).json
    try:
        report = await audit(addresses, await connect(), tell=_progress)
    except CouldNotRead as error:
        print(f"The records could not be read: {error}", file=sys.stderr)
        return COULD_NOT_READ
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        print("\n".join(report.lines()))
    return ADDS_UP if report.adds_up else FAULTS


def _progress(line: str) -> None:
    print(f"audit: {line}", file=sys.stderr, flush=True)
