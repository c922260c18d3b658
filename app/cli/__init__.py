"""`flask purchases` and `flask notifications`: what operators type and read. What is done stands in `app.operators`."""

from app.cli.desk import Desk
from app.cli.group import purchases_commands
from app.cli.notifications import notifications_commands

__all__ = ["Desk", "notifications_commands", "purchases_commands"]
