"""Lists, newest first, with Stripe's cursor; and the expansion of ids into objects."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, select

from simulators.stripe.call import Call, Row, find
from simulators.stripe.errors import no_such
from simulators.stripe.models import Charge, Document, Json, PaymentIntent
from simulators.stripe.parameters import ListParams

MODEL_BY_PREFIX: dict[str, type[Document]] = {"ch": Charge, "pi": PaymentIntent}


def page(
    call: Call,
    model: type[Row],
    params: ListParams,
    filters: Sequence[ColumnElement[bool]],
    show: Callable[[Row], Json] = lambda row: row.document,
) -> Json:
    """One page; `has_more`: there are older ones."""
    query = select(model).where(*filters)
    if params.starting_after:
        query = query.where(model.sequence < _cursor(call, model, params.starting_after))
    # One more than asked for tells whether there are more.
    rows = list(call.session.scalars(query.order_by(model.sequence.desc()).limit(params.limit + 1)))
    return {
        "object": "list",
        "data": [show(row) for row in rows[: params.limit]],
        "has_more": len(rows) > params.limit,
        "url": f"/v1/{model.__tablename__}",
    }


def expand(call: Call, document: Json, path: Sequence[str]) -> Json:
    """The document with the id at the path replaced by its object; what is not there stays as it is."""
    if not path:
        return document
    head, *rest = path
    value = document.get(head)
    if isinstance(value, list):
        return {**document, head: [expand(call, each, rest) for each in value]}
    if isinstance(value, str):
        row = find(call, MODEL_BY_PREFIX[value.partition("_")[0]], value)
        value = row.document if row else None
    return {**document, head: expand(call, value, rest)} if isinstance(value, dict) else document


def _cursor(call: Call, model: type[Row], identifier: str) -> int:
    row = find(call, model, identifier)
    if row is None:
        raise no_such(model.__tablename__.removesuffix("s"), identifier, "starting_after", status=400)
    return row.sequence
