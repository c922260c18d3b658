"""Processes of a stack that stand still or crash, and what waits for them meanwhile."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tools.devstack.stack import Stack


@contextmanager
def stopped(stack: Stack, *names: str) -> Iterator[None]:
    """Stop processes: they keep their connections and answer nothing; let those that still live go on afterwards."""
    # Each process of a stack leads a group of its own.
    groups = [stack.processes[name].pid for name in names]
    try:
        for group in groups:
            os.killpg(group, signal.SIGSTOP)
        yield
    finally:
        for group in groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGCONT)


@contextmanager
def killed(stack: Stack, *names: str) -> Iterator[None]:
    """Let processes crash (SIGKILL); start them again afterwards."""
    try:
        for name in names:
            stack.kill(name)
        yield
    finally:
        for name in names:
            stack.restart(name)


def unread(stack: Stack, reader: str, writer: str) -> Callable[[], int]:
    """Asks, quickly, how many bytes from one process wait until another one reads them, on the connections of now."""
    # Who has connected knows its connection at once; a process that stands still has not accepted it yet.
    reader_listens, writer_listens = _listens(stack, reader), _listens(stack, writer)
    ends = {(own, theirs) for own, theirs in _connections(stack, reader) if theirs in writer_listens}
    ends |= {(theirs, own) for own, theirs in _connections(stack, writer) if theirs in reader_listens}

    def count() -> int:
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        waiting = ((_port(row[1]), _port(row[2]), row[4].partition(":")[2]) for row in rows)
        return sum(int(received, 16) for own, theirs, received in waiting if (own, theirs) in ends)

    return count


def _connections(stack: Stack, name: str) -> set[tuple[int, int]]:
    """Own and other port of each connection of a process and all that it has started."""
    return {(c.laddr.port, c.raddr.port) for c in _sockets(stack, name) if c.raddr}


def _listens(stack: Stack, name: str) -> set[int]:
    return {c.laddr.port for c in _sockets(stack, name) if c.status == psutil.CONN_LISTEN}


def _sockets(stack: Stack, name: str) -> list[Any]:
    process = psutil.Process(stack.processes[name].pid)
    group = [process, *process.children(recursive=True)]
    return [connection for part in group for connection in part.net_connections("tcp4")]


def _port(address: str) -> int:
    return int(address.partition(":")[2], 16)
