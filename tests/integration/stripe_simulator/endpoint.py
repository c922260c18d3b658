"""A webhook endpoint that verifies with the official SDK, and answers as a test wants it to."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

from tools.devstack.patience import PATIENCE_S

SIGNING_SECRET = "whsec_integration"


class Endpoint:
    """Keeps every event it gets, in order, with the time of arrival; `answer` decides the status by event."""

    def __init__(self) -> None:
        self.answer: Callable[[stripe.Event], int] = lambda _: 200
        self._got: list[tuple[stripe.Event, float]] = []
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe"

    def close(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_for(self, kind: str, object_id: str, *, times: int = 1) -> list[tuple[stripe.Event, float]]:
        """The deliveries of that object's events of that type, once there are so many of them."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self._of(kind, object_id)) >= times, PATIENCE_S)
            found = self._of(kind, object_id)
        assert arrived, f"only {len(found)} of {times} {kind} for {object_id}"
        return found

    def _of(self, kind: str, object_id: str) -> list[tuple[stripe.Event, float]]:
        return [(event, at) for event, at in self._got if (event.type, event.data.object["id"]) == (kind, object_id)]

    def _take(self, body: bytes, signed: str) -> int:
        event = stripe.Webhook.construct_event(body, signed, SIGNING_SECRET)
        with self._changed:
            self._got.append((event, time.time()))
            self._changed.notify_all()
        return self.answer(event)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(take(body, self.headers["Stripe-Signature"]))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing: the test's report tells enough."""

        return Handler
