"""All timeouts and retries of the sagas, each number with its reason."""

from datetime import timedelta

from temporalio.common import RetryPolicy

# One attempt of a step: longer than the 8 s that a client waits for its callee, so that the client's error is seen.
ATTEMPT_TIMEOUT = timedelta(seconds=10)

# A step is tried first within its saga's task. A call takes some 10 ms, with the provider behind it a second at most.
WITHIN_TASK = timedelta(seconds=2)
ONCE = RetryPolicy(maximum_attempts=1)

# A worker that has been silent for that long is dead, and its step is tried by another one (workers.heartbeats).
HEARTBEAT_TIMEOUT = timedelta(seconds=2)

# The same for a task of the saga itself, with the steps taken in it, of which four with a fast provider take 100 ms. At
# 80 % of it the SDK asks for as much again where a step lasts longer; 300 ms are left for that to a busy worker.
TASK_TIMEOUT = timedelta(seconds=1.5)

# A step is tried until it is done or refused: a purchase waits out an outage of any length. 200 ms heals a hiccup
# before the buyer sees it; 1 min keeps a thousand waiting purchases at 17 calls a second.
STEP_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=1)
)

# While a buyer waits for the answer: asked often enough to come in right after the hiccup, 15 calls in 30 s.
OPENING_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=2)
)

# Three days: an outage over a weekend heals by itself; after that a human must know, and an authorisation (seven days
# at Stripe) is still good.
STEP_MAX = timedelta(days=3)
# 20 s: an operator waits for it at a screen.
PROOF_MAX = timedelta(seconds=20)

# From here on a person notices that a saga is under way, so that its purchase has to show it.
NOTICED = timedelta(seconds=1)

# What a payment was retrieved as holds for so long: far longer than a healthy saga takes from it to the delivery
# (some 200 ms), and too short for anybody to give the money back in between and count on it.
PAYMENT_FRESH = timedelta(seconds=1)

# A year: no purchase waits longer for a decision.
DECISION_SHOWN = timedelta(days=365)

# How long a saga waits before it asks again for what should come by itself (a row that another saga is about to
# write, a bank that processes): doubled from 1 s, so that a race is over soon and a slow bank is not asked too often.
ASK_AGAIN_FIRST = timedelta(seconds=1)
ASK_AGAIN_MAX = timedelta(minutes=1)
# 66 attempts with those waits take one hour; what has not come by then does not come by itself.
ASK_AGAIN_ATTEMPTS = 66

# A purchase retrieves its payment again at distances that double, so that its answer is late by no more than it has
# waited; one hour at most keeps a month of that at 10,000 events of Temporal's 50,000.
RETRIEVE_AGAIN_MAX = timedelta(hours=1)

# For so long after the payment was found processing a buyer's cancel is refused without asking the provider: a saga
# takes 2,000 updates in its life, and at this pace they last a week.
CANCEL_AGAIN = timedelta(minutes=5)

# A day after the deadline only a bank that processes may keep a purchase open; any other needs an operator.
UNENDED_MAX = timedelta(days=1)


def ask_again_delay(attempt: int) -> timedelta:
    """How long to wait after question number `attempt` (from 0)."""
    return _doubled(attempt, ASK_AGAIN_MAX)


def retrieve_again_delay(retrieved: int) -> timedelta:
    """How long a purchase waits after its payment was retrieved so often (from 0)."""
    return _doubled(retrieved, RETRIEVE_AGAIN_MAX)


def _doubled(attempt: int, most: timedelta) -> timedelta:
    # 2**12 s is past every maximum; a larger power would only overflow.
    factor: int = 2 ** min(attempt, 12)
    return min(ASK_AGAIN_FIRST * factor, most)
