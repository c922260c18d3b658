"""A service that answers what a test tells it to, without a socket."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest


class Callee:
    """Keeps the requests and answers each with `response`, or raises it."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.response: Callable[[], httpx.Response] | Exception = lambda: httpx.Response(200, json={})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer as httpx.MockTransport asks."""
        self.requests.append(request)
        if isinstance(self.response, Exception):
            raise self.response
        return self.response()

    def responds(self, responses: Sequence[httpx.Response | Exception]) -> None:
        """Answer so, or fail so, one after another."""
        following = iter(responses)

        def respond() -> httpx.Response:
            response = next(following)
            if isinstance(response, Exception):
                raise response
            return response

        self.response = respond

    def answers(self, status: int, content: Any = None, **options: Any) -> None:
        """Answer with JSON from now on."""
        self.response = lambda: httpx.Response(status, json=content, **options)

    def refuses(self, status: int, kind: str, **extra: Any) -> None:
        """Answer with a problem from now on."""
        known = {"title": kind, "status": status, "detail": "No.", "request_id": "r1"}
        self.answers(status, {"type": f"https://example/problems/{kind}"} | known | extra)

    @property
    def asked(self) -> tuple[str, str]:
        """Method and path with query of the only request."""
        (request,) = self.requests
        return request.method, request.url.raw_path.decode()

    @property
    def body(self) -> Any:
        """The body of the first request."""
        return json.loads(self.requests[0].read())


@pytest.fixture
def callee() -> Callee:
    """The service at the other end."""
    return Callee()


@pytest.fixture
def http(callee: Callee) -> httpx.AsyncClient:
    """A client that reaches only it."""
    return httpx.AsyncClient(transport=httpx.MockTransport(callee))
