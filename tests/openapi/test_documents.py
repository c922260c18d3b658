"""The documents: valid, complete, and as accepted."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from jsonschema.validators import validator_for
from schemathesis.openapi import from_dict

from app.settings import IntakeSettings
from tests.openapi.breaking import breaking
from tests.openapi.documents import APIS, Document, accepted, generated, intake, shown

RENEW = "renew the committed copies: .venv/bin/python -m tests.openapi"
ON_PURPOSE = "clients break: undo it, or accept it on purpose: .venv/bin/python -m tests.openapi --breaking"


@pytest.fixture(scope="module", params=APIS)
def folder(request: pytest.FixtureRequest) -> str:
    """Each API by its folder."""
    return str(request.param)


@pytest.fixture(scope="module")
def document(folder: str) -> Document:
    """Its document as it is now."""
    return generated(folder)


def test_no_client_breaks(folder: str, document: Document) -> None:
    """What the last accepted document promised still holds."""
    felt = breaking(accepted(folder), document)
    assert not felt, f"{ON_PURPOSE}\n" + "\n".join(felt)


def test_the_committed_copy_is_the_document(folder: str, document: Document) -> None:
    """Whoever reads the file reads what the API shows."""
    assert document == accepted(folder), RENEW


def test_the_document_is_valid(document: Document) -> None:
    """OpenAPI 3.1 by its own schema, each schema by JSON Schema's, and each reference leads somewhere."""
    from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        validator_for(schema, jsonschema.Draft202012Validator).check_schema(schema)
    references = {part.split('"')[0] for part in json.dumps(document).split('"#/components/schemas/')[1:]}
    assert references <= document["components"]["schemas"].keys()


def test_every_example_is_one(document: Document) -> None:
    """What a reader copies is taken: each example fits its schema."""
    for schema, example in _examples(document):
        whole = {**schema, "components": document["components"]}
        jsonschema.Draft202012Validator(whole).validate(example)


def test_everything_has_an_example_and_a_description(document: Document) -> None:
    """Nobody has to guess: parameters, bodies, headers, operations, answers and models."""
    for _, operation in _operations(document):
        assert operation["summary"]
        assert operation["operationId"]
        assert operation["tags"]
        assert all("example" in parameter and parameter["description"] for parameter in operation["parameters"])
        for response in operation["responses"].values():
            assert response["description"]
            assert all("example" in header and header["description"] for header in response["headers"].values())
        for content in _contents(operation):
            assert content.keys() & {"example", "examples"}
    assert all(schema.get("description") for schema in document["components"]["schemas"].values())


def test_every_refusal_is_a_problem_that_says_which(document: Document) -> None:
    """Each status names its problem types, and comes with the headers that its kind needs."""
    for _, operation in _operations(document):
        for status, response in operation["responses"].items():
            assert "X-Request-Id" in response["headers"]
            if status >= "400":
                (content,) = response["content"].items()
                assert content[0] == "application/problem+json"
                for reference in content[1]["schema"].get("oneOf", [content[1]["schema"]]):
                    kind = document["components"]["schemas"][reference["$ref"].rpartition("/")[2]]
                    assert kind["allOf"][1]["properties"]["status"] == {"const": int(status)}
        assert ("401" in operation["responses"]) == bool(operation.get("security"))
        needs = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After"}
        for status in needs.keys() & operation["responses"].keys():
            assert needs[status] in operation["responses"][status]["headers"]


def test_what_is_created_links_to_what_can_be_done_with_it(document: Document) -> None:
    """Each link leads to an operation and fills its path."""
    known = {operation["operationId"]: operation for _, operation in _operations(document)}
    for _, operation in _operations(document):
        for link in operation["responses"].get("201", {}).get("links", {}).values():
            names = {each["name"] for each in known[link["operationId"]]["parameters"] if each["in"] == "path"}
            assert link["parameters"].keys() == names


def test_production_shows_the_same_document() -> None:
    """Settings change no contract."""
    production = IntakeSettings.model_construct(environment="production", jwt_jwks_url="https://id.example/keys")
    assert shown(intake(production)) == generated("app")


def _operations(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in document["paths"].values():
        yield from path.items()


def _contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from body.get("content", {}).values()


def _examples(document: Document) -> Iterator[tuple[dict[str, Any], Any]]:
    for _, operation in _operations(document):
        headers = [header for response in operation["responses"].values() for header in response["headers"].values()]
        yield from ((each["schema"], each["example"]) for each in (*operation["parameters"], *headers))
        for content in _contents(operation):
            if "example" in content:
                yield content["schema"], content["example"]
            for example in content.get("examples", {}).values():
                yield content["schema"], example["value"]
