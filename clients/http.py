"""One HTTP call to one of our services: done, or one of the domain's three errors."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from domain.errors import ContractBroken, Refused, Unavailable
from lib.telemetry import ids

# 2 s to connect: on our own network a connection stands in milliseconds or not at all.
CONNECT_TIMEOUT_S = 2.0
# 8 s for an answer: Payments waits up to 6 s for its provider.
ANSWER_TIMEOUT_S = 8.0
# As many connections as a worker runs steps at once.
CONNECTIONS_MAX = 100
# 30 s: a burst finds its connections again, and our servers keep them for 75 s (lib.webapi.gunicorn_worker).
IDLE_S = 30.0
# The errors when the other side closes a connection during a request: a process that ends, a balancer that cleans up.
CLOSED = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
# A callee may ask to be left alone, but not for longer than a saga's own longest wait.
RETRY_AFTER_MAX_S = 60.0
# Those that RFC 9110 and RFC 6585 call temporary; beside them only 5xx may be tried again.
TEMPORARY = frozenset({408, 425, 429})
REFUSALS = frozenset({404, 409, 422})
# A refusal's text goes into histories, timelines and records, which all have limits: a sentence is enough.
WORDS_MAX = 500

M = TypeVar("M", bound=BaseModel)


def pooled_client() -> httpx.AsyncClient:
    """The one HTTP client of a process."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        limits=httpx.Limits(
            max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX, keepalive_expiry=IDLE_S
        ),
    )


class Service:
    """One of our services: its address, its token, and the refusals that its contract knows."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str, refusals: Collection[str]) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._refusals = refusals

    async def call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON object.

        Raises Refused for a documented refusal, Unavailable when the effect is unknown, ContractBroken for the rest.
        """
        headers = {"Authorization": f"Bearer {self._token}"}
        if key:
            headers["Idempotency-Key"] = key
        if purchase := ids.bound(ids.PURCHASE):
            headers[ids.PURCHASE_HEADER] = purchase
        try:
            request = self._http.build_request(method, self._base_url + path, headers=headers, json=body, params=params)
            response = await self._send(request)
        except UnicodeError as error:
            # Our ids are plain ASCII, so this one came from outside.
            raise ContractBroken(f"{method}: a header is not plain ASCII") from error
        except httpx.RequestError as error:
            # With the address in the message a wrong one is seen at once.
            at = f"{request.url.scheme}://{request.url.netloc.decode()}"
            raise Unavailable(f"{method} {path}: no answer of {at}, {type(error).__name__}") from error
        return self._read(f"{method} {path}", response)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Send it, and once more, at once, where the connection was closed: reads and named writes may be repeated."""
        try:
            return await self._http.send(request)
        except CLOSED:
            if request.method != "GET" and "Idempotency-Key" not in request.headers:
                raise
            # By now the pool has dropped all connections that were closed together with this one.
            return await self._http.send(request)

    def _read(self, what: str, response: httpx.Response) -> dict[str, Any]:
        status = response.status_code
        if status in TEMPORARY or status >= 500:
            raise Unavailable(f"{what}: {status}", _retry_after_s(response))
        content = _json_object(response)
        if response.is_success:
            if status == httpx.codes.NO_CONTENT:
                return {}
            if content is None:
                raise Unavailable(f"{what}: {status}, but its body is no JSON object")
            return content
        kind = str((content or {}).get("type", "")).rpartition("/")[2]
        if content and status in REFUSALS and kind in self._refusals:
            known = {"type", "title", "status", "detail", "request_id"}
            extra = {k: v if isinstance(v, int) else _plain(v) for k, v in content.items() if k not in known}
            raise Refused(kind, _plain(content.get("detail", "")), extra)
        raise ContractBroken(f"{what}: {status} {_plain(kind) or 'without a problem'}")


def parse(model: type[M], content: Mapping[str, Any]) -> M:
    """The content as a model; ContractBroken if it is none."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ContractBroken(f"{model.__name__}: {error.error_count()} fields are not as the contract says") from error


def _plain(said: object) -> str:
    """A callee's text without what Temporal and databases cannot store, cut to WORDS_MAX."""
    return "".join(each if each.isprintable() else " " for each in str(said)[:WORDS_MAX])


def _json_object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        content = response.json()
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _retry_after_s(response: httpx.Response) -> float | None:
    given = response.headers.get("Retry-After", "")
    return min(float(given), RETRY_AFTER_MAX_S) if given.isdecimal() else None
