"""What counts as breaking: each way in which a client may feel a change, and changes that none feels."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.openapi.breaking import breaking

Change = Callable[[Any], object]

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/orders": {
            "post": {
                "parameters": [
                    {"in": "header", "name": "Key", "required": False, "schema": {"type": "string", "maxLength": 9}},
                    {"in": "query", "name": "page", "required": False, "schema": {"type": "integer", "maximum": 100}},
                ],
                "requestBody": {
                    "required": False,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OrderRequest"}}},
                },
                "responses": {
                    "201": {
                        "headers": {"Location": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                    },
                    "409": {
                        "content": {
                            "application/problem+json": {
                                "schema": {
                                    "oneOf": [
                                        {"$ref": "#/components/schemas/SoldOut"},
                                        {"$ref": "#/components/schemas/Closed"},
                                    ]
                                }
                            }
                        }
                    },
                },
            },
            "get": {"parameters": [], "security": [{"Token": []}, {"Key": []}], "responses": {"200": {}}},
        }
    },
    "components": {
        "schemas": {
            "OrderRequest": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "method": {"enum": ["card", "wallet"]},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "items": {"type": "array", "items": {"type": "string", "pattern": "^a"}},
                },
                "required": ["method"],
            },
            "Order": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "status": {"enum": ["open", "paid"]}},
                "required": ["id", "status"],
            },
            "SoldOut": {"type": "object", "properties": {"left": {"type": "integer"}}, "required": ["left"]},
            "Closed": {"type": "object"},
        }
    },
}


def post(document: Any) -> Any:
    """The operation that most changes are about."""
    return document["paths"]["/orders"]["post"]


def model(document: Any, name: str) -> Any:
    """A model of the document."""
    return document["components"]["schemas"][name]


FELT: dict[str, tuple[Change, str]] = {
    "path gone": (lambda d: d["paths"].pop("/orders"), "GET /orders is gone"),
    "operation gone": (lambda d: d["paths"]["/orders"].pop("get"), "GET /orders is gone"),
    "status gone": (lambda d: post(d)["responses"].pop("409"), "POST /orders does not answer 409 any more"),
    "credentials": (lambda d: post(d).update(security=[{"Token": []}]), "POST /orders asks for credentials"),
    "a scheme gone": (
        lambda d: d["paths"]["/orders"]["get"]["security"].pop(),
        "GET /orders does not take Key as before",
    ),
    "parameter gone": (
        lambda d: post(d)["parameters"].pop(),
        "POST /orders does not take page in the query any more",
    ),
    "parameter required": (
        lambda d: post(d)["parameters"][0].update(required=True),
        "POST /orders needs key in the header",
    ),
    "new required parameter": (
        lambda d: post(d)["parameters"].append({"in": "query", "name": "for", "required": True, "schema": {}}),
        "POST /orders needs for in the query",
    ),
    "parameter narrower": (
        lambda d: post(d)["parameters"][1]["schema"].update(maximum=10),
        "POST /orders does not take as query page: maximum 100 instead of 10",
    ),
    "parameter of another type": (
        lambda d: post(d)["parameters"][1]["schema"].update(type="string"),
        "POST /orders does not take as query page: type integer",
    ),
    "body required": (lambda d: post(d)["requestBody"].update(required=True), "POST /orders needs a body"),
    "body gone": (lambda d: post(d).pop("requestBody"), "POST /orders does not take application/json any more"),
    "new required field": (
        lambda d: model(d, "OrderRequest")["required"].append("note"),
        "POST /orders does not take body.note: not there",
    ),
    "field gone from the request": (
        lambda d: model(d, "OrderRequest")["properties"].pop("note"),
        "POST /orders does not take body.note: there",
    ),
    "fewer values in the request": (
        lambda d: model(d, "OrderRequest")["properties"]["method"]["enum"].remove("wallet"),
        "POST /orders does not take body.method: 'wallet'",
    ),
    "no null in the request": (
        lambda d: model(d, "OrderRequest")["properties"]["note"]["anyOf"].pop(),
        "POST /orders does not take body.note: type null",
    ),
    "another pattern of items": (
        lambda d: model(d, "OrderRequest")["properties"]["items"]["items"].update(pattern="^b"),
        "POST /orders does not take body.items[]: pattern ^a instead of ^b",
    ),
    "header gone": (
        lambda d: post(d)["responses"]["201"]["headers"].clear(),
        "POST /orders 201 does not come with location any more",
    ),
    "another media type": (
        lambda d: post(d)["responses"]["201"].update(content={"text/plain": {}}),
        "POST /orders 201 is not application/json any more",
    ),
    "field gone from the answer": (
        lambda d: model(d, "Order")["required"].remove("id"),
        "POST /orders 201 may show body.id: not there",
    ),
    "field of another type": (
        lambda d: model(d, "Order")["properties"]["id"].update(type=["string", "null"]),
        "POST /orders 201 may show body.id: type null or string",
    ),
    "new value in the answer": (
        lambda d: model(d, "Order")["properties"]["status"]["enum"].append("lost"),
        "POST /orders 201 may show body.status: 'lost'",
    ),
    "problem gone": (
        lambda d: post(d)["responses"]["409"]["content"]["application/problem+json"]["schema"]["oneOf"].pop(),
        "POST /orders 409 does not tell Closed any more",
    ),
    "problem without its member": (
        lambda d: model(d, "SoldOut")["required"].clear(),
        "POST /orders 409 may show body.left: not there",
    ),
}

UNFELT: dict[str, Change] = {
    "new path": lambda d: d["paths"].update({"/new": {"get": {"parameters": [], "responses": {}}}}),
    "new status": lambda d: post(d)["responses"].update({"429": {}}),
    "no credentials": lambda d: d["paths"]["/orders"]["get"].pop("security"),
    "new optional parameter": lambda d: post(d)["parameters"].append({"in": "query", "name": "for", "schema": {}}),
    "another way to write a header": lambda d: post(d)["parameters"][0].update(name="KEY"),
    "parameter wider": lambda d: post(d)["parameters"][1]["schema"].update(maximum=1000),
    "number for an integer": lambda d: post(d)["parameters"][1]["schema"].update(type="number"),
    "new optional field": lambda d: model(d, "OrderRequest")["properties"].update(more={"type": "string"}),
    "new value in the request": lambda d: model(d, "OrderRequest")["properties"]["method"]["enum"].append("cash"),
    "field no longer required": lambda d: model(d, "OrderRequest")["required"].clear(),
    "new field of the answer": lambda d: model(d, "Order")["properties"].update(more={"type": "string"}),
    "fewer values in the answer": lambda d: model(d, "Order")["properties"]["status"]["enum"].pop(),
    "other words": lambda d: model(d, "Order").update(description="An order.", examples=[{}]),
    "new problem": lambda d: post(d)["responses"]["409"]["content"]["application/problem+json"]["schema"][
        "oneOf"
    ].append({"$ref": "#/components/schemas/Order"}),
}


@pytest.mark.parametrize(("change", "sentence"), FELT.values(), ids=FELT)
def test_a_change_that_a_client_feels_is_told(change: Change, sentence: str) -> None:
    """In a sentence that names the operation, the place and what is different."""
    new = deepcopy(DOCUMENT)
    change(new)
    assert sentence in breaking(DOCUMENT, new)


@pytest.mark.parametrize("change", UNFELT.values(), ids=UNFELT)
def test_a_change_that_no_client_feels_is_not_told(change: Change) -> None:
    """New things, wider requests, narrower answers and other words."""
    new = deepcopy(DOCUMENT)
    change(new)
    assert new != DOCUMENT
    assert breaking(DOCUMENT, new) == []


def test_a_document_breaks_nobody_of_itself() -> None:
    """Nothing has changed."""
    assert breaking(DOCUMENT, deepcopy(DOCUMENT)) == []
