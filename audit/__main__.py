"""`python -m audit`: audit what the environment names."""

import asyncio
import sys

from audit.auditor import Addresses
from audit.command import run
from audit.settings import RecordsSettings
from engine import lazy_client
from engine.leaving import leave
from lib.settings import read


def main(arguments: list[str]) -> int:
    """Audit; 0: it adds up, 1: it does not, 2: it could not be read."""
    return asyncio.run(run(arguments, Addresses.of(read(RecordsSettings)), lazy_client))


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
