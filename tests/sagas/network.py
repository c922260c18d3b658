"""What lies between a step and its callee: a call may be carried there and back, or anything else may become of it."""

import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from tests.sagas.sdk import driven

P = TypeVar("P")


@dataclass(frozen=True)
class StepCall:
    """A call that a step makes; one without a key only reads."""

    operation: str
    key: str
    method: Callable[..., Coroutine[Any, Any, Any]]
    args: tuple[Any, ...]

    def arrive(self) -> Any:
        """Let it take effect at the callee; what that answers, or raises."""
        return driven(self.method(*self.args))


class SilenceError(Exception):
    """The callee does not answer in time, and the worker has nothing to report."""


Carry = Callable[[StepCall], Any]


def through(port: P, carry: Carry, names: Mapping[str, str]) -> P:
    """The port as a step sees it: `carry` decides on each call; `names` has the methods whose operation is another."""
    return cast("P", _Line(port, carry, names))


class _Line:
    def __init__(self, port: object, carry: Carry, names: Mapping[str, str]) -> None:
        self._port = port
        self._carry = carry
        self._names = names

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        method = getattr(self._port, name)
        keyed = "key" in inspect.signature(method).parameters

        async def call(*args: Any) -> Any:
            # A notification carries its key as its id.
            key = args[0].id if name == "publish" else args[-1] if keyed else ""
            return self._carry(StepCall(self._names.get(name, name), key, method, args))

        return call


@dataclass
class NetworkFaults:
    """What goes wrong on the way: per operation the errors of its next calls; those `after` come after the effect."""

    before: dict[str, list[Exception]] = field(default_factory=dict)
    after: dict[str, list[Exception]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def carry(self, call: StepCall) -> Any:
        """The callee's answer, or the error that is planned."""
        self.calls.append((call.operation, call.key))
        self._raise(self.before, call.operation)
        answer = call.arrive()
        self._raise(self.after, call.operation)
        return answer

    @staticmethod
    def _raise(planned: dict[str, list[Exception]], operation: str) -> None:
        errors = planned.get(operation)
        if errors:
            raise errors.pop(0)
