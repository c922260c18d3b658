"""One stack at a time on a folder of data, and no `make clean` beneath it."""

import fcntl
import os
from pathlib import Path
from typing import TextIO


def lock_data(data: Path) -> TextIO | None:
    """An open file that keeps everybody else off the data while it is open; None when another has it."""
    lock = os.fdopen(os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
