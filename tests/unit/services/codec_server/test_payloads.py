"""`/decode` and `/encode`."""

import base64
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.codec_server.application import BODY_BYTES_MAX
from services.codec_server.payloads import PAYLOADS_MAX
from tests.unit.services.codec_server.conftest import CLEAR, DECISION, Ask


def test_payloads_are_shown_in_their_order(ask: Ask, encrypted: dict[str, Any]) -> None:
    """Encrypted ones in clear, those in clear as they are."""
    answer = ask("/decode", encrypted, CLEAR, encrypted)
    assert (answer.status_code, answer.json) == (200, {"payloads": [CLEAR] * 3})


def test_what_an_operator_sends_is_written_as_ours_is(ask: Ask) -> None:
    """Encrypted by the key in use, and read again."""
    (written,) = ask("/encode", DECISION).json["payloads"]
    assert written["metadata"].keys() == {"encoding", "encryption-key-id", "encryption-bound-to"}
    assert ask("/decode", written).json == {"payloads": [DECISION]}


def test_nothing_is_written_that_may_only_be_said_to_one_workflow(ask: Ask) -> None:
    """Nobody tells it to which: a settlement, a `skip`, an order are refused, and so is what comes with them."""
    for said in ('"skip"', '{"status":"paid"}', "null", ""):
        answer = ask("/encode", DECISION, CLEAR | {"data": base64.b64encode(said.encode()).decode()})
        assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (422, "unbound-payload")
        assert "flask purchases" in answer.json["detail"]


def test_a_payload_without_data_is_one(ask: Ask) -> None:
    """Temporal's API leaves empty members out."""
    nothing = {"metadata": {"encoding": "YmluYXJ5L251bGw="}}
    assert ask("/decode", nothing, {}).json == {"payloads": [nothing, {}]}


@pytest.mark.parametrize("path", ["/decode", "/encode"])
@pytest.mark.parametrize("token", ["", "bpc_nobody", "x" * 10_000])
def test_without_a_known_token_nothing_is_done(ask: Ask, path: str, token: str) -> None:
    """401 as a problem, which says what to do."""
    answer = ask(path, CLEAR, token=token)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json["type"].endswith("/unauthenticated")
    assert "Sign in" in answer.json["detail"]


def test_what_cannot_be_decrypted_is_told(ask: Ask, encrypted: dict[str, Any]) -> None:
    """422 with the key's id: one that is unknown here, or a payload that was changed."""
    unknown = encrypted | {"metadata": encrypted["metadata"] | {"encryption-key-id": "b3RoZXI="}}
    for payload, words in ((unknown, "'other', which PAYLOAD_KEYS"), (encrypted | {"data": "AAAA"}, "it was changed")):
        answer = ask("/decode", CLEAR, payload)
        assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (422, "unreadable-payload")
        assert words in answer.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"payloads":{}}',
        b'{"payloads":[7]}',
        b'{"payloads":[{"data":"not base64!"}]}',
        b'{"payloads":[{"data":"e30=","more":1}]}',
        b'{"payloads":[],"payloads":[]}',
    ],
)
def test_what_is_no_list_of_payloads_is_refused(client: FlaskClient, ask: Ask, body: bytes) -> None:
    """422 as a problem."""
    authorization = ask("/decode").request.headers["Authorization"]
    answer = client.post(
        "/decode", data=body, content_type="application/json", headers={"Authorization": authorization}
    )
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_batches_and_bodies_have_a_limit(ask: Ask) -> None:
    """One payload, and one byte, more than any answer of Temporal's holds."""
    assert ask("/decode", *[CLEAR] * PAYLOADS_MAX).status_code == 200
    assert ask("/decode", *[CLEAR] * (PAYLOADS_MAX + 1)).status_code == 422
    assert ask("/decode", {"data": "A" * BODY_BYTES_MAX}).status_code == 413


def test_the_log_says_who_saw_what(ask: Ask, encrypted: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Name, namespace, how many, by which key; none of what they hold, and no line's end that a caller made up."""
    with caplog.at_level(logging.INFO, logger="services.codec_server"):
        ask("/decode", encrypted, CLEAR)
        ask("/encode", DECISION, X_Namespace="a namespace\tof two words")
    assert [record.getMessage() for record in caplog.records] == [
        "decode: 2 payloads for anna, namespace default, keys now",
        "encode: 1 payloads for anna, namespace -, keys none",
    ]
