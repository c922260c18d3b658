"""Whether the broker is there and set up, and what its errors mean to an operator."""

import logging
from concurrent.futures import ThreadPoolExecutor, wait
from ssl import SSLCertVerificationError, SSLError

from pika.exceptions import (
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    IncompatibleProtocolError,
    NackError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    UnroutableError,
)

from clients.amqp import NOTIFICATIONS
from clients.settings import BrokerSettings
from lib.messaging.broker import ERRORS, Broker, count
from lib.settings import read

# 8 s: a connection is given up after 5 s, and a broker declares queues in milliseconds.
ANSWER_TIMEOUT_S = 8.0
# AMQP 0-9-1, "Reply codes": a queue or exchange of that name exists with other arguments.
PRECONDITION_FAILED = 406
# From the most special error to the most general, for some are subclasses of others.
MEANINGS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((ProbableAuthenticationError,), "refuses the credentials: correct user and password in AMQP_URL."),
    ((ProbableAccessDeniedError,), "refuses the virtual host: create it, or give the user rights on it."),
    ((SSLCertVerificationError,), "has a certificate that this machine does not trust."),
    ((IncompatibleProtocolError, SSLError), "speaks no AMQP: is it the right port, with amqps:// only where TLS is?"),
    ((UnroutableError, NackError), "does not take the message: is the queue still there?"),
    (ERRORS, "does not answer: is it running, and are host and port right?"),
)


def main() -> int:
    """Print the one line; the exit code."""
    # pika reports every failed attempt by itself; the line that follows says it once.
    logging.getLogger("pika").setLevel(logging.CRITICAL + 1)
    try:
        is_ready, line = check(Broker(read(BrokerSettings).amqp_url, NOTIFICATIONS))
    # A wrong setting, or an address that is none, in words of its own.
    except (SystemExit, ValueError) as wrong:
        is_ready, line = False, str(wrong)
    print(line)
    return 0 if is_ready else 1


def check(broker: Broker, timeout_s: float = ANSWER_TIMEOUT_S) -> tuple[bool, str]:
    """Log in and declare the topology: whether that is done, after `timeout_s` at the latest, and the line about it."""
    # In a thread: a broker may hang in the middle of a declaration, and this one has to answer in time.
    checking = ThreadPoolExecutor(1).submit(_declare, broker)
    wait([checking], timeout_s)
    if not checking.done():
        return False, f"{broker} does not answer within {timeout_s:g} s."
    if error := checking.exception():
        return False, f"{broker} {meaning(error)}"
    return True, f"{broker} is ready: {checking.result()}"


def meaning(error: BaseException) -> str:
    """What a broker's error means to an operator."""
    if isinstance(error, ChannelClosedByBroker) and error.reply_code == PRECONDITION_FAILED:
        return f"has other arguments there: {error.reply_text}. Empty and delete that one, then check again."
    if isinstance(error, ChannelClosedByBroker | ConnectionClosedByBroker):
        return f"refuses: {error.reply_text}."
    known = (meaning for kinds, meaning in MEANINGS if isinstance(error, kinds))
    return next(known, f"is not checked: {type(error).__name__}.")


def _declare(broker: Broker) -> str:
    at = broker.topology
    with broker.channel() as channel:
        waiting, dead = count(channel, at.queue), count(channel, at.dead)
    hint = " (flask notifications dead list)" if dead else ""
    there = f"exchange {at.exchange}, queue {at.queue} ({waiting} waiting) and dead letters in {at.dead}"
    return f"{there} are there: {dead}{hint}."
