"""The Users service's HTTP API."""

from apiflask import APIFlask
from sqlalchemy import Engine

from services.common.caller import Caller
from services.common.database import ping
from services.common.paths import know_ids
from services.users.offsets import Offsets
from services.users.schemas import OffsetBody, OffsetPage, OffsetShown
from webapi import PageQuery, create_api
from webapi.paging import cut_page, decode_cursor
from webapi.service_token import service_token_auth


def users_api(engine: Engine, token: str) -> APIFlask:
    """The API on a migrated database."""
    api = create_api("services.users", "Users", ready={"the database": lambda: ping(engine)})
    know_ids(api)
    auth = service_token_auth(token)
    offsets = Offsets(engine)

    @api.post("/users/<id:user_id>/offsets")
    @api.auth_required(auth)
    @api.input(Caller, location="headers", arg_name="caller")
    @api.input(OffsetBody, arg_name="body")
    @api.output(OffsetShown, status_code=201)
    @api.doc(responses={404: "not-found: an unknown buyer", 409: "offset-revoked, offset-mismatch"})
    def create_offset(user_id: str, caller: Caller, body: OffsetBody) -> OffsetShown:  # noqa: ARG001
        """Deliver what a payment has bought; asked again it answers the same."""
        return OffsetShown.of(offsets.create(user_id, body))

    @api.get("/users/<id:user_id>/offsets")
    @api.auth_required(auth)
    @api.input(PageQuery, location="query", arg_name="page")
    @api.output(OffsetPage)
    @api.doc(responses={404: "not-found: an unknown buyer"})
    def list_offsets(user_id: str, page: PageQuery) -> OffsetPage:
        """A buyer's offsets, newest first."""
        below = decode_cursor(page.cursor, int)[0] if page.cursor else None
        found = offsets.newest(user_id, page.limit + 1, below)
        rows, next_cursor = cut_page(found, page.limit, lambda row: row.number)
        return OffsetPage(items=[OffsetShown.of(row) for row in rows], next_cursor=next_cursor)

    @api.delete("/users/<id:user_id>/offsets/<payment:payment_id>")
    @api.auth_required(auth)
    @api.input(Caller, location="headers", arg_name="caller")
    @api.output(OffsetShown)
    @api.doc(responses={409: "offset-mismatch: another buyer's"})
    def revoke_offset(user_id: str, payment_id: str, caller: Caller) -> OffsetShown:  # noqa: ARG001
        """Revoke a payment's offset, also one that has not come yet and also an unknown buyer's."""
        return OffsetShown.of(offsets.revoke(user_id, payment_id))

    return api
