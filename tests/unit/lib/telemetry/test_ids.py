"""The ids that lines, spans and calls bear."""

import pytest
from flask import Response
from flask.testing import FlaskClient

from clients.http import Service
from lib.telemetry import ids
from tests.unit.clients.conftest import Callee
from tests.unit.lib.webapi.test_api import TOKEN, shop


@pytest.fixture
def client() -> FlaskClient:
    """A client of an API of ours, which tells by its answer's header what it has bound."""
    api = shop()

    @api.after_request
    def tell(response: Response) -> Response:
        response.headers["Bound"] = ids.bound("purchase_id") or "-"
        return response

    return api.test_client()


def test_what_is_bound_ends_with_its_scope() -> None:
    """A thread that serves one request after another takes nothing from one to the next."""
    with ids.scope(request_id="r-1"):
        ids.bind(purchase_id="p1")
        with ids.scope(payment_id="pi_1"):
            assert (ids.bound("purchase_id"), ids.bound("payment_id")) == ("p1", "pi_1")
        assert (ids.bound("purchase_id"), ids.bound("payment_id")) == ("p1", None)
    assert (ids.bound("request_id"), ids.bound("purchase_id")) == (None, None)


def test_only_ids_are_bound() -> None:
    """Whatever a caller, an event or a model has in an id's place: a line's end, a number or nothing is no id."""
    with ids.scope(purchase_id="p1\nforged", payment_id=7, request_id="x" * 513):
        assert [ids.bound(name) for name in ("purchase_id", "payment_id", "request_id")] == [None, None, None]
    with ids.scope(**ids.ids_of({"purchase_id": "p1", "amount": 5})):
        assert (ids.bound("purchase_id"), ids.bound("payment_id"), ids.bound("amount")) == ("p1", None, None)


async def test_a_call_names_its_purchase(callee: Callee, service: Service) -> None:
    """A service learns from our header what purchase a call is about; without one bound there is none."""
    with ids.scope(purchase_id="p1"):
        await service.call("GET", "/x")
    await service.call("GET", "/x")
    assert [request.headers.get("X-Purchase-Id") for request in callee.requests] == ["p1", None]


@pytest.mark.parametrize(("headers", "bound"), [(TOKEN, "p1"), ({}, "-"), ({"Authorization": "Bearer x"}, "-")])
def test_only_our_own_processes_name_a_purchase(client: FlaskClient, headers: dict[str, str], bound: str) -> None:
    """The header is believed together with the service token alone."""
    answer = client.post("/orders", json={"count": 1}, headers=headers | {"X-Purchase-Id": "p1"})
    assert answer.headers["Bound"] == bound
