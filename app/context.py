"""What the routes of one web process share."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.hints import Hints
from app.identity import FetchKeys
from app.reading import Reader
from app.settings import IntakeSettings
from domain.ports import Payments, Projects
from engine.loop import LoopThread
from engine.sagas import Sagas
from engine.sharing import Shared
from lib.telemetry.metrics import Asked

T = TypeVar("T")

# 5 s for the client's secret: one call to Payments, one from there to the provider.
SECRET_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Intake:
    """IntakeSettings and ports; a test hands in fakes."""

    config: IntakeSettings
    loop: LoopThread
    sagas: Sagas
    payments: Payments
    projects: Projects
    hints: Hints
    fetch_keys: FetchKeys
    # Asked at each scrape of /metrics.
    metrics: tuple[Asked, ...] = ()
    _secrets: Shared = field(default_factory=Shared)

    @property
    def reader(self) -> Reader:
        """Reads purchases from sagas and records."""
        return Reader(self.loop, self.sagas, self.payments)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """The result of a port's call; raises TimeoutError when the time is over."""
        return self.loop.run(coroutine, timeout_s)

    def client_secret(self, payment_id: str) -> str:
        """What lets the buyer's browser pay: read for each answer, kept nowhere."""
        return self.run(self._secrets.run(payment_id, lambda: self._read_secret(payment_id)), SECRET_TIMEOUT_S)

    async def _read_secret(self, payment_id: str) -> str:
        async with asyncio.timeout(SECRET_TIMEOUT_S):
            return await self.payments.client_secret(payment_id)
