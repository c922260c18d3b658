"""`flask purchases` and `flask notifications`: what operators type and read. What is done stands in `operators`."""

from operators.cli.context import CommandContext
from operators.cli.group import purchases_commands
from operators.cli.notifications import notifications_commands

__all__ = ["CommandContext", "notifications_commands", "purchases_commands"]
