"""The operators' commands: beside the intake's own, or by themselves (`FLASK_APP=operators.command_line`)."""

from collections.abc import Callable
from typing import Any

import click
from flask import Flask

from clients.settings import BrokerSettings
from engine.leaving import leave
from lib.settings import read
from operators.cli import notifications_commands, purchases_commands
from operators.cli.context import command_context
from operators.dead_letters import DeadLetters
from operators.erasing.command import buyer_commands
from operators.settings import OperatorSettings


class OnceTyped(click.Command):
    """A group of commands that is made only when it is called, for only then its settings must be there."""

    def __init__(self, name: str, help: str, make: Callable[[], click.Group]) -> None:  # noqa: A002 - click's name
        super().__init__(name, help=help)
        self._make = make

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The group's own context: from here on it is the command."""
        return self._make().make_context(info_name, args, parent, **extra)


def operators_commands() -> list[click.Command]:
    """All of them; each reads its own settings."""
    return [
        OnceTyped(
            "purchases",
            "Look at purchases, decide on parked sagas, repair terminated ones, compare the records.",
            lambda: purchases_commands(command_context(read(OperatorSettings)), leave),
        ),
        OnceTyped(
            "notifications",
            "What the sagas have published on RabbitMQ.",
            lambda: notifications_commands(DeadLetters(read(BrokerSettings).amqp_url)),
        ),
        OnceTyped(
            "buyer",
            "What is done for a buyer, all stores together.",
            lambda: buyer_commands(read(OperatorSettings), leave),
        ),
    ]


def create_app() -> Flask:
    """An application without routes, so that the commands can run where the intake's settings are missing."""
    app = Flask("operators")
    for command in operators_commands():
        app.cli.add_command(command)
    return app
