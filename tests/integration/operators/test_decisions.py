"""Operators decide on parked sagas from the command line."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from devstack.shop import Shop
from devstack.stack import Stack
from tests.integration.hold import killed
from tests.integration.operators.conftest import Command
from tests.integration.sagas.buyers import Buyers, Purchase


class Forbidding(BaseHTTPRequestHandler):
    """A service that answers what its contract does not know."""

    def answer(self) -> None:
        """403."""
        self.send_error(403)

    do_GET = do_POST = answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def forbidding(stack: Stack, name: str) -> Iterator[None]:
    """Let a process stand in for a service and forbid everything."""
    at = urlsplit(stack.description["processes"][name]["url"])
    with killed(stack, name):
        # The service's own children leave the port a moment after it.
        server = Shop.until(lambda: _server(str(at.hostname), int(at.port or 0)), bool, "a free port", 10)
        assert server
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            serving.join()


def _server(host: str, port: int) -> ThreadingHTTPServer | None:
    try:
        return ThreadingHTTPServer((host, port), Forbidding)
    except OSError:
        return None


def parked(buyers: Buyers) -> Purchase:
    """A paid purchase whose delivery is parked."""
    purchase = buyers.opened()
    buyers.pay(purchase)
    waits = lambda shown: shown["status"] == "needs_attention"  # noqa: E731
    Shop.until(lambda: buyers.shown(purchase), waits, "a parked saga", 20)
    return purchase


def test_a_parked_saga_is_shown_and_decided_on(own: Stack, buyers: Buyers, purchases: Command) -> None:
    """It tells why it waits; a skip that nothing proves is refused; retry delivers, abort brings the money back."""
    with forbidding(own, "users"):
        retried, aborted = (parked(buyers) for _ in range(2))
    shown = purchases("show", retried.purchase_id).output
    assert "the callee broke its contract" in shown
    assert f"flask purchases abort '{retried.success}'" in shown

    refused = purchases("skip", retried.success)
    assert (refused.exit_code, "not-seen" in refused.output) == (1, True)
    assert "tried again" in purchases("retry", retried.success).output
    assert "the money goes back" in purchases("abort", aborted.success).output
    buyers.ended(retried, "paid", None, by=retried.success)
    buyers.ended(aborted, "refunded", "aborted", by=aborted.success)


def test_a_saga_that_does_not_wait(buyers: Buyers, purchases: Command) -> None:
    """Nothing is parked there: refused."""
    purchase = buyers.opened()
    result = purchases("retry", purchase.opening)
    assert (result.exit_code, "not-parked" in result.output) == (1, True)


def test_the_command_in_a_process_of_its_own(own: Stack, buyers: Buyers) -> None:
    """Exit code and output are those of the command, whatever the SDK's threads do at the end."""
    purchase = buyers.opened()

    def show(workflow_id: str, address: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "flask", "--app", "app", "purchases", "show", workflow_id]
        environment = {"TEMPORAL_ADDRESS": address, "PYTHONPATH": "."}
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
        return ended.returncode, ended.stdout, ended.stderr

    address = own.description["temporal"]["address"]
    code, out, _ = show(purchase.purchase_id, address)
    assert (code, purchase.opening in out) == (0, True)
    code, _, said = show("purchase/unknown", address)
    assert (code, said.count("\n"), "not-found" in said) == (2, 1, True)
    # Port 1 is the one on which nobody listens.
    code, _, said = show(purchase.purchase_id, "127.0.0.1:1")
    assert (code, said.count("\n"), "Temporal does not answer" in said) == (2, 1, True)
