"""When and on what machine something is measured, and how much of it neighbours have taken meanwhile."""

import os
import platform
from datetime import UTC, datetime

import psutil


class Conditions:
    """Of what is measured from now on."""

    def __init__(self) -> None:
        self._before = psutil.cpu_times()

    def __str__(self) -> str:
        """`on 2026-11-30: Linux x86_64, 2 cores, Python 3.11.7, 24 GiB; …`."""
        when = f"{datetime.now(UTC):%Y-%m-%d}"
        machine = (
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        memory = f"{psutil.virtual_memory().total / 2**30:.0f} GiB"
        return f"on {when}: {machine}, {memory}; neighbours took {self._stolen():.0%} of its processors' time (steal)"

    def _stolen(self) -> float:
        spent = [now - was for was, now in zip(self._before, psutil.cpu_times(), strict=True)]
        # Only Linux tells it; a guest's time is counted among the user's already.
        shares = dict(zip(self._before._fields, spent, strict=True))
        whole = sum(shares.values()) - shares.get("guest", 0) - shares.get("guest_nice", 0)
        return shares.get("steal", 0) / whole
