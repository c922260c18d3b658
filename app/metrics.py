"""What the intake counts (Prometheus); no buyer and no purchase stands in a label."""

from prometheus_client import Counter

PURCHASES = Counter("intake_purchases_total", "Answers to POST /purchases by result.", ["result"])
WEBHOOKS = Counter("intake_webhooks_total", "Events from the provider by what became of them.", ["result"])
