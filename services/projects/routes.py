"""The Projects service's HTTP API."""

from collections.abc import Sequence

from apiflask import APIFlask, HTTPTokenAuth
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lib.database.database import ping
from lib.webapi import PageQuery, create_api
from lib.webapi.openapi import problem_responses
from lib.webapi.paging import cut_page
from lib.webapi.problem_types import NOT_FOUND
from services.common.away import answer_for_the_database
from services.common.caller import CallerHeader
from services.common.erasing import forget_buyers
from services.common.paths import know_ids
from services.common.service_tokens import TO_AUDIT, TO_JUDGE, TO_MOVE, TO_RETRIEVE, Role, service_token_auth
from services.projects.models import Project
from services.projects.orders import BuyerLimits
from services.projects.refusals import (
    CLOSED,
    COMMITTED,
    MISMATCH,
    PRICE_CHANGED,
    SOLD_OUT,
    TOO_MANY_OPEN,
    TOO_MUCH_HELD,
)
from services.projects.reservations import Reservations
from services.projects.rules import Status
from services.projects.schemas import (
    ChangeRequest,
    OrderRequest,
    ProjectPage,
    ProjectResponse,
    QuoteResponse,
    ReservationPage,
    ReservationQuery,
    ReservationResponse,
    ReserveRequest,
)

# The catalogue is read for the buyer's page, and by the audit.
TO_LIST = [Role.INTAKE, Role.AUDITOR, Role.OPERATOR]

DESCRIPTION = """What green projects sell, at which price, and how much of it is free; offset is reserved for a payment,
and the reservation's row decides how a purchase ends."""
# Why an order cannot be had.
OF_AN_ORDER = (NOT_FOUND, PRICE_CHANGED, TOO_MANY_OPEN, TOO_MUCH_HELD, SOLD_OUT)


def projects_api(engine: Engine, tokens: Sequence[str], limits: BuyerLimits) -> APIFlask:
    """The API on a migrated database; `limits` are each buyer's."""
    api = create_api("services.projects", "Projects", DESCRIPTION, ready={"the database": lambda: ping(engine)})
    know_ids(api)
    answer_for_the_database(api)
    auth = service_token_auth(tokens)
    _show_projects(api, engine, auth)
    reservations = Reservations(engine, limits)
    _keep_reservations(api, reservations, auth)
    forget_buyers(api, auth, reservations.rename_buyer)
    return api


def _show_projects(api: APIFlask, engine: Engine, auth: HTTPTokenAuth) -> None:
    @api.get("/projects")
    @api.auth_required(auth, roles=TO_LIST)
    @api.input(PageQuery, location="query", arg_name="page")
    @api.output(ProjectPage)
    def list_projects(page: PageQuery) -> ProjectPage:
        """The catalogue: projects by id, with their milestones' prices and stock."""
        wanted = select(Project).order_by(Project.project_id).limit(page.limit + 1)
        if page.after:
            wanted = wanted.where(Project.project_id > page.after)
        with Session(engine) as session:
            rows, next_cursor = cut_page(session.scalars(wanted).all(), page.limit, lambda row: row.project_id)
            return ProjectPage(items=[ProjectResponse.of(row) for row in rows], next_cursor=next_cursor)


def _keep_reservations(api: APIFlask, reservations: Reservations, auth: HTTPTokenAuth) -> None:
    @api.post("/quotes")
    @api.auth_required(auth, roles=TO_JUDGE)
    @api.input(OrderRequest, arg_name="body")
    @api.output(QuoteResponse)
    @api.doc(extensions=problem_responses(*OF_AN_ORDER))
    def quote(body: OrderRequest) -> QuoteResponse:
        """Whether an order can be had now: refused as a reservation would be, and nothing is held or written."""
        reservations.quote(body)
        return QuoteResponse(amount=body.amount, currency=body.currency)

    @api.post("/reservations")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.input(ReserveRequest, arg_name="body")
    @api.output(ReservationResponse, status_code=201)
    @api.doc(extensions=problem_responses(*OF_AN_ORDER, CLOSED, MISMATCH))
    def reserve(caller: CallerHeader, body: ReserveRequest) -> ReservationResponse:  # noqa: ARG001
        """Hold all items for a payment, or none; asked again it answers the same."""
        return ReservationResponse.of(reservations.reserve(body))

    @api.get("/reservations")
    @api.auth_required(auth, roles=TO_AUDIT)
    @api.input(ReservationQuery, location="query", arg_name="page")
    @api.output(ReservationPage)
    def list_reservations(page: ReservationQuery) -> ReservationPage:
        """Reservations and tombstones, newest first."""
        found = reservations.newest(page.limit + 1, page.status, page.after_number)
        rows, next_cursor = cut_page(found, page.limit, lambda row: row.number)
        return ReservationPage(items=[ReservationResponse.of(row) for row in rows], next_cursor=next_cursor)

    @api.get("/reservations/<payment:payment_id>")
    @api.auth_required(auth, roles=TO_RETRIEVE)
    @api.output(ReservationResponse)
    def show_reservation(payment_id: str) -> ReservationResponse:
        """The reservation of a payment."""
        row = reservations.find(payment_id)
        if row is None:
            raise NOT_FOUND.problem("There is no reservation for this payment.")
        return ReservationResponse.of(row)

    @api.patch("/reservations/<payment:payment_id>")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.input(ChangeRequest, arg_name="body")
    @api.output(ReservationResponse)
    @api.doc(extensions=problem_responses(CLOSED))
    def change_reservation(payment_id: str, caller: CallerHeader, body: ChangeRequest) -> ReservationResponse:  # noqa: ARG001
        """Sell what is held (committed), or free what was held or sold once the money is back (returned)."""
        change = reservations.commit if body.status is Status.COMMITTED else reservations.restock
        return ReservationResponse.of(change(payment_id))

    @api.delete("/reservations/<payment:payment_id>")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.output(ReservationResponse)
    @api.doc(extensions=problem_responses(CLOSED, COMMITTED))
    def release_reservation(payment_id: str, caller: CallerHeader) -> ReservationResponse:
        """Close the row in the caller's name; only the one who closes it may tell the purchase's end."""
        return ReservationResponse.of(reservations.release(payment_id, caller.key))
