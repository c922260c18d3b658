"""How a program ends that has used Temporal's SDK."""

import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End it now, with an exit code: a thread of the SDK may abort an interpreter that ends in order."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
