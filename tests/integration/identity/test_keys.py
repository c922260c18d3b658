"""Keys that are rolled, forged, away or slow, while buyers go on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.identity.pace import BURST
from tests.integration.identity.conftest import token
from tests.integration.identity.intake import Intake, running_intake
from tests.integration.identity.provider import Provider
from tests.integration.service_process import wait_until
from tests.unit.app.provider import PrivateKey, ec_key, rsa_key
from tools.devstack.stack import Stack

FORGERIES = 100
# More than the intake needs to serve everybody else, fewer than it has threads.
CROWD = 50


def test_a_key_is_rolled_while_requests_run(intake: Intake, provider: Provider) -> None:
    """The new key is known without a restart, and the old one never fails before it is withdrawn."""
    old, new = token(provider.keys["first"], "first"), ec_key()
    rolled = threading.Event()

    def buy_on() -> set[int]:
        seen = {intake.ask(old)}
        while not rolled.is_set():
            seen.add(intake.ask(old))
        return seen

    with ThreadPoolExecutor(4) as pool:
        buyers = [pool.submit(buy_on) for _ in range(4)]
        try:
            provider.keys["second"] = new
            wait_until("the new key is known", lambda: intake.ask(token(new, "second")) == 200)
        finally:
            rolled.set()
        assert [buyer.result() for buyer in buyers] == [{200}] * 4


def test_a_flood_of_forged_keys_does_not_reach_the_provider(
    intake: Intake, provider: Provider, forger: PrivateKey
) -> None:
    """Each is 401, and the provider is asked a few times."""
    assert intake.ask(token(provider.keys["first"], "first")) == 200
    before = provider.fetches
    with ThreadPoolExecutor(10) as pool:
        forged = [token(forger, f"forged-{n}") for n in range(FORGERIES)]
        assert set(pool.map(intake.ask, forged)) == {401}
    # One more for each 5 s that the flood may take on a busy machine.
    assert provider.fetches - before <= 2 * BURST
    assert intake.ask(token(provider.keys["first"], "first")) == 200


def test_a_provider_that_hangs_takes_nobody_along(intake: Intake, provider: Provider, forger: PrivateKey) -> None:
    """It is asked by one request at a time, the others' keys are known, and who asks for its key is told 503."""
    good = token(provider.keys["first"], "first")
    assert intake.ask(good) == 200
    provider.answers.clear()
    provider.waiting_most = 0
    try:
        with ThreadPoolExecutor(CROWD) as pool:
            crowd = [pool.submit(intake.ask, token(forger, f"crowd-{n}")) for n in range(CROWD)]
            wait_until("the provider is asked", lambda: provider.waiting_most > 0 or any(c.done() for c in crowd))
            assert [intake.ask(good) for _ in range(10)] == [200] * 10
            assert {each.result() for each in crowd} <= {401, 503}
        wait_until("it is known that the provider hangs", lambda: intake.ask(token(forger, "crowd")) == 503)
    finally:
        provider.answers.set()
    assert intake.ask(good) == 200
    assert intake.http.get("/projects").status_code == 200


def test_an_intake_starts_and_goes_on_without_its_provider(stack: Stack, tmp_path: Path, forger: PrivateKey) -> None:
    """503 until the first keys are there; those are kept while it is away, and a new one is known when it is back.

    There are two processes, each of which has keys of its own.
    """
    with Provider() as provider:
        provider.keys["first"] = rsa_key()
        good = token(provider.keys["first"], "first")
        provider.go()
        settings = {"JWT_JWKS_URL": provider.url, "WEB_CONCURRENCY": "2"}
        with running_intake(stack.description, tmp_path / "log", **settings) as intake:
            refused = intake.http.get("/purchases", headers={"Authorization": f"Bearer {good}"})
            assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (503, True)
            assert intake.ask("nothing") == 401
            assert intake.http.get("/projects").status_code == 200

            provider.come()
            wait_until("every process knows the keys", lambda: [intake.ask(good) for _ in range(20)] == [200] * 20)

            provider.go()
            wait_until("the provider is missed", lambda: intake.ask(token(forger, "unknown")) == 503)
            assert [intake.ask(good) for _ in range(20)] == [200] * 20

            provider.keys["second"] = ec_key()
            provider.come()
            new = token(provider.keys["second"], "second")
            wait_until("every process knows the new key", lambda: [intake.ask(new) for _ in range(20)] == [200] * 20)
