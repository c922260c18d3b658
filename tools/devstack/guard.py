"""`python -m tools.devstack.guard ID FILE...`: ends every process that carries a stack's id once the stack is gone.

Its stdin is a pipe from the stack: the end of the pipe is the end of the stack, orderly or by SIGKILL. Whatever a child
has started since (Erlang's epmd, a web server's workers) has inherited the id in its environment. Last, it removes
the files that tell of the stack.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

VARIABLE = "DEVSTACK_ID"
# A killed process is gone within milliseconds; one that waits on a disk may take some seconds.
SWEEP_LIMIT_S = 5.0


def processes_of(stack_id: str) -> Iterator[int]:
    """The living processes that carry the mark."""
    needle = f"{VARIABLE}={stack_id}\0".encode()
    for folder in Path("/proc").iterdir():
        # A process may end while we look, and another user's is not ours to see.
        with suppress(OSError):
            if folder.name.isdecimal() and needle in (folder / "environ").read_bytes() + b"\0":
                yield int(folder.name)


def sweep(stack_id: str) -> None:
    """Kill every process of the stack, again until none is left: one may have been starting another."""
    deadline = time.monotonic() + SWEEP_LIMIT_S
    while (left := list(processes_of(stack_id))) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


if __name__ == "__main__":
    # It has to outlive the signals that end the stack.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    stack_id, *files = sys.argv[1:]
    sweep(stack_id)
    for file in files:
        Path(file).unlink(missing_ok=True)
