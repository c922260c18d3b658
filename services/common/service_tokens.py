"""Who calls a service: each of our processes has a token of its own, and may do what it needs and no more.

A service keeps only the hashes, so that somebody who has broken into one service cannot call another as a worker.
Several tokens of one role are valid side by side while one is rolled. What a role may do stands beside each route.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NoReturn

from apiflask import HTTPError, HTTPTokenAuth
from flask import request

from lib import tokens
from lib.telemetry import ids
from lib.webapi.problem_types import FORBIDDEN, UNAUTHENTICATED

# Scanners of code and logs find a leaked token by its prefix.
PREFIX = "bps_"


class Role(StrEnum):
    """What a caller is to the services."""

    INTAKE = "intake"
    WORKER = "worker"
    AUDITOR = "auditor"
    OPERATOR = "operator"


ROLES = tuple(role.value for role in Role)
# An entry of SERVICE_TOKENS, as `python -m services.new_token` prints it.
ENTRY = re.compile(rf"(?P<role>{'|'.join(ROLES)}):(?P<sha256>[0-9a-f]{{64}})")

# All callers read a purchase's payment.
TO_FOLLOW = list(Role)
# The audit compares whole stores, and people look into them.
TO_AUDIT = [Role.AUDITOR, Role.OPERATOR]
# One entry is read by the sagas too, before they decide.
TO_RETRIEVE = [Role.WORKER, Role.AUDITOR, Role.OPERATOR]
# Whether an order can be had is asked before it costs anything.
TO_JUDGE = [Role.INTAKE, Role.OPERATOR]
# Money and offset are moved by sagas, and by people where a saga cannot.
TO_MOVE = [Role.WORKER, Role.OPERATOR]
# Only people decide to erase a buyer.
TO_ERASE = [Role.OPERATOR]


def new_token(role: Role) -> tuple[str, str]:
    """A new token, which is shown only once, and its entry for SERVICE_TOKENS."""
    token = tokens.new_token(PREFIX)
    return token, f"{role}:{tokens.digest(token)}"


def service_token_auth(entries: Sequence[str]) -> HTTPTokenAuth:
    """Authentication by `Authorization: Bearer <token>`, one of the entries of SERVICE_TOKENS.

    A route names the roles that may: `@api.auth_required(auth, roles=TO_MOVE)`. An unknown token is 401, another role
    403.
    """
    auth = HTTPTokenAuth(name="ServiceToken", description="A caller's own: what `python -m services.new_token` prints.")
    known = [(sha256, Role(role)) for role, _, sha256 in (entry.partition(":") for entry in entries)]

    @auth.verify_token  # type: ignore[untyped-decorator]
    def verify(given: str) -> Role | None:
        role = tokens.holder(given, known)
        if role:
            ids.bind(purchase_id=request.headers.get(ids.PURCHASE_HEADER))
        return role

    @auth.get_user_roles  # type: ignore[untyped-decorator]
    def roles(role: Role) -> list[Role]:
        return [role]

    @auth.error_processor
    def refuse(error: HTTPError) -> NoReturn:
        if error.status_code == FORBIDDEN.status:
            raise FORBIDDEN.problem("This caller's token is valid, and its role may not do this.")
        raise UNAUTHENTICATED.problem("This needs a service token.", headers={"WWW-Authenticate": "Bearer"})

    return auth
