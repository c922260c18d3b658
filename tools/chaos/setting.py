"""The stack that chaos breaks: a whole one of its own, with short times and with settings that the seed decides."""

import random
from pathlib import Path

from tools.devstack.stack import StackOptions

# 25 s: longer than every fault, so that most buyers get to pay; short, so that who walks away expires within a run.
RESERVATION_TTL_S = 25
# 3 s: a bank that takes its time spans a fault, and rarely the deadline.
PROCESSING_S = 3


def options(data: Path, seed: int) -> StackOptions:
    """Capture mode and the attempts that a buyer has, by seed; links, so that they can be broken."""
    rng = random.Random(f"setting {seed}")  # noqa: S311 - a plan, no secret
    environment = {
        "RESERVATION_TTL": str(RESERVATION_TTL_S),
        "STRIPE_SIMULATOR_PROCESSING_SECONDS": str(PROCESSING_S),
        "CAPTURE_MODE": rng.choice(["automatic", "manual"]),
        "PAYMENT_ATTEMPTS": str(rng.choice([1, 2])),
    }
    return StackOptions(data=data, links=True, environment=environment)


def told(options: StackOptions) -> str:
    """What the seed has decided."""
    environment = options.environment
    return f"{environment['CAPTURE_MODE']} capture, {environment['PAYMENT_ATTEMPTS']} attempts to pay"
