"""What makes a method a step: its key, and the one table from our errors to Temporal's."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.metrics import count_attempt, count_compensation, count_failure
from domain.errors import ContractBroken, Refused, Unavailable

# The types by which a saga knows what became of a step.
REFUSED = "refused"
UNAVAILABLE = "unavailable"
CONTRACT_BROKEN = "contract-broken"

# The result of a step whose callee returns nothing. It is never None: somebody who reaches Temporal without our keys
# can report a step as done, but only without a result, and so the saga can tell the difference.
DONE = True

log = logging.getLogger(__name__)

# Each step's name, and those that undo; written while the steps' classes are made, and never again.
_NAMES: dict[Callable[..., Any], str] = {}
_COMPENSATIONS: set[Callable[..., Any]] = set()

P = ParamSpec("P")
R = TypeVar("R")


def step_key(workflow_id: str = "") -> str:
    """The idempotency key of the running step: workflow id + step name, so the same on every attempt.

    With the id of another workflow it is the key of that one's step of the same name.
    """
    info = activity.info()
    return f"{workflow_id or info.workflow_id}/{info.activity_id}"


def step(name: str, *, undoes: bool = False) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Make a method an activity that fails with an ApplicationError which says whether to try again.

    `name` must never change: it is the activity's type and its id in a saga, and so a part of the step's key at the
    callee. The method may be renamed. `undoes`: it undoes what another step has done.
    """

    def made(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        run = _translating(method, undoes=undoes)
        _NAMES[run] = name
        if undoes:
            _COMPENSATIONS.add(run)
        return activity.defn(name=name)(run)

    return made


def step_name(method: Callable[..., Any]) -> str:
    """The name by which a method was made a step."""
    return _NAMES[method]


def is_compensation(method: Callable[..., Any]) -> bool:
    """Whether the step undoes what another one has done."""
    return method in _COMPENSATIONS


def _translating(method: Callable[P, Awaitable[R]], *, undoes: bool) -> Callable[P, Awaitable[R]]:
    @functools.wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        count_attempt(compensates=undoes)
        try:
            answer = await method(*args, **kwargs)
        # The failure says all that is known; its causes' traces help nobody, and the server keeps only a few KB of it.
        except (Refused, Unavailable, ContractBroken) as error:
            raise _failure(error) from None
        except asyncio.CancelledError:
            if not activity.info().is_local:
                raise
            raise _failure(Unavailable("no answer within its saga's task")) from None
        log.info("%s, attempt %d: done", activity.info().activity_id, activity.info().attempt)
        if undoes:
            count_compensation()
        return answer

    return run


def _failure(error: Refused | Unavailable | ContractBroken) -> ApplicationError:
    """What Temporal is told, as the log is and the metrics are."""
    log.info("%s, attempt %d: %s", activity.info().activity_id, activity.info().attempt, error)
    failure = _translate(error)
    count_failure(str(failure.type))
    return failure


def _translate(error: Refused | Unavailable | ContractBroken) -> ApplicationError:
    if isinstance(error, Refused):
        details: tuple[Any, ...] = (error.kind, error.detail, error.extra)
        # A refusal is an answer: it must not count as an error in logs and metrics.
        benign = ApplicationErrorCategory.BENIGN
        return ApplicationError(str(error), *details, type=REFUSED, non_retryable=True, category=benign)
    if isinstance(error, Unavailable):
        delay = timedelta(seconds=error.retry_after_s) if error.retry_after_s else None
        return ApplicationError(str(error), type=UNAVAILABLE, next_retry_delay=delay)
    return ApplicationError(str(error), type=CONTRACT_BROKEN, non_retryable=True)
