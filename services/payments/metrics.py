"""Metrics of money that moves, or may move, without a saga.

The numbers stand in the database and outlive the process. Every process of Payments exports the same ones: take `max`
over instances, never `sum`.
"""

import time
from collections.abc import Iterable, Mapping

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from lib.telemetry.metrics import Asked
from providers.port import Provider
from services.payments.records import Records


def money_watch(records: Records, providers: Mapping[str, Provider]) -> Asked:
    """The metrics of each scrape."""

    def tell() -> Iterable[Metric]:
        watched = records.watched()
        yield GaugeMetricFamily(
            "payments_disputes_open", "Disputes that the buyers' banks have not decided.", value=watched.disputes_open
        )
        yield CounterMetricFamily(
            "payments_provider_refunds",
            "Refunds that none of our processes asked for: made at the provider by hand.",
            value=watched.refunds_by_hand,
        )
        if watched.runs_out_at is not None:
            yield GaugeMetricFamily(
                "payments_authorisation_expires_in_seconds_min",
                "Until the first authorisation of an open purchase runs out; not told where there is none.",
                value=watched.runs_out_at - time.time(),
            )
        ahead = GaugeMetricFamily(
            "payments_clock_ahead_seconds",
            "How far our clock is ahead of a provider's, to one second; not told before its first answer.",
            labels=["provider"],
        )
        for name, provider in providers.items():
            if provider.clock_ahead_s is not None:
                ahead.add_metric([name], provider.clock_ahead_s)
        if ahead.samples:
            yield ahead

    return tell
