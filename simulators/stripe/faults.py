"""What goes wrong on purpose: webhooks that are lost, doubled or late, and answers that are lost or are a 500.

`PUT /simulator/faults` sets the shares, and a seed decides by them; a restart of the process heals everything. The
spots that ask are `gateway.py` (calls with the secret key) and `delivery.py`.
"""

import logging
import random
import threading
from collections import Counter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from simulators.stripe.models import Json

log = logging.getLogger(__name__)

# A probability: 0 never, 1 always.
Share = Annotated[float, Field(ge=0, le=1)]
# An hour is longer than any test waits.
DELAY_SECONDS_MAX = 3600


class Strict(BaseModel):
    """A part of the plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Webhooks(Strict):
    """Of deliveries: lost though they count as delivered; sent twice at the same time; sent later, after others."""

    drop: Share = 0
    double: Share = 0
    delay: Share = 0
    # 3 s: later than the events that follow a payment, sooner than a test gives up.
    delay_seconds: Annotated[float, Field(gt=0, le=DELAY_SECONDS_MAX)] = 3


class Answers(Strict):
    """Of calls: done, and the connection ends without an answer; 500 and nothing done; 401, the key has been rolled."""

    lose: Share = 0
    fail: Share = 0
    expire_key: Share = 0


class FaultPlan(Strict):
    """How often what goes wrong."""

    seed: int = 0
    webhooks: Webhooks = Webhooks()
    answers: Answers = Answers()


class Faults:
    """Decides for each delivery and call; counts what it did since the plan was set."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.follow(FaultPlan())

    def follow(self, plan: FaultPlan) -> None:
        """Let go wrong what the plan says, from its seed's first decision on."""
        with self._turn:
            self._done = Counter(dropped=0, doubled=0, delayed=0, lost=0, failed=0, rejected=0)
            self._late: set[str] = set()
            # Sequences of their own: how many webhooks are sent must not change what happens to the calls.
            self._chances = [random.Random(f"{of} {plan.seed}") for of in ("webhooks", "answers", "keys")]  # noqa: S311
            self._set(plan)

    def heal(self) -> None:
        """Let nothing go wrong any more; the counts stay."""
        with self._turn:
            self._set(FaultPlan(seed=self._plan.seed))

    def _set(self, plan: FaultPlan) -> None:
        self._plan = plan
        webhooks, answers, keys = self._chances
        # How often each happens, and by which sequence it is decided.
        self._odds = {
            "dropped": (plan.webhooks.drop, webhooks),
            "doubled": (plan.webhooks.double, webhooks),
            "delayed": (plan.webhooks.delay, webhooks),
            "lost": (plan.answers.lose, answers),
            "failed": (plan.answers.fail, answers),
            "rejected": (plan.answers.expire_key, keys),
        }

    def to_response(self) -> Json:
        """The plan, and the counts under `done`."""
        with self._turn:
            return self._plan.model_dump() | {"done": dict(self._done)}

    def happens(self, name: str) -> bool:
        """Whether this delivery or call is `dropped`, `doubled`, `delayed`, `lost`, `failed` or `rejected`."""
        with self._turn:
            return self._decide(name)

    def delay_seconds(self, event_id: str) -> float:
        """How late this delivery is sent; 0 for now, as for one that was late already."""
        with self._turn:
            if event_id in self._late:
                self._late.discard(event_id)
                return 0
            if not self._decide("delayed"):
                return 0
            self._late.add(event_id)
            return self._plan.webhooks.delay_seconds

    def _decide(self, name: str) -> bool:
        share, rng = self._odds[name]
        if rng.random() >= share:
            return False
        self._done[name] += 1
        log.info("on purpose: %s", name)
        return True
