"""What the intake counts (Prometheus); no buyer and no purchase stands in a label.

Several processes count in files of their own, and whichever is asked adds them up (prometheus_client's multiprocess
mode, which gunicorn.conf.py turns on); a Gauge there has to say how (`multiprocess_mode`).
"""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

PURCHASES = Counter("intake_purchases_total", "Answers to POST /purchases by result.", ["result"])
WEBHOOKS = Counter("intake_webhooks_total", "Events from the provider by what became of them.", ["result"])


def exposition() -> bytes:
    """Everything that all processes of this intake have counted, in Prometheus' text format."""
    registry = CollectorRegistry(support_collectors_without_names=True)
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:
        # Multiprocess mode is off: this process is all there is, and it can tell of its memory and threads too.
        registry = REGISTRY
    return generate_latest(registry)
