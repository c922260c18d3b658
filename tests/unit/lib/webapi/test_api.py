"""The conventions that all our HTTP APIs share, on a small API."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import Field

from lib.webapi import PageQuery, Problem, RequestModel, ResponseModel, create_api
from services.common.service_tokens import TO_MOVE, Role, new_token, service_token_auth

BEARER, ENTRY = new_token(Role.WORKER)
TOKEN = {"Authorization": f"Bearer {BEARER}"}


class Ordered(RequestModel):
    """A request."""

    count: int = Field(ge=1)


class SeenAnswer(ResponseModel):
    """An answer."""

    count: int


class Limited(ResponseModel):
    """A page."""

    limit: int


class BrokenError(Exception):
    """A fault that nobody expected."""


def shop(check: Callable[[], None] = lambda: None) -> APIFlask:
    """An API with one thing to order."""
    api = create_api("shop", "Shop", "Sells orders.", ready={"the till": check})
    auth = service_token_auth([ENTRY])

    @api.post("/orders")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(Ordered, arg_name="body")
    @api.output(SeenAnswer, status_code=201)
    def order(body: Ordered) -> SeenAnswer:
        if body.count == 13:
            raise Problem(409, "sold-out", "None left.", headers={"Retry-After": "1"}, left=12)
        if body.count == 666:
            raise BrokenError("secret")
        return SeenAnswer(count=body.count)

    @api.get("/orders")
    @api.input(PageQuery, location="query", arg_name="page")
    @api.output(Limited)
    def orders(page: PageQuery) -> Limited:
        return Limited(limit=page.limit)

    return api


@pytest.fixture
def client() -> FlaskClient:
    """A client of the shop."""
    return shop().test_client()


def test_a_refusal_is_a_problem(client: FlaskClient) -> None:
    """A refusal is problem+json with its type, its extra members and headers, and the request's id."""
    answer = client.post("/orders", json={"count": 13}, headers=TOKEN | {"X-Request-Id": "r-1"})
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert answer.get_json() == {
        "type": "https://buy-projects.example/problems/sold-out",
        "title": "Sold out",
        "status": 409,
        "detail": "None left.",
        "request_id": "r-1",
        "left": 12,
    }
    assert (answer.headers["Retry-After"], answer.headers["X-Request-Id"]) == ("1", "r-1")


@pytest.mark.parametrize("given", ["", "a b", "x" * 65])
def test_a_strange_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    """Only a plain id of the caller's goes into logs and answers; otherwise the API makes one."""
    assert client.get("/health", headers={"X-Request-Id": given}).headers["X-Request-Id"] not in {"", given}


def test_a_fault_shows_nothing_of_itself(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected error is a 500 problem without its text, which stands in the log."""
    answer = client.post("/orders", json={"count": 666}, headers=TOKEN)
    assert (answer.status_code, answer.get_json()["type"].rsplit("/", 1)[-1]) == (500, "internal-error")
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def test_an_invalid_body_names_its_faults(client: FlaskClient) -> None:
    """A field out of bounds is 422, with the place and the reason."""
    answer = client.post("/orders", json={"count": 0}, headers=TOKEN)
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == [
        {"field": "json.count", "message": "Input should be greater than or equal to 1"}
    ]


@pytest.mark.parametrize(
    "body", [b'{"count": 1, "count": 2}', b'{"count": "1"}', b'{"count": true}', b'{"count": 1, "more": 1}']
)
def test_ambiguous_or_foreign_json_is_refused(client: FlaskClient, body: bytes) -> None:
    """What strict JSON is not (test_strict_json.py), other types and unknown fields are 422."""
    answer = client.post("/orders", data=body, content_type="application/json", headers=TOKEN)
    assert (answer.status_code, answer.get_json()["type"].rsplit("/", 1)[-1]) == (422, "invalid-request")


@pytest.mark.parametrize("authorization", [None, "Bearer other", "Bearer ", "Basic dG9rZW4=", "token", "Bearer é"])
def test_only_the_token_opens(client: FlaskClient, authorization: str | None) -> None:
    """Anything but the bearer token is 401 and says which scheme is accepted."""
    headers = {"Authorization": authorization} if authorization else {}
    answer = client.post("/orders", json={"count": 1}, headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_unknown_paths_and_methods_are_problems(client: FlaskClient) -> None:
    """404 and 405 are problems too, and 405 names the methods that are allowed."""
    assert client.get("/nothing").get_json()["type"].endswith("/not-found")
    answer = client.delete("/orders")
    assert answer.get_json()["type"].endswith("/method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_readiness_names_what_is_away() -> None:
    """A dependency that does not answer makes the process unready, with a hint when to ask again."""

    def away() -> None:
        raise ConnectionError("refused")

    answer = shop(away).test_client().get("/ready")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.get_json()["detail"] == "the till does not answer."


def test_a_process_that_has_everything_is_ready(client: FlaskClient) -> None:
    """Health and readiness answer 200."""
    assert [client.get(path).status_code for path in ("/health", "/ready")] == [200, 200]


@pytest.mark.parametrize("path", ["/orders//", "/orders/%2F"])
def test_a_doubled_slash_is_another_path(client: FlaskClient, path: str) -> None:
    """It is 404 as any unknown path, and no redirect."""
    assert client.get(path).status_code == 404


def test_a_page_has_a_default_size_and_a_limit(client: FlaskClient) -> None:
    """A list answers 20 rows unless asked otherwise, and refuses more than 100."""
    assert client.get("/orders").get_json() == {"limit": 20}
    assert client.get("/orders?limit=100").get_json() == {"limit": 100}
    assert [client.get(f"/orders?limit={limit}").status_code for limit in ("0", "101", "x")] == [422] * 3


def test_requests_are_counted_by_route_and_status() -> None:
    """Never by path, of which callers make up any number; the platform's own questions are not counted."""
    client = shop().test_client()
    client.get("/orders?limit=5")
    client.get("/made-up-by-a-caller")
    client.get("/health")
    told = client.get("/metrics")
    assert told.mimetype == "text/plain"
    assert 'http_request_duration_seconds_count{route="GET /orders",status="200"}' in told.text
    assert 'http_request_duration_seconds_count{route="(no route)",status="404"}' in told.text
    assert "made-up" not in told.text
    assert "/health" not in told.text
