"""RFC 9457 problem details: the one form in which our APIs refuse."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from lib.webapi.request_ids import request_id

# A problem's type is an identifier, not an address to open; .example is reserved for that (RFC 2606).
TYPE_BASE = "https://buy-projects.example/problems/"
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A refusal on its way to the client.

    `kind` is the last part of the problem's type, `extra` further members, `headers` for example Retry-After (s).
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> str:
        """The problem as JSON."""
        members = {
            "type": TYPE_BASE + self.kind,
            "title": title(self.kind),
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id(),
            **self.extra,
        }
        return json.dumps(members)

    def response(self) -> Response:
        """The problem as an answer."""
        response = Response(self.body(), self.status, mimetype=MEDIA_TYPE)
        response.headers.update(self.headers)
        return response


def title(kind: str) -> str:
    """The title of a kind of problem, the same for each of them."""
    return kind.replace("-", " ").capitalize()


class FieldError(BaseModel):
    """One fault of a request: where it is and what is wrong."""

    field: str = Field(examples=["json.items.0.quantity"])
    message: str = Field(examples=["String should match pattern"])


class ProblemResponse(BaseModel):
    """The body of every error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[TYPE_BASE + "not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such thing here."])
    request_id: str = Field(examples=["6f1c0d2ab5d84f7c9d0c6a1f5f0a7b11"])
    errors: list[FieldError] = Field(default=[], description="what is wrong with the request, field by field")
