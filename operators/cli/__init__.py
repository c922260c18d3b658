"""`flask purchases` and `flask notifications`: what operators type and read. What is done stands in `operators`."""

from operators.cli.desk import Desk
from operators.cli.group import purchases_commands
from operators.cli.notifications import notifications_commands

__all__ = ["Desk", "notifications_commands", "purchases_commands"]
