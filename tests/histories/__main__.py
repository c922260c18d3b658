"""`python -m tests.histories record` writes a version's histories; `check` lets the code through the gate."""

import argparse
import asyncio
import subprocess
import sys
import tomllib

from engine.leaving import leave
from tests.histories.files import FOLDER, recorded, versions, write
from tests.histories.gate import faults, told
from tests.histories.recorder import histories


def main() -> int:
    """The exit code: 1 where the gate does not let the code through, or the version must not be recorded again."""
    parser = argparse.ArgumentParser(prog="histories", description="Histories of released versions, and their gate.")
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser("record", help="write the histories of a version that is about to be released")
    record.add_argument("version", nargs="?", default=_next_version(), help="without it the one in pyproject.toml")
    commands.add_parser("check", help="replay the histories of every released version with this code")
    wanted = parser.parse_args()
    return _record(wanted.version) if wanted.command == "record" else asyncio.run(_check())


def _next_version() -> str:
    pyproject = tomllib.loads((FOLDER.parents[1] / "pyproject.toml").read_text())
    return str(pyproject["project"]["version"])


def _record(version: str) -> int:
    if _is_released(version):
        print(f"Version {version} is tagged: what it did stays as it is. Name the next version.", file=sys.stderr)
        return 1
    found = histories()
    write(version, found)
    print(f"{len(found)} histories are written to {FOLDER / version}.")
    return 0


def _is_released(version: str) -> bool:
    command = ["git", "tag", "--list", version, f"v{version}"]
    return bool(subprocess.run(command, cwd=FOLDER, check=True, capture_output=True).stdout)


async def _check() -> int:
    found = [fault async for fault in faults(each for version in versions() for each in recorded(version))]
    print(told(found) or "Every recorded history replays.")
    return 1 if found else 0


if __name__ == "__main__":
    leave(main())
