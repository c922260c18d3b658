"""What the workers ask the services, call by call: counted, and held where a test wants to kill who has asked."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from domain.keys import payment_id_of

# Longer than it takes a loaded machine to bring a saga to its next step.
HELD_S = 60.0
# What a service reads of a call beside its body; all else is the connection's own.
PASSED_ON = ("Authorization", "Idempotency-Key", "Content-Type", "X-Purchase-Id")
OUT_OF_ORDER = httpx.Response(503)
# Reads have no key; in the stories that are told here the sagas read nothing but payments.
READS = "retrieve-payment"


class Moment(StrEnum):
    """When a call is held: what its callee has done by then, and how the step was taken."""

    # The callee has not seen the call of a first try.
    ASKED = "asked"
    # The callee has done what the first try asked for; the answer is on its way.
    DONE = "done"
    # The first try found the callee out of order, and the callee has not seen the second one's call.
    STRUGGLES = "struggles"


class HeldCall:
    """A step's call that stops until it is let go."""

    def __init__(self, step: str, moment: Moment) -> None:
        self.step = step
        self.moment = moment
        self._arrived = threading.Event()
        self._let_go = threading.Event()

    def stop(self) -> None:
        """The call has come; returns once it may go on."""
        self._arrived.set()
        self._let_go.wait(HELD_S)

    def wait(self) -> None:
        """Wait until the call has come."""
        if not self._arrived.wait(HELD_S):
            raise TimeoutError(f"no call of {self.step}")

    def let_go(self) -> None:
        """Let it go on, whether anybody still waits for its answer or not."""
        self._let_go.set()


class Calls:
    """The calls of all workers; one is held at a time."""

    def __init__(self) -> None:
        # Those that write, by their keys.
        self.written: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._held: HeldCall | None = None
        self._out_of_order: str | None = None

    def hold(self, step: str, moment: Moment) -> HeldCall:
        """Hold the next call of this step."""
        with self._lock:
            self._out_of_order = step if moment is Moment.STRUGGLES else None
            self._held = HeldCall(step, moment)
            return self._held

    def of(self, purchase_id: str) -> dict[str, int]:
        """How often each key of a purchase's sagas was used."""
        named = (purchase_id, payment_id_of(purchase_id))
        with self._lock:
            return {key: count for key, count in self.written.items() if any(name in key for name in named)}

    def heed(self, step: str, key: str | None) -> HeldCall | httpx.Response | None:
        """Count a call; whether it is to be held, or answered at once."""
        with self._lock:
            if key:
                self.written[key] += 1
            if step == self._out_of_order:
                self._out_of_order = None
                return OUT_OF_ORDER
            if self._held is None or step != self._held.step:
                return None
            held, self._held = self._held, None
            return held


@contextmanager
def before_services(stack: Mapping[str, Any], *services: str) -> Iterator[tuple[Calls, dict[str, str]]]:
    """The calls, and the settings with which a worker's calls pass here."""
    calls, settings = Calls(), {}
    with ExitStack() as servers:
        http = servers.enter_context(httpx.Client(timeout=HELD_S))
        for service in services:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(calls, http, stack["processes"][service]["url"]))
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            servers.callback(server.server_close)
            servers.callback(server.shutdown)
            settings[f"{service.upper()}_URL"] = f"http://127.0.0.1:{server.server_port}"
        yield calls, settings


def _handler(calls: Calls, http: httpx.Client, url: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            key = self.headers.get("Idempotency-Key")
            heeded = calls.heed(key.rpartition("/")[2] if key else READS, key)
            answer = heeded if isinstance(heeded, httpx.Response) else self._passed_on(body, heeded)
            # Who has asked may be dead by now.
            with suppress(OSError):
                self._answer(answer)

        def _passed_on(self, body: bytes, held: HeldCall | None) -> httpx.Response:
            if held and held.moment is not Moment.DONE:
                held.stop()
            headers = {name: value for name in PASSED_ON if (value := self.headers.get(name))}
            answer = http.request(self.command, url + self.path, headers=headers, content=body)
            if held and held.moment is Moment.DONE:
                held.stop()
            return answer

        def _answer(self, answer: httpx.Response) -> None:
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """The services write their own lines."""

    return Handler
