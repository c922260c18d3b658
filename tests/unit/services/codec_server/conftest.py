"""A codec server for Anna, with a key made for the test."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from lib.encryption import Encryption
from lib.settings.payload_keys import new_entry, parsed
from services.codec_server import create_app
from services.codec_server.access import new_token
from services.codec_server.settings import CodecServerSettings

UI = "http://127.0.0.1:8233"
KEYS = new_entry("now")
TOKEN, ENTRY = new_token("anna")
# What an operator may say in Temporal's UI: "retry".
DECISION = {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": "InJldHJ5Ig=="}
CLEAR = {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": "ImhpIg=="}


@pytest.fixture
def told() -> CodecServerSettings:
    """What the server is told."""
    return CodecServerSettings(
        _env_file=None,
        payload_keys=KEYS,
        payload_key="now",
        codec_server_origins=(UI,),
        codec_server_tokens=(ENTRY,),
    )


@pytest.fixture
def client(told: CodecServerSettings) -> FlaskClient:
    """Somebody's browser at that server's page."""
    browser = create_app(told).test_client()
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return browser


@pytest.fixture
def encrypted() -> dict[str, Any]:
    """CLEAR as Temporal keeps it, in the JSON of its API."""
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'"hi"')
    of = WorkflowSerializationContext(namespace="default", workflow_id="purchase/p1")
    return dict(MessageToDict(Encryption(parsed(KEYS), "now").with_context(of).written(payload)))


Ask = Callable[..., Any]


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Asks with Anna's token, as the command line does."""

    def asked(path: str, *payloads: Any, token: str = TOKEN, **headers: str) -> Any:
        named = {"Authorization": f"Bearer {token}", "X-Namespace": "default"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post(path, json={"payloads": list(payloads)}, headers=named)

    return asked
