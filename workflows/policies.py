"""All timeouts and retries of the sagas, each number with its reason."""

from datetime import timedelta

from temporalio.common import RetryPolicy

# One attempt of a step: longer than the 8 s that a client waits for its callee, so that the client's error is seen.
ATTEMPT_TIMEOUT = timedelta(seconds=10)

# A step is tried until it is done or refused: a purchase waits out an outage of any length. 200 ms heals a hiccup
# before the buyer sees it; 1 min keeps a thousand waiting purchases at 17 calls a second.
STEP_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=1)
)

# How long a saga waits before it asks again for what should come by itself (a row that another saga is about to
# write, a bank that processes): doubled from 1 s, so that a race is over in a breath and a slow bank not pestered.
ASK_AGAIN_FIRST = timedelta(seconds=1)
ASK_AGAIN_MAX = timedelta(minutes=1)
# 66 questions at those distances take one hour; what has not come by then does not come by itself.
ASK_AGAIN_ATTEMPTS = 66

# After the deadline nothing but a bank that processes keeps a purchase open for a day; then a human must look.
UNSETTLED_MAX = timedelta(days=1)


def ask_again_delay(attempt: int) -> timedelta:
    """How long to wait after question number `attempt` (from 0)."""
    # 2**6 s is past the maximum; a larger power would only overflow.
    doubled: int = 2 ** min(attempt, 6)
    return min(ASK_AGAIN_FIRST * doubled, ASK_AGAIN_MAX)
