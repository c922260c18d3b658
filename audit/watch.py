"""`python -m audit.watch`: the audit as a process. It audits once a day, and tells Prometheus what it has found.

It reads what the environment names, and answers `/metrics` at METRICS_ADDRESS.
"""

import asyncio
import logging
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NoReturn

from prometheus_client import Gauge, start_http_server

from audit.auditor import CouldNotRead, audit
from audit.report import Report
from audit.rules.findings import Weight
from audit.settings import AuditSettings
from engine import lazy_client
from engine.leaving import leave
from lib.settings import read
from lib.telemetry import logs

log = logging.getLogger(__name__)

# Once a day: it reads all stores, and people need hours, not seconds, to act on what it finds.
EVERY_S = 86_400.0
# 10 min: a store that could not be read is read again long before the alert AuditOverdue calls anybody.
AGAIN_S = 600.0

FINDINGS = Gauge("audit_findings", "What the last audit has found, by weight: fault, parked or note.", ["weight"])
PURCHASES = Gauge("audit_purchases", "Purchases that the last audit has compared.")
ENDED = Gauge(
    "audit_ended_timestamp_seconds", "When the last audit ended that could read all records: since 1970, UTC."
)

Audit = Callable[[], Awaitable[Report]]


def tell(report: Report, now: float) -> None:
    """Tell Prometheus what an audit has found."""
    found = Counter(finding.weight for finding in report.findings)
    for weight in Weight:
        FINDINGS.labels(weight.value).set(found[weight])
    PURCHASES.set(report.purchases)
    ENDED.set(now)


async def audit_once(audited: Audit) -> float:
    """Audit and tell; the seconds until the next one."""
    try:
        report = await audited()
    except (CouldNotRead, RuntimeError) as error:
        log.warning("the records could not be read: %s", error)
        return AGAIN_S
    log.info("audited: %s", "; ".join(report.lines()))
    tell(report, time.time())
    return EVERY_S


async def _audited() -> Report:
    config = read(AuditSettings)
    return await audit(config.urls, config.service_token, await lazy_client())


def main() -> NoReturn:
    """Audit again and again; it may be killed at any time, for it keeps nothing."""
    logs.set_up("audit")
    host, _, port = read(AuditSettings).metrics_address.rpartition(":")
    if not host:
        sys.exit("The settings are wrong: METRICS_ADDRESS: the audit tells what it finds there; give it host:port")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: leave(0))
    start_http_server(int(port), host)
    while True:
        time.sleep(asyncio.run(audit_once(_audited)))


if __name__ == "__main__":
    main()
