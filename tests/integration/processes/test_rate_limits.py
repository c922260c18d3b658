"""What Redis counts for all processes together, and what happens without it."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.integration.processes.conftest import LIMIT, bearer
from tests.integration.processes.test_several import url
from tests.integration.redis_server import Redis
from tools.devstack.patience import PATIENCE_S
from tools.devstack.stack import Stack

BEYOND = 30


@contextmanager
def hanging(redis: Redis) -> Iterator[None]:
    """Redis keeps its connections and answers nothing."""
    redis.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        redis.process.send_signal(signal.SIGCONT)


def asked(several: Stack, buyer: str, times: int) -> list[httpx.Response]:
    """As many questions of one buyer at once, over connections of their own, so that all processes get some."""

    def ask(_: int) -> httpx.Response:
        return httpx.get(url(several, "/purchases"), headers=bearer(buyer), timeout=PATIENCE_S)

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(ask, range(times)))


def test_the_processes_count_together_and_exactly(several: Stack) -> None:
    """Of a crowd over all processes as many are let in as the limit says; the others hear when to come again."""
    answers = asked(several, "load-2", LIMIT + BEYOND)
    assert Counter(answer.status_code for answer in answers) == {200: LIMIT, 429: BEYOND}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["type"].endswith("/rate-limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 61


@pytest.mark.parametrize("buyer", ["load-3", "load-4"])
def test_a_redis_that_hangs_keeps_nobody_out(several: Stack, redis: Redis, buyer: str) -> None:
    """Each process counts for itself meanwhile, and nobody waits until it goes on."""
    with hanging(redis):
        answers = asked(several, buyer, 12)
    assert {answer.status_code for answer in answers} == {200}


def test_a_redis_that_is_gone_keeps_nobody_out(several: Stack, redis: Redis) -> None:
    """The same after a crash of Redis; it is the last test here, for Redis stays away."""
    os.kill(redis.process.pid, signal.SIGKILL)
    assert {answer.status_code for answer in asked(several, "load-5", 12)} == {200}
