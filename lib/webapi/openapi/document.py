"""The finished document."""

from typing import Any

from apiflask import APIFlask

from lib.webapi.openapi.bodies import describe_bodies
from lib.webapi.openapi.examples import show_examples
from lib.webapi.openapi.links import link_operations
from lib.webapi.openapi.parameters import describe_parameters
from lib.webapi.openapi.problems import describe_problems
from lib.webapi.openapi.raw import describe_raw
from lib.webapi.openapi.schemas import name_once
from lib.webapi.openapi.walk import operations

CONVENTIONS = """
Errors are problems (RFC 9457): `type` says which one, `detail` what to do about it, `request_id` finds it in our log.
An unknown path is answered 404, another method of a known one 405 with the header Allow, a fault of ours 500.

A write carries an `Idempotency-Key`: repeated with the same key it takes effect once. Each answer carries an
`X-Request-Id`, the caller's own if it sent a well-formed one. JSON is read strictly: unknown fields, a key twice in
one object and other types than described are refused. Times are RFC 3339 in UTC, amounts whole minor units (written
without a decimal point), and quantities decimal strings in tCO2e. Lists come in pages: pass `next_cursor` as `cursor`
until it is null."""


def describe(api: APIFlask, description: str) -> None:
    """Let `/openapi.json` of `api` tell all that its routes, models and problems say."""
    api.description = description + "\n" + CONVENTIONS
    api.license = {"name": "MIT", "identifier": "MIT"}
    # The committed copy and every deployment show the same: the API is where its document is.
    api.servers = [{"url": "/", "description": "the server that this document comes from"}]
    # The generator's own errors are no problems; `describe_problems` has ours.
    api.config.update(
        AUTO_OPERATION_ID=True,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
    )

    @api.spec_processor
    def finish(spec: Any) -> Any:
        for method, operation in operations(spec):
            operation["operationId"] = _operation_id(method, operation["operationId"])
        _tag(spec)
        describe_problems(spec)
        describe_raw(spec)
        spec = name_once(spec)
        describe_parameters(spec, api.url_map)
        describe_bodies(spec)
        show_examples(spec)
        link_operations(spec)
        return spec


def _tag(spec: dict[str, Any]) -> None:
    """Put the operations under the things that they are about; those of a blueprint are already."""
    for path, methods in spec["paths"].items():
        for operation in methods.values():
            operation.setdefault("tags", [path.split("/")[1].capitalize()])
    used = {tag for _, operation in operations(spec) for tag in operation["tags"]}
    spec["tags"] = [{"name": tag} for tag in sorted(used)]


def _operation_id(method: str, generated: str) -> str:
    """The view's name in camel case, as APIFlask puts it behind the method; a name of the route's own as it is."""
    first, *rest = generated.removeprefix(f"{method}_").split("_")
    return first + "".join(map(str.capitalize, rest))
