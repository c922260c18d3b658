"""The ids on every log line and span of a purchase: bound in the thread or task where they become known.

A task on an event loop begins with what the thread or task that makes it has bound, so it tells the same.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

REQUEST, PURCHASE, PAYMENT = "request_id", "purchase_id", "payment_id"
# Those that a path or a model may name.
NAMED = (PURCHASE, PAYMENT)
# With it our own processes tell each other which purchase a call is about; it is ignored from others.
PURCHASE_HEADER = "X-Purchase-Id"
# Callers can invent some of them, so only short and plain ones are taken.
WELL_FORMED = re.compile(r"[A-Za-z0-9._/-]{1,512}")


def bind(**ids: object) -> None:
    """Let what this thread or task writes from now on bear these ids, as far as they are ids."""
    known = {name: value for name, value in ids.items() if isinstance(value, str) and WELL_FORMED.fullmatch(value)}
    bind_contextvars(**known)
    # The span that runs already was begun before they were known.
    trace.get_current_span().set_attributes(known)


def bound(name: str) -> str | None:
    """The id that this thread or task has bound under a name."""
    return get_contextvars().get(name)


def ids_of(thing: object) -> dict[str, object]:
    """The ids that a model, or a mapping, has among its own fields."""
    return {name: thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None) for name in NAMED}


@contextmanager
def scope(**ids: object) -> Iterator[None]:
    """Bind these ids, and any that are bound inside, until the block ends: a thread serves many requests."""
    before = get_contextvars()
    bind(**ids)
    try:
        yield
    finally:
        clear_contextvars()
        bind_contextvars(**before)
