"""`flask purchases`: what operators type and read. What is done stands in `app.operators`, which knows no terminal."""

from app.cli.desk import Desk
from app.cli.group import purchases_commands

__all__ = ["Desk", "purchases_commands"]
