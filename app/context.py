"""What the routes of one web process share."""

from dataclasses import dataclass, field

from app.hints import Hints
from app.identity import FetchKeys
from app.reading import Reader
from app.settings import IntakeSettings
from domain.payment import NextAction
from domain.ports import Payments, Projects
from engine.purchases import Purchases
from engine.single_flight import SingleFlight
from lib.portal import Portal
from lib.telemetry.metrics import Asked

# 5 s to read the next action: one call to Payments, and one from there to the provider.
ACTION_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Intake:
    """Settings and ports; a test hands in fakes."""

    config: IntakeSettings
    portal: Portal
    purchases: Purchases
    payments: Payments
    projects: Projects
    hints: Hints
    fetch_keys: FetchKeys
    # Asked at each scrape of /metrics.
    metrics: tuple[Asked, ...] = ()
    _actions: SingleFlight = field(default_factory=SingleFlight)

    @property
    def reader(self) -> Reader:
        """Reads purchases from sagas and records."""
        return Reader(self.purchases, self.payments)

    def next_action(self, payment_id: str) -> NextAction:
        """What the buyer has to do to pay: read for each answer, stored nowhere."""
        return self.portal.run(
            self._actions.run(payment_id, lambda: self.payments.next_action(payment_id), ACTION_TIMEOUT_S)
        )
