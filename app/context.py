"""What the routes of one web process share."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from app.loop import LoopThread
from app.reading import Reader
from app.sagas import Sagas
from config import Settings
from domain.ports import Payments, Projects

T = TypeVar("T")


@dataclass(frozen=True)
class Intake:
    """Settings and ports; a test hands in fakes."""

    config: Settings
    loop: LoopThread
    sagas: Sagas
    payments: Payments
    projects: Projects

    @property
    def reader(self) -> Reader:
        """Reads purchases from sagas and records."""
        return Reader(self.loop, self.sagas, self.payments)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """The result of a port's call; raises TimeoutError when the time is over."""
        return self.loop.run(coroutine, timeout_s)
