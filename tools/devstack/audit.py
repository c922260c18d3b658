"""`make audit`: the audit of the stack that runs here; where none does, of what the environment names."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from temporalio.client import Client

from audit.__main__ import main as audit_environment
from audit.auditor import Addresses, audit
from audit.command import run
from audit.report import Report
from engine import data_converter
from engine.leaving import leave
from tools.devstack.description import payload_settings
from tools.devstack.options import StackOptions


async def audit_stack(description: Mapping[str, Any], tell: Callable[[str], None] = lambda _: None) -> Report:
    """The audit of a stack by its description (`.run/stack.json`). Raises audit.CouldNotRead."""
    return await audit(addresses(description), await connect(description), tell)


def addresses(description: Mapping[str, Any]) -> Addresses:
    """Where a stack's services are."""
    urls = {name: description["processes"][name]["url"] for name in ("payments", "projects", "users", "notifier")}
    return Addresses(**urls, service_token=description["service_token"])


async def connect(description: Mapping[str, Any], **more: Any) -> Client:
    """A client of a stack's Temporal server; it connects at its first call. `more` as `Client.connect` takes it."""
    temporal = description["temporal"]
    converter = data_converter(payload_settings(description))
    return await Client.connect(
        temporal["address"], namespace=temporal["namespace"], data_converter=converter, lazy=True, **more
    )


def main(arguments: list[str]) -> int:
    """Audit; the exit codes are the audit's."""
    parser = argparse.ArgumentParser(prog="tools.devstack.audit", add_help=False)
    parser.add_argument("--data", default=StackOptions().data)
    given, arguments = parser.parse_known_args(arguments)
    path = StackOptions(data=given.data).folder / "stack.json"
    if not path.exists():
        return audit_environment(arguments)
    description = json.loads(path.read_text())
    return asyncio.run(run(arguments, addresses(description), lambda: connect(description)))


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
