"""The Users service's HTTP API."""

from collections.abc import Sequence

from apiflask import APIFlask
from sqlalchemy import Engine

from lib.database.database import ping
from lib.webapi import NumberedPageQuery, create_api
from lib.webapi.openapi import problem_responses
from lib.webapi.paging import cut_page
from services.common.away import answer_for_the_database
from services.common.caller import CallerHeader
from services.common.erasing import forget_buyers
from services.common.paths import know_ids
from services.common.service_tokens import TO_AUDIT, TO_JUDGE, TO_MOVE, TO_RETRIEVE, service_token_auth
from services.users.models import Offset
from services.users.offsets import Offsets
from services.users.refusals import MISMATCH, REVOKED
from services.users.schemas import (
    FoundOffsetResponse,
    OffsetPage,
    OffsetRequest,
    OffsetResponse,
    OwnedOffsetPage,
    OwnedOffsetResponse,
    UserResponse,
)

DESCRIPTION = "The buyers and the offset that they own: created once per payment, and never again once revoked."


def users_api(engine: Engine, tokens: Sequence[str]) -> APIFlask:
    """The API on a migrated database."""
    api = create_api("services.users", "Users", DESCRIPTION, ready={"the database": lambda: ping(engine)})
    know_ids(api)
    answer_for_the_database(api)
    auth = service_token_auth(tokens)
    offsets = Offsets(engine)
    forget_buyers(api, auth, offsets.rename_buyer)

    @api.get("/users/<id:user_id>")
    @api.auth_required(auth, roles=TO_JUDGE)
    @api.output(UserResponse)
    def show_user(user_id: str) -> UserResponse:
        """A buyer who is known here: offset can be delivered to them."""
        offsets.know(user_id)
        return UserResponse(user_id=user_id)

    @api.post("/users/<id:user_id>/offsets")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.input(OffsetRequest, arg_name="body")
    @api.output(OffsetResponse, status_code=201)
    @api.doc(extensions=problem_responses(REVOKED, MISMATCH))
    def create_offset(user_id: str, caller: CallerHeader, body: OffsetRequest) -> OffsetResponse:  # noqa: ARG001
        """Deliver what a payment has bought; asked again it answers the same."""
        return OffsetResponse.of(offsets.create(user_id, body))

    @api.get("/users/<id:user_id>/offsets")
    @api.auth_required(auth, roles=TO_AUDIT)
    @api.input(NumberedPageQuery, location="query", arg_name="page")
    @api.output(OffsetPage)
    def list_offsets(user_id: str, page: NumberedPageQuery) -> OffsetPage:
        """A buyer's offsets, newest first."""
        rows, next_cursor = _newest(offsets, user_id, page)
        return OffsetPage(items=[OffsetResponse.of(row) for row in rows], next_cursor=next_cursor)

    @api.get("/users/<id:user_id>/offsets/<payment:payment_id>")
    @api.auth_required(auth, roles=TO_RETRIEVE)
    @api.output(FoundOffsetResponse)
    def show_offset(user_id: str, payment_id: str) -> FoundOffsetResponse:
        """A payment's offset, or the tombstone of its revocation."""
        return FoundOffsetResponse.of(offsets.find(user_id, payment_id))

    @api.get("/offsets")
    @api.auth_required(auth, roles=TO_AUDIT)
    @api.input(NumberedPageQuery, location="query", arg_name="page")
    @api.output(OwnedOffsetPage)
    def list_all_offsets(page: NumberedPageQuery) -> OwnedOffsetPage:
        """All buyers' offsets, newest first."""
        rows, next_cursor = _newest(offsets, None, page)
        return OwnedOffsetPage(items=[OwnedOffsetResponse.of(row) for row in rows], next_cursor=next_cursor)

    @api.delete("/users/<id:user_id>/offsets/<payment:payment_id>")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.output(OffsetResponse)
    @api.doc(extensions=problem_responses(MISMATCH))
    def revoke_offset(user_id: str, payment_id: str, caller: CallerHeader) -> OffsetResponse:  # noqa: ARG001
        """Revoke a payment's offset, also one that has not come yet and also an unknown buyer's."""
        return OffsetResponse.of(offsets.revoke(user_id, payment_id))

    return api


def _newest(offsets: Offsets, user_id: str | None, page: NumberedPageQuery) -> tuple[Sequence[Offset], str | None]:
    return cut_page(offsets.newest(user_id, page.limit + 1, page.after_number), page.limit, lambda row: row.number)
