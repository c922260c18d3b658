"""Services of several processes on PostgreSQL, whose server crashes and comes back beneath them."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.postgres import PostgresServer, running_server
from tests.integration.projects.test_concurrency import at_once, booked, change, half_a_tonne, reserve, stock
from tests.integration.service_process import ServiceProcess, running_service, wait_until
from tests.unit.services.payments.requests import outcome

# Two gunicorn workers behind one address, each with a pool of its own.
SEVERAL = {"GUNICORN_CMD_ARGS": "--workers 2"}
PURCHASES = 60
STEPS = 4
# A second apart: four times what a server takes to come back on two busy cores.
TRIES_MAX = 60
CLEAR = {200, 201, 404, 409}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that may crash."""
    with running_server(tmp_path_factory.mktemp("crashing")) as running:
        yield running


@contextmanager
def several(name: str, server: PostgresServer, log: Path) -> Iterator[ServiceProcess]:
    """A service of several processes."""
    settings = SEVERAL | {f"{name.upper()}_DATABASE_URL": server.url(name)}
    with running_service(name, log, **settings) as service:
        wait_until(f"{name} is ready", service.ready)
        wait_until("all of its processes run", lambda: log.read_text().count("Booting worker") == 2)
        yield service


@pytest.fixture(scope="module")
def projects(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """Projects in two processes."""
    with several("projects", server, tmp_path_factory.mktemp("projects") / "log") as service:
        yield service


def insistently(call: Callable[[], httpx.Response], answers: Counter[int]) -> httpx.Response:
    """The first clear answer of a call, repeated as the sagas do while it is 503; all answers are counted."""
    for _ in range(TRIES_MAX):
        answer = call()
        answers[answer.status_code] += 1
        if answer.status_code in CLEAR:
            return answer
        # What it asks for.
        time.sleep(float(answer.headers["Retry-After"]))
    raise AssertionError(f"no clear answer in {TRIES_MAX} tries: {answer.text}")


def test_the_records_balance_after_the_server_crashed_amid_them(
    server: PostgresServer, projects: ServiceProcess
) -> None:
    """While calls of every kind race, PostgreSQL is killed and comes back: 503s at most, nothing lost or half done."""
    answers: Counter[int] = Counter()
    calls = [reserve(projects, half_a_tonne(n % 20)) for n in range(PURCHASES)]
    calls += [change(projects, n % 20, n % 3) for n in range(PURCHASES * STEPS)]
    half = threading.Event()

    def carry_out(number: int) -> httpx.Response:
        if number == len(calls) // 2:
            half.set()
        return insistently(calls[number], answers)

    with ThreadPoolExecutor(16) as pool:
        running = [pool.submit(carry_out, number) for number in range(len(calls))]
        assert half.wait(60)
        server.kill()
        server.start()
        ended = [each.result() for each in running]
    assert {each.status_code for each in ended} <= CLEAR
    assert set(answers) <= CLEAR | {503}
    for milestone_id in ("peatland-1", "mangrove-2"):
        shown = stock(projects, milestone_id)
        assert shown["held"] == booked(projects, milestone_id, "reserved")
        assert shown["sold"] == booked(projects, milestone_id, "committed")
        assert shown["sold"] + shown["held"] + shown["free"] == shown["total"]


def test_a_lock_that_is_never_given_up_is_answered_503(server: PostgresServer, projects: ServiceProcess) -> None:
    """Whoever waits for a row that somebody's session keeps is told to come again; then it is done."""
    body = half_a_tonne(900)
    assert reserve(projects, body)().status_code in {201, 409}
    with psycopg.connect(server.url("projects")) as somebody:
        somebody.execute("SELECT 1 FROM reservations WHERE payment_id = 'pi_900' FOR UPDATE")
        waited = change(projects, 900, 2)()
    assert (waited.status_code, waited.headers["Retry-After"]) == (503, "1")
    assert waited.json()["type"].endswith("/dependency-unavailable")
    assert change(projects, 900, 2)().status_code == 200


def test_the_first_outcome_wins_among_processes(server: PostgresServer, tmp_path: Path) -> None:
    """Sixteen sagas record sixteen ends of one purchase at once; all are told the same one, and it stays."""
    purchase_id = uuid4().hex
    path = f"/purchases/{purchase_id}/outcome"
    with several("payments", server, tmp_path / "log") as payments:

        def record(number: int) -> Callable[[], httpx.Response]:
            body = outcome(fingerprint=f"f{number}")
            return lambda: payments.ask("PUT", path, body, key=f"purchase/{number}/record")

        answers = at_once([record(number) for number in range(16)])
        assert {answer.status_code for answer in answers} == {200}
        fingerprints = {answer.json()["outcome"]["fingerprint"] for answer in answers}
        assert len(fingerprints) == 1
        kept = payments.ask("GET", f"/payments?purchase_id={purchase_id}").json()["items"]
        assert [row["outcome"]["fingerprint"] for row in kept] == list(fingerprints)
