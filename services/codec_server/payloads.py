"""`/decode` and `/encode`, as Temporal's UI and command line ask for them.

Reading needs `/decode` alone. Whoever has a codec server set up cannot send anything without `/encode`, though: the UI
and the command line pass an operator's decision through it, and give up where it is missing. They do not say for which
workflow it is, so only decisions that do no harm in another one are written.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import request
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from pydantic import Field
from temporalio.api.common.v1 import Payload

from lib.encryption import KEY_ID, Encryption, UnboundPayloadError, UnreadablePayloadError
from lib.webapi import RequestModel, ResponseModel
from lib.webapi.openapi import problem_responses
from lib.webapi.problem_types import INVALID_REQUEST, ProblemType
from services.codec_server.access import Access
from services.codec_server.credentials import Credentials

log = logging.getLogger(__name__)

UNREADABLE = ProblemType(
    "unreadable-payload", 422, "A payload cannot be decrypted here: its key is unknown, or it was changed."
)
UNBOUND = ProblemType("unbound-payload", 422, "This may only be said to one workflow, which is not told here.")
# 1,000: as many events as Temporal's server tells at once.
PAYLOADS_MAX = 1000
# 20: Temporal's own payloads have two metadata entries, the encoding and the type.
METADATA_MAX = 20
# The form of a caller's text that may stand in our log.
PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")

Base64 = Annotated[str, Field(description="base64", examples=["eyJpdGVtcyI6W119"])]


class PayloadRequest(RequestModel):
    """A payload in the JSON of Temporal's API; empty members are left out there."""

    metadata: dict[str, Base64] = Field(
        default={}, max_length=METADATA_MAX, examples=[{"encoding": "anNvbi9wbGFpbg=="}]
    )
    data: Base64 = ""


class PayloadsRequest(RequestModel):
    """Payloads in the JSON of Temporal's API."""

    payloads: list[PayloadRequest] = Field(max_length=PAYLOADS_MAX)


class PayloadsResponse(ResponseModel):
    """As many payloads as were sent, in their order."""

    payloads: list[dict[str, Any]] = Field(examples=[[{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "e30="}]])


def payloads(codec: Encryption, access: Access) -> APIBlueprint:
    """The routes."""
    routes = APIBlueprint("payloads", __name__)
    auth = Credentials(access)

    @routes.post("/decode")
    @routes.auth_required(auth)
    @routes.input(PayloadsRequest, arg_name="body")
    @routes.output(PayloadsResponse)
    @routes.doc(extensions=problem_responses(UNREADABLE))
    def decode(body: PayloadsRequest) -> PayloadsResponse:
        """Show payloads in clear; those that are in clear come back as they are."""
        given = _given(body)
        _note("decode", given, str(auth.current_user))
        try:
            return _response(map(codec.read, given))
        except UnreadablePayloadError as error:
            raise UNREADABLE.problem(str(error)) from error

    @routes.post("/encode")
    @routes.auth_required(auth)
    @routes.input(PayloadsRequest, arg_name="body")
    @routes.output(PayloadsResponse)
    @routes.doc(extensions=problem_responses(UNBOUND))
    def encode(body: PayloadsRequest) -> PayloadsResponse:
        """Write an operator's decision as our own processes do, as far as it may be said to any workflow."""
        given = _given(body)
        _note("encode", given, str(auth.current_user))
        try:
            return _response(map(codec.written, given))
        except UnboundPayloadError as error:
            raise UNBOUND.problem(str(error)) from error

    return routes


def _given(body: PayloadsRequest) -> list[Payload]:
    try:
        return [ParseDict(each.model_dump(), Payload()) for each in body.payloads]
    except ParseError as error:
        raise INVALID_REQUEST.problem(f"A payload is not as Temporal's API writes it: {error}.") from error


def _response(changed: Iterable[Payload]) -> PayloadsResponse:
    return PayloadsResponse(payloads=[MessageToDict(payload) for payload in changed])


def _note(what: str, given: Sequence[Payload], who: str) -> None:
    """Log who sees what, before it is shown; Temporal's tools do not say of which workflow it is."""
    keys = sorted({each.metadata[KEY_ID].decode(errors="replace") for each in given if KEY_ID in each.metadata})
    namespace = request.headers.get("X-Namespace", "")
    log.info(
        "%s: %d payloads for %s, namespace %s, keys %s",
        what,
        len(given),
        who,
        _plain(namespace),
        ", ".join(map(_plain, keys)) or "none",
    )


def _plain(text: str) -> str:
    """A caller's text, if it is short and plain; else "-"."""
    return text if PLAIN.fullmatch(text) else "-"
