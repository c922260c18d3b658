"""The one version of Stripe's API that we speak: requests, the webhook endpoint's events, and the simulator."""

from typing import Final

# The version that the SDK in poetry.lock was made for. It stands here too, so that an update of the SDK cannot change
# silently which objects we read: a test compares the two, and docs/operations.md tells how to move on.
STRIPE_VERSION: Final = "2026-10-28.endive"
