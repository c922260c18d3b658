"""The kinds of problems: each stands once, with its status, and with what it means to a client.

Here are those that every API of ours may use; an API's own kinds stand with it. A kind is raised with a sentence that
fits: `raise NOT_FOUND.problem("There is no such payment.")`, and documented by naming it where its route is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.webapi.problems import TYPE_BASE, Problem, title


@dataclass(frozen=True, eq=False)
class ProblemType:
    """A kind of refusal; `members` are the JSON schemas of what it tells beside the members of every problem."""

    kind: str
    status: int
    description: str
    members: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def problem(self, detail: str = "", *, headers: Mapping[str, str] | None = None, **extra: Any) -> Problem:
        """The problem of this kind; `detail` where more is to say than its description, `extra` its own members."""
        return Problem(self.status, self.kind, detail or self.description, headers=headers, **extra)

    @property
    def uri(self) -> str:
        """The problem's `type`."""
        return TYPE_BASE + self.kind

    @property
    def title(self) -> str:
        """The problem's `title`."""
        return title(self.kind)


INVALID_REQUEST = ProblemType(
    "invalid-request",
    422,
    "A parameter, a header or the body is not as described, or is no strict JSON; `errors` names the fields.",
)
KEY_MISSING = ProblemType(
    "idempotency-key-missing",
    400,
    "The header Idempotency-Key is missing: a write is named, for it may be repeated.",
)
UNAUTHENTICATED = ProblemType("unauthenticated", 401, "The token is missing, or it is not valid (any more).")
FORBIDDEN = ProblemType("forbidden", 403, "The token is valid, but not for this.")
NOT_FOUND = ProblemType("not-found", 404, "There is no such thing, or none that is shown to this caller.")
METHOD_NOT_ALLOWED = ProblemType("method-not-allowed", 405, "This path has other methods; the header Allow lists them.")
URI_TOO_LONG = ProblemType("uri-too-long", 414, "The URL is longer than any that means something here.")
HEADERS_TOO_LARGE = ProblemType(
    "headers-too-large", 431, "A header, or all of them together, is larger than any that means something here."
)
PAYLOAD_TOO_LARGE = ProblemType("payload-too-large", 413, "The body is larger than any that means something here.")
UNSUPPORTED_MEDIA_TYPE = ProblemType("unsupported-media-type", 415, "The body is not application/json.")
RATE_LIMITED = ProblemType(
    "rate-limited", 429, "Too many requests in too short a time: ask again after Retry-After seconds."
)
INTERNAL_ERROR = ProblemType(
    "internal-error", 500, "A fault of ours; its `request_id` finds it in our log. It is safe to repeat the request."
)
UNAVAILABLE = ProblemType(
    "dependency-unavailable",
    503,
    "Something that this needs does not answer: repeat after Retry-After seconds, with the same Idempotency-Key.",
)

# Any route may answer these, and no route in particular: another method, and our own mistakes.
EVERYWHERE = (METHOD_NOT_ALLOWED, INTERNAL_ERROR)
COMMON = (
    INVALID_REQUEST,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    URI_TOO_LONG,
    HEADERS_TOO_LARGE,
    RATE_LIMITED,
    INTERNAL_ERROR,
    UNAVAILABLE,
)
# What Flask itself refuses has a status only.
BY_STATUS = {400: INVALID_REQUEST} | {each.status: each for each in COMMON}
