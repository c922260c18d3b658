"""What the intake counts, beside what every web process does; no buyer and no purchase stands in a label.

Several processes add up (lib.telemetry.metrics); a Gauge here would have to say how (`multiprocess_mode`).
"""

from prometheus_client import Counter, Histogram

from lib.telemetry.metrics import ANSWER_BUCKETS_S

PURCHASES = Counter("intake_purchases_total", "Answers to POST /purchases, by result.", ["result"])
# Alerts are made of these: refused before anything began, and not answered in time. So each series starts at 0.
for _result in ("overloaded", "unavailable"):
    PURCHASES.labels(_result)
FIRST_ANSWER = Histogram(
    "intake_first_answer_seconds",
    "From POST /purchases to a new purchase's answer: how long a buyer waits before paying can begin.",
    buckets=ANSWER_BUCKETS_S,
)
WEBHOOKS = Counter("intake_webhooks_total", "Events from the provider, by what became of them.", ["result"])
# Alerts are made of these: a series that begins with its first event has no increase, so each starts at 0.
for _result in ("unverified", "unavailable", "full", "refused", "other-mode", "foreign"):
    WEBHOOKS.labels(_result)
NOTICED = Counter(
    "intake_noticed_events_total",
    "Events about refunds and disputes whose payment Payments has retrieved, by the event's type.",
    ["type"],
)
# Stripe sends within seconds, and again for three days while we do not answer 200.
WEBHOOK_LAG = Histogram(
    "intake_webhook_lag_seconds",
    "From an event's creation at the provider to its saga's start; the provider tells whole seconds.",
    buckets=(1, 2, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 86_400, 3 * 86_400),
)
