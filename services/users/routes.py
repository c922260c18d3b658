"""The Users service's HTTP API."""

from collections.abc import Sequence

from apiflask import APIFlask
from sqlalchemy import Engine

from services.common.caller import Caller
from services.common.database import ping
from services.common.paths import know_ids
from services.users.models import Offset
from services.users.offsets import Offsets
from services.users.schemas import FoundOffset, OffsetBody, OffsetPage, OffsetShown, OwnedOffset, OwnedOffsetPage
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
        rows, next_cursor = _newest(offsets, user_id, page)
        return OffsetPage(items=[OffsetShown.of(row) for row in rows], next_cursor=next_cursor)

    @api.get("/users/<id:user_id>/offsets/<payment:payment_id>")
    @api.auth_required(auth)
    @api.output(FoundOffset)
    @api.doc(responses={404: "not-found: neither delivered to this buyer nor revoked"})
    def show_offset(user_id: str, payment_id: str) -> FoundOffset:
        """A payment's offset, or the mark of its revocation."""
        return FoundOffset.of(offsets.find(user_id, payment_id))

    @api.get("/offsets")
    @api.auth_required(auth)
    @api.input(PageQuery, location="query", arg_name="page")
    @api.output(OwnedOffsetPage)
    def list_all_offsets(page: PageQuery) -> OwnedOffsetPage:
        """All buyers' offsets, newest first."""
        rows, next_cursor = _newest(offsets, None, page)
        return OwnedOffsetPage(items=[OwnedOffset.of(row) for row in rows], next_cursor=next_cursor)

    @api.delete("/users/<id:user_id>/offsets/<payment:payment_id>")
    @api.auth_required(auth)
    @api.input(Caller, location="headers", arg_name="caller")
    @api.output(OffsetShown)
    @api.doc(responses={409: "offset-mismatch: another buyer's"})
    def revoke_offset(user_id: str, payment_id: str, caller: Caller) -> OffsetShown:  # noqa: ARG001
        """Revoke a payment's offset, also one that has not come yet and also an unknown buyer's."""
        return OffsetShown.of(offsets.revoke(user_id, payment_id))

    return api


def _newest(offsets: Offsets, user_id: str | None, page: PageQuery) -> tuple[Sequence[Offset], str | None]:
    below = decode_cursor(page.cursor, int)[0] if page.cursor else None
    return cut_page(offsets.newest(user_id, page.limit + 1, below), page.limit, lambda row: row.number)
