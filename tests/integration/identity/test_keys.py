"""Keys that are rolled, forged, away or slow, while buyers go on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.integration.identity.conftest import token
from tests.integration.identity.intake import RunningIntake, running_intake
from tests.integration.identity.provider import IdentityProvider
from tests.integration.service_process import wait_until
from tests.unit.app.identity.provider import PrivateKey, ec_key, rsa_key
from tools.devstack.stack import Stack

# More than the intake needs to serve everybody else, fewer than it has threads.
CROWD = 50


def test_a_provider_that_hangs_takes_nobody_along(
    intake: RunningIntake, provider: IdentityProvider, forger: PrivateKey
) -> None:
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
    with IdentityProvider() as provider:
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
