"""How these tests park sagas: a service answers what its contract does not know, or the bank fails a refund."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from tests.integration.hold import killed
from tests.integration.sagas.buyers import BoughtPurchase, Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack


class Forbidding(BaseHTTPRequestHandler):
    """A service that answers what its contract does not know."""

    def answer(self) -> None:
        """403."""
        self.send_error(403)

    do_GET = do_POST = do_PATCH = answer  # noqa: N815 - the library's names

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


def parked(buyers: Buyers, engine: TemporalServer, count: int) -> list[BoughtPurchase]:
    """Paid purchases whose deliveries are parked, and that show it in Temporal's lists."""
    purchases = [buyers.opened() for _ in range(count)]
    for purchase in purchases:
        buyers.pay(purchase)
    for purchase in purchases:
        engine.wait_until_parked(purchase.success)
        waits = f"PaymentId = '{purchase.payment_id}' AND PurchaseStatus = 'needs_attention'"
        # The delivery's own saga, and the purchase's.
        Shop.until(lambda query=waits: engine.count(query), lambda found: found == 2, waits, 20)  # type: ignore[misc]
    return purchases
