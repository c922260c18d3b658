"""The signature of Stripe's webhooks (Stripe's documentation, "Verify webhook signatures manually").

The SDK's own check accepts timestamps from the future and uses the first of two; here both are refused.
"""

import hmac
import re
from collections.abc import Sequence

# Stripe's own tolerance: a stolen delivery cannot be replayed after five minutes, and clocks differ by less.
TOLERANCE_S = 300

# Seconds since 1970 in plain digits; twelve of them last for 30,000 years.
TIMESTAMP = re.compile(r"[0-9]{1,12}")


def signed(payload: bytes, header: str, secrets: Sequence[str], now_s: float) -> bool:
    """Whether one of the secrets has signed these bytes, at most five minutes before or after `now_s`.

    While a secret is rolled Stripe signs once with each (several `v1`); other schemes (`v0`) prove nothing.
    """
    parts = [part.partition("=") for part in header.split(",")]
    timestamps = [value for name, _, value in parts if name == "t"]
    # Whole seconds, as Stripe's timestamps are: a delivery of exactly five minutes ago is still taken.
    if len(timestamps) != 1 or not _is_near(timestamps[0], int(now_s)):
        return False
    content = timestamps[0].encode() + b"." + payload
    given = [value.encode() for name, _, value in parts if name == "v1"]
    expected = [hmac.digest(secret.encode(), content, "sha256").hex().encode() for secret in secrets]
    return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in given)


def _is_near(timestamp: str, now_s: int) -> bool:
    return TIMESTAMP.fullmatch(timestamp) is not None and abs(int(timestamp) - now_s) <= TOLERANCE_S
