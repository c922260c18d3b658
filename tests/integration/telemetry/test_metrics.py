"""A real Prometheus watches a real stack: everything that is documented is told, and alerts fire when it breaks."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.integration.hold import killed
from tests.integration.operators.parking import forbidding
from tests.integration.sagas.buyers import Buyers
from tests.integration.telemetry.prometheus_server import Prometheus, watching
from tests.integration.temporal import TemporalServer
from tests.unit.deploy.telemetry import documented, expressions, metrics_in
from tools.devstack.patience import PATIENCE_S
from tools.devstack.ports import free_port
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions

TYPE = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)
# The libraries' own: documented by them.
LIBRARIES = ("python_", "process_", "temporal_")

Told = Mapping[str, str]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that only authorises payments, so that some wait for their capture."""
    options = StackOptions(data=tmp_path_factory.mktemp("watched"), environment={"CAPTURE_MODE": "manual"})
    with Stack(options) as running:
        yield running


@pytest.fixture(scope="module")
def addresses(watched: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where each process tells its metrics: the stack's, the daily audit, and a worker that has a fault."""
    described = watched.description
    at = {name: process["metrics_url"] for name, process in described["processes"].items() if process["metrics_url"]}
    audit, clumsy = (f"127.0.0.1:{free_port()}" for _ in range(2))
    log = tmp_path_factory.mktemp("beside") / "log"
    services = ("payments", "projects", "users", "notifier")
    urls = {f"{name.upper()}_URL": described["processes"][name]["url"] for name in services}
    environment = {
        **urls,
        "METRICS_ADDRESS": audit,
        "TEMPORAL_ADDRESS": described["temporal"]["address"],
        "SERVICE_TOKEN": described["service_token"],
    }
    faulty = "tests.integration.telemetry.clumsy"
    with beside(log, environment, "audit.watch"), beside(log, environment, faulty, clumsy):
        yield {**at, "audit": f"http://{audit}/metrics", "clumsy_worker": f"http://{clumsy}/metrics"}


@contextmanager
def beside(log: Path, environment: Mapping[str, str], *module: str) -> Iterator[None]:
    """A process of ours beside the stack's."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def prometheus(addresses: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus on all of them."""
    with watching(tmp_path_factory.mktemp("prometheus"), addresses) as server:
        yield server


@pytest.fixture(scope="module")
def lived(watched: Stack, addresses: dict[str, str], prometheus: Prometheus) -> Iterator[Told]:
    """All that can happen has happened, and a paid purchase is parked; what is told then."""
    engine = TemporalServer(watched.description)
    with ThreadPoolExecutor(4) as pool, Shop(watched.description) as shop:
        buyers = Buyers(shop, engine, pool)
        paid, failed, parked = (buyers.opened() for _ in range(3))
        with killed(watched, "users"):
            buyers.pay(paid)
            engine.wait_until_retried(paid.success)
        assert buyers.completed(paid)["status"] == "paid"
        buyers.fail(failed)
        assert buyers.completed(failed)["status"] == "failed"
        with forbidding(watched, "projects"):
            buyers.pay(parked)
            wait_for(prometheus, "SagaParked", "1 purchases")
            yield told_by(addresses)


def fires(firing: set[tuple[str, str]], alert: str, about: str) -> bool:
    """Whether an alert fires that says a word."""
    return any(name == alert and about in says for name, says in firing)


def wait_for(prometheus: Prometheus, alert: str, about: str) -> None:
    """Wait until an alert fires that says a word."""
    Shop.until(prometheus.firing, lambda firing: fires(firing, alert, about), f"{alert} to fire")


def told_by(addresses: Mapping[str, str]) -> dict[str, str]:
    """Every metric that a process tells, with its type."""
    texts = (httpx.get(url, timeout=PATIENCE_S).text for url in addresses.values())
    return {name: kind for text in texts for name, kind in TYPE.findall(text)}


def test_every_process_is_watched(prometheus: Prometheus, addresses: dict[str, str]) -> None:
    """Each process of the stack that has metrics is a target, and up."""
    up = dict.fromkeys(addresses, "up")
    assert Shop.until(prometheus.health, lambda health: health == up, "all targets") == up


def test_the_documentation_lists_what_is_told(lived: Told) -> None:
    """Each documented metric is told, by its type; each of ours that is told is documented."""
    known = documented()
    assert {name: kind for name, kind in known.items() if lived.get(name) != kind} == {}
    assert {name for name in lived if not name.startswith(LIBRARIES)} - known.keys() == set()


def test_what_has_happened_is_counted(lived: Told, prometheus: Prometheus) -> None:
    """Two purchases have ended, one as it should; one waits, for the reason that its callee gave."""

    def counted() -> tuple[list[float], ...]:
        completed, parked = "buy_projects_purchases_completed_total", "buy_projects_sagas_parked_total"
        return (
            prometheus.values(f'{completed}{{outcome="paid",reason=""}}'),
            prometheus.values(f'{completed}{{outcome="failed",reason="payment-failed"}}'),
            prometheus.values(f'{parked}{{workflow_type="PaymentSuccess",reason="contract-broken"}}'),
            prometheus.values('max by (status) (intake_purchases_open{status="needs_attention"})'),
        )

    once = ([1.0], [1.0], [1.0], [1.0])
    assert Shop.until(counted, lambda seen: seen == once, "the counts") == once


def test_alerts_and_panels_read_what_is_there(lived: Told, prometheus: Prometheus) -> None:
    """Every expression evaluates, and every series that it reads exists in Prometheus."""

    def missing() -> dict[str, set[str]]:
        there = set(prometheus.get("label/__name__/values"))
        return {where: gone for where, each in expressions() if (gone := metrics_in(each) - there)}

    assert Shop.until(missing, lambda gone: not gone, "every series") == {}
    for _, expression in expressions():
        prometheus.query(expression)


def test_what_breaks_calls_somebody(lived: Told, watched: Stack, prometheus: Prometheus) -> None:
    """A callee that breaks its contract, a saga's fault and a worker that is gone fire; what is parked stays known."""
    wait_for(prometheus, "ContractBroken", "commit-offset")
    wait_for(prometheus, "WorkflowTasksFail", "Clumsy")
    with killed(watched, "payment_success_worker"):
        wait_for(prometheus, "WorkerGone", "payment_success_worker")
        wait_for(prometheus, "TargetDown", "payment_success_worker")
        parked = lambda: prometheus.values('intake_follow_ups_parked{saga="PaymentSuccess"}')  # noqa: E731
        Shop.until(parked, lambda counts: counts == [1], "what no worker can tell")
    is_back = lambda firing: not fires(firing, "WorkerGone", "payment_success_worker")  # noqa: E731
    Shop.until(prometheus.firing, is_back, "the worker's return")
    wait_for(prometheus, "SagaParked", "1 sagas PaymentSuccess")
