"""Idempotency keys (Stripe's API reference, "Idempotent requests"): the first answer is given again, 500s included.

An answer is kept in the transaction that it tells of, so a crash loses both or none. Parameters that are wrong in
themselves and conflicts keep nothing: no operation has begun.
"""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from simulators.stripe.call import Call
from simulators.stripe.errors import StripeError, invalid_request
from simulators.stripe.models import KeptAnswer

KEY_CHARACTERS_MAX = 255
# Stripe keeps keys for at least a day; after it the same key is a new one.
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key: whose key, at which endpoint, with which parameters."""

    scope: str
    key: str
    endpoint: str
    fingerprint: str


def asked(api_key: str, key: str, endpoint: str, pairs: Sequence[tuple[str, str]]) -> Asked:
    """The request's identity; 400 for an overlong key."""
    if len(key) > KEY_CHARACTERS_MAX:
        raise invalid_request(f"Idempotency keys can be up to {KEY_CHARACTERS_MAX} characters long.")
    return Asked(_digest(api_key), key, endpoint, _digest(repr(sorted(pairs))))


class IdempotencyKeys:
    """The keys that are at work in this process, and the kept answers of those that were."""

    def __init__(self) -> None:
        self._running: set[tuple[str, str]] = set()
        self._turn = threading.Lock()

    @contextmanager
    def hold(self, request: Asked) -> Iterator[None]:
        """Work under the key; 409 if another request does."""
        name = (request.scope, request.key)
        with self._turn:
            if name in self._running:
                message = (
                    "There is currently another in-progress request using this Idempotent Key (that probably means "
                    f"you submitted twice, and the other request is still going through): {request.key}. Please try "
                    "again later."
                )
                raise StripeError(409, "idempotency_error", message, code="idempotency_key_in_use")
            self._running.add(name)
        try:
            yield
        finally:
            with self._turn:
                self._running.discard(name)


def find(call: Call, request: Asked) -> KeptAnswer | None:
    """The answer that was kept for this request; 400 if the key was used for another one."""
    kept = call.session.get(KeptAnswer, (request.scope, request.key))
    if kept is None:
        return None
    if kept.created < call.now - KEPT_SECONDS:
        call.session.delete(kept)
        call.session.flush()
        return None
    if kept.endpoint != request.endpoint:
        raise _reused(
            f"for the same endpoint they were first used for ('{kept.endpoint}' not '{request.endpoint}')", kept
        )
    if kept.fingerprint != request.fingerprint:
        raise _reused("with the same parameters they were first used with", kept)
    return kept


def keep(call: Call, request: Asked, status: int, body: str) -> None:
    """Keep the first answer."""
    call.session.add(
        KeptAnswer(
            scope=request.scope,
            key=request.key,
            endpoint=request.endpoint,
            fingerprint=request.fingerprint,
            status=status,
            body=body,
            request_id=call.request_id,
            created=call.now,
        )
    )


def forget_old(session: Session, now: float) -> None:
    """Delete the answers whose day is over."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.created < now - KEPT_SECONDS))


def _reused(rule: str, kept: KeptAnswer) -> StripeError:
    message = (
        f"Keys for idempotent requests can only be used {rule}. Try using a key other than '{kept.key}' if you meant "
        "to execute a different request."
    )
    return StripeError(400, "idempotency_error", message)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
