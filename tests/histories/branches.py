"""Every branch of every saga, each as a story from the buyer's request to where it rests: what the histories record."""

from collections.abc import Mapping

from tests.histories import parked, payments, purchases
from tests.sagas.scenarios import SCENARIOS, Scenario

BRANCHES: Mapping[str, Scenario] = {**SCENARIOS, **purchases.BRANCHES, **payments.BRANCHES, **parked.BRANCHES}
