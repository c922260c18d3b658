"""`python -m tools.devstack up | restart NAME | status | env`: everything on this machine, from one terminal."""

import argparse
import shlex
import sys
from pathlib import Path

from tools.devstack.control import ask_restart
from tools.devstack.description import command_line, description_at
from tools.devstack.errors import StackError
from tools.devstack.options import StackOptions
from tools.devstack.printer import Printer
from tools.devstack.stack import Stack
from tools.devstack.up import show, up


def main() -> int:
    """Do what the command line says; 0, or 1 with the reason on stderr."""
    arguments = _parser().parse_args()
    data: Path = arguments.data.absolute()
    try:
        match arguments.command:
            case "up":
                up(Stack(StackOptions(data, arguments.ports, echo=True)), keep_going=arguments.keep_going)
            case "restart":
                ask_restart(data, arguments.name)
                print(f"{arguments.name} runs again")
            case "env":
                for name, value in command_line(description_at(data)).items():
                    print(f"export {name}={shlex.quote(value)}")
            case _:
                show(Printer(echo=True), description_at(data), data)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.devstack", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, default=Path(StackOptions().data), help="folder of the stack's data")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", parents=[common], help="start everything, until Ctrl-C")
    up.add_argument("--keep-going", action="store_true", help="start a process that ends again, with backoff")
    up.add_argument("--ports", choices=["default", "auto"], default="default", help="auto: free ones")
    restart = commands.add_parser("restart", parents=[common], help="start one process of a running stack again")
    restart.add_argument("name")
    commands.add_parser("status", parents=[common], help="what runs where")
    commands.add_parser(
        "env", parents=[common], help='what `flask` needs to know of it: eval "$(python -m tools.devstack env)"'
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
