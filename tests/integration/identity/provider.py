"""An identity provider on the loopback: publishes its keys, hangs, or is not there."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.unit.app.identity.provider import PrivateKey, jwk


class IdentityProvider:
    """Serves `keys` (by their ids) at `url`; use it as a context manager, which ends it."""

    def __init__(self) -> None:
        self.keys: dict[str, PrivateKey] = {}
        self.fetches = 0
        # Answers are given while it is set; a fetch that comes meanwhile waits.
        self.answers = threading.Event()
        self.answers.set()
        self.waiting_most = 0
        self._waiting = 0
        self._counting = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.come()
        self.url = f"http://127.0.0.1:{self._port}/jwks.json"

    def __enter__(self) -> Self:
        """It serves already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Answer whoever waits, and go."""
        self.answers.set()
        self.go()

    def come(self) -> None:
        """Listen, after the first time where it has listened before."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever).start()

    def go(self) -> None:
        """Be away: connections are refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _published(self) -> bytes:
        self._count(1)
        self.answers.wait()
        self._count(-1)
        return json.dumps({"keys": [jwk(kid, key) for kid, key in self.keys.items()]}).encode()

    def _count(self, one: int) -> None:
        with self._counting:
            self.fetches += max(one, 0)
            self._waiting += one
            self.waiting_most = max(self.waiting_most, self._waiting)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        published = self._published

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = published()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing: the test's report tells enough."""

        return Handler
