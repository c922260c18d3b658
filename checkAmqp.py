"""Is the broker there, and set up? `python3 checkAmqp.py` answers in one line, with exit code 0 (yes) or 1 (no).

It reads AMQP_URL as the workers do, logs in, and declares the topology: what is missing is created, what stands
there with other arguments is told. The password is never printed.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from ssl import SSLCertVerificationError, SSLError

VENV = Path(__file__).resolve().parent / ".venv"

try:
    import pika
    from pika.adapters.utils.connection_workflow import AMQPConnectorException
    from pika.exceptions import (
        AMQPError,
        ChannelClosedByBroker,
        ConnectionClosedByBroker,
        IncompatibleProtocolError,
        ProbableAccessDeniedError,
        ProbableAuthenticationError,
    )

    from clients.amqp import DEAD_EXCHANGE, EXCHANGE, QUEUE, broker_of, connect, declare_topology
    from clients.settings import BrokerSettings
    from lib.settings import read
except ImportError as missing:
    # The system's own python3 has none of our packages: `make setup` has put them beside us.
    python = VENV / "bin" / "python"
    if python.exists() and Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), __file__])  # noqa: S606
    print(f"The broker is not checked: the package {missing.name} is not installed; run `make setup` first.")
    sys.exit(1)

# 8 s: clients.amqp gives up a connection after 5 s, and a broker declares queues in milliseconds.
ANSWER_TIMEOUT_S = 8.0
# AMQP 0-9-1, "Reply codes": a queue or exchange of that name exists with other arguments.
PRECONDITION_FAILED = 406
# What went wrong, from the most special to the most general, for some of these errors are others' children.
MEANINGS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((ProbableAuthenticationError,), "refuses the credentials: correct user and password in AMQP_URL."),
    ((ProbableAccessDeniedError,), "refuses the virtual host: create it, or give the user rights on it."),
    ((SSLCertVerificationError,), "has a certificate that this machine does not trust."),
    ((IncompatibleProtocolError, SSLError), "speaks no AMQP: is it the right port, with amqps:// only where TLS is?"),
    # The connector's own errors (a login that takes too long) are no children of AMQPError.
    ((AMQPError, AMQPConnectorException, OSError), "does not answer: is it running, and are host and port right?"),
)

Connect = Callable[[str], pika.BlockingConnection]


class CheckFailedError(Exception):
    """What is wrong with the broker, in words that say what to do."""


def main() -> int:
    """Print the one line; the exit code."""
    # pika reports every failed attempt by itself; the line that follows says it once.
    logging.getLogger("pika").setLevel(logging.CRITICAL + 1)
    try:
        print(check(_amqp_url()))
    except CheckFailedError as failed:
        print(failed)
        return 1
    return 0


def check(url: str, connect: Connect = connect, timeout_s: float = ANSWER_TIMEOUT_S) -> str:
    """Log in and declare the topology; raises CheckFailedError with the reason, after `timeout_s` at the latest."""
    place = _place(url)
    found: SimpleQueue[str | CheckFailedError] = SimpleQueue()
    # A thread, for a broker that hangs in the middle of a declaration would hold this one for ever.
    threading.Thread(target=lambda: found.put(_answer(url, place, connect)), daemon=True).start()
    try:
        answer = found.get(timeout=timeout_s)
    except Empty:
        raise CheckFailedError(f"{place} does not answer within {timeout_s:g} s.") from None
    if isinstance(answer, CheckFailedError):
        raise answer
    return answer


def _amqp_url() -> str:
    try:
        return read(BrokerSettings).amqp_url
    except SystemExit as wrong:
        raise CheckFailedError(str(wrong.code)) from wrong


def _place(url: str) -> str:
    """Where the URL points."""
    try:
        return broker_of(url)
    except ValueError as wrong:
        raise CheckFailedError(str(wrong)) from None


def _answer(url: str, place: str, connect: Connect) -> str | CheckFailedError:
    try:
        connection = connect(url)
        try:
            channel = connection.channel()
            declare_topology(channel)
            waiting, dead = (
                channel.queue_declare(queue, passive=True).method.message_count for queue in (QUEUE, DEAD_EXCHANGE)
            )
        finally:
            if connection.is_open:
                connection.close()
    except Exception as error:
        return CheckFailedError(f"{place} {_reason(error)}")
    look = " (flask notifications dead list)" if dead else ""
    return (
        f"{place} is ready: exchange {EXCHANGE}, queue {QUEUE} ({waiting} waiting) and "
        f"dead letters in {DEAD_EXCHANGE} are there: {dead}{look}."
    )


def _reason(error: Exception) -> str:
    """What the error means to an operator."""
    if isinstance(error, ChannelClosedByBroker) and error.reply_code == PRECONDITION_FAILED:
        return f"has other arguments there: {error.reply_text}. Empty and delete that one, then check again."
    if isinstance(error, ChannelClosedByBroker | ConnectionClosedByBroker):
        return f"refuses to declare the topology: {error.reply_text}."
    known = (meaning for kinds, meaning in MEANINGS if isinstance(error, kinds))
    return next(known, f"is not checked: {type(error).__name__}.")


if __name__ == "__main__":
    # The broker may still hold the thread: leave without waiting for it.
    code = main()
    sys.stdout.flush()
    os._exit(code)
