"""The answer or refusal of an opening, the same for every repeat, also when only the record is left."""

from typing import Any

from domain.errors import RefusalKind, Refused
from domain.purchase import Answer, Outcome

# The refusals that help a buyer; any other reason is internal, and the buyer gets `opening-failed`.
BUYERS_REFUSALS = frozenset(
    {
        RefusalKind.SOLD_OUT,
        RefusalKind.PRICE_CHANGED,
        RefusalKind.TOO_MANY_OPEN,
        RefusalKind.TOO_MUCH_HELD,
        RefusalKind.NOT_FOUND,
        RefusalKind.INVALID_REQUEST,
    }
)


# Made anew each time: an exception that is raised again keeps the frames of every time before.
def given_up() -> Refused:
    """The refusal `opening-failed`: given up for an internal reason."""
    detail = "The purchase could not be opened in time; nothing is charged, nothing is held."
    return Refused(RefusalKind.OPENING_FAILED, detail)


def key_reused() -> Refused:
    """Another order under the same key."""
    return Refused(RefusalKind.IDEMPOTENCY_KEY_REUSED, "This key has been used for another purchase.")


def for_buyer(refusal: Refused) -> Refused:
    """The refusal as the buyer gets it."""
    return refusal if refusal.kind in BUYERS_REFUSALS else given_up()


def recordable(answer: Answer | None, refusal: Refused | None) -> dict[str, Any] | None:
    """The answer or refusal as the record keeps it."""
    if refusal:
        return {"refused": {"kind": refusal.kind, "detail": refusal.detail, "extra": refusal.extra}}
    return answer.model_dump(mode="json") if answer else None


def recorded_answer(outcome: Outcome, fingerprint: str) -> Answer:
    """The answer of a purchase that has ended; raises Refused with the refusal it had, or for another body's key."""
    if outcome.fingerprint != fingerprint:
        raise key_reused()
    if outcome.answer is None:
        raise given_up()
    if refused := outcome.answer.get("refused"):
        raise Refused(**refused)
    return Answer.model_validate(outcome.answer)
