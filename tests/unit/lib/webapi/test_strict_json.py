"""What is JSON to us, and what only to a lenient reader; and that no bytes at all are a fault of ours."""

import io
import json
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from lib.webapi.strict_json import DEPTH_MAX, DIGITS_MAX, loads
from tests.unit.lib.webapi.test_api import BEARER, TOKEN, shop

REFUSED = [
    b'{"a": 1, "a": 1}',
    b'{"a": {"b": [{"c": 1, "c": 2}]}}',
    b'{"a": 1, "\\u0061": 2}',
    b"NaN",
    b"[-Infinity]",
    b"1e999",
    b"-1e999",
    b"[1e400]",
    b"1" * (DIGITS_MAX + 1),
    b"1" * 5000,
    b'"\\ud800"',
    b'{"\\udfff": 1}',
    b'["\\u0000"]',
    b'{"a\\u0000": 1}',
    b'"\x00"',
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    b'"\xed\xa0\x80"',
    b'"\xc0\xaf"',
    b"\xff",
    b"",
    b"{} {}",
    b"{'a': 1}",
    b"01",
    b"0x10",
    b"1.",
    b"// a\n1",
    b"[1,]",
    b"[" * 100_000,
    b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1),
    b'{"a":' * 900 + b"1" + b"}" * 900,
]
TAKEN: list[tuple[bytes, Any]] = [
    (b'{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
    ('"\U0001f333"'.encode(), "\U0001f333"),
    (b'"\\ud83c\\udf33"', "\U0001f333"),
    (b'"\\\\u0000"', "\\u0000"),
    (b" 1 ", 1),
    (b"9" * DIGITS_MAX, int("9" * DIGITS_MAX)),
    (b"[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]),
]
SHOP = shop().test_client()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
# Bytes of all kinds, JSON of all kinds, and JSON that is nearly ours.
BODIES = (
    st.binary(max_size=200)
    | VALUES.map(lambda value: json.dumps(value).encode())
    | VALUES.map(lambda value: json.dumps({"count": value}, ensure_ascii=True).encode())
    | st.text(alphabet='{}[]":,\\ud80012e9.-+ntNaIfy \ufeff', max_size=60).map(lambda text: text.encode())
)
HEADER_TEXT = st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=40)


@pytest.mark.parametrize("text", REFUSED)
def test_what_two_readers_read_in_two_ways_is_refused(text: bytes) -> None:
    """Doubled keys, numbers out of range, broken or ambiguous text, depth, other encodings: one ValueError."""
    with pytest.raises(ValueError, match=r"."):
        loads(text)


@pytest.mark.parametrize(("text", "value"), TAKEN)
def test_strict_json_is_read(text: bytes, value: Any) -> None:
    """All that RFC 8259 lets everybody understand, up to the limits."""
    assert loads(text) == value


@given(body=BODIES, content_type=st.sampled_from(["application/json", "", "text/plain"]) | HEADER_TEXT)
@example(body=b'{"count": 1}', content_type="application/json")
@settings(max_examples=300)
def test_no_body_is_a_fault_of_ours(body: bytes, content_type: str) -> None:
    """Whatever bytes are sent under whatever name: taken, or refused by a problem of the 4xx."""
    answer = SHOP.post("/orders", data=body, headers=TOKEN | {"Content-Type": content_type})
    assert answer.status_code in {201, 409, 415, 422} or body == b'{"count": 666}'
    if answer.status_code != 201:
        assert answer.mimetype == "application/problem+json"


@given(path=st.binary(max_size=60), query=st.binary(max_size=60), header=HEADER_TEXT)
@settings(max_examples=300)
def test_no_address_and_no_header_is_a_fault_of_ours(path: bytes, query: bytes, header: str) -> None:
    """Invalid UTF-8, control characters and nonsense in path, query and headers: an answer or a problem of the 4xx."""
    headers = {"Authorization": header, "X-Request-Id": header, "Content-Type": header, "Accept": header}
    for address in (f"/{quote_from_bytes(path)}", f"/orders?{quote_from_bytes(query, safe='=&')}"):
        answer = SHOP.get(address, headers=headers)
        assert answer.status_code in {200, 308, 404, 422}
        assert answer.status_code in {200, 308} or answer.mimetype == "application/problem+json"


@pytest.fixture
def client() -> FlaskClient:
    """A client of the shop."""
    return SHOP


@pytest.mark.parametrize("query", ["limit=1_0", "limit=%205", "limit=5.0", "limit=%2B5", "limit=1e1", "limit=٣"])
def test_a_number_in_a_query_is_written_in_digits(client: FlaskClient, query: str) -> None:
    """What pydantic would take and other readers would not is 422."""
    assert client.get(f"/orders?{query}").status_code == 422


def test_a_doubled_parameter_is_refused(client: FlaskClient) -> None:
    """Two readers could take two values: 422, which names it."""
    answer = client.get("/orders?limit=1&limit=100")
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.get_json()["errors"]] == ["query.limit"]


def test_no_body_at_all_is_an_empty_object(client: FlaskClient) -> None:
    """A request that says nothing is judged by its fields, not by the type that it has not named."""
    answer = client.post("/orders", headers=TOKEN)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "json.count"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=utf8",
        "application/json;charset=UTF8",
        'application/json; charset="UTF-8"',
        "application/json;charset=utf-8;",
        "Application/JSON; Charset=Utf_8",
        "application/json; version=1",
    ],
)
def test_utf8_has_many_names(client: FlaskClient, content_type: str) -> None:
    """A charset is compared by its name, and what else a type says changes nothing."""
    answer = client.post("/orders", data=b'{"count": 1}', headers=TOKEN | {"Content-Type": content_type})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=latin1",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8-sig",
        "application/json; charset=nonsense",
        "application/json; charset=idna",
        "application/problem+json",
        "application/jsonp",
        "text/json",
    ],
)
def test_another_charset_or_type_is_refused(client: FlaskClient, content_type: str) -> None:
    """JSON has no other charset (RFC 8259), and `+json` is another vocabulary's: 415."""
    answer = client.post("/orders", data=b'{"count": 1}', headers=TOKEN | {"Content-Type": content_type})
    assert answer.status_code == 415


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("accept", ["application/json", "application/problem+json", "text/html;q=0.1", "*/*", ""])
def test_a_scheme_has_no_case_and_no_answer_depends_on_accept(client: FlaskClient, scheme: str, accept: str) -> None:
    """RFC 9110, 11.1; and what there is has one representation, which may be sent whatever is asked for (15.5.7)."""
    headers = {"Authorization": f"{scheme} {BEARER}", "Accept": accept}
    assert client.post("/orders", json={"count": 1}, headers=headers).status_code == 201


class Chunks:
    """The body of a request that names no length, as the web server hands it on; it may break off with an error."""

    def __init__(self, content: bytes, error: Exception | None = None) -> None:
        self._content = io.BytesIO(content)
        self._error = error

    def read(self, size: int) -> bytes:
        """Some of it."""
        if self._error:
            raise self._error
        return self._content.read(size)


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 201), (64 * 1024 + 1, 413), (1_000_000, 413)])
def test_a_chunked_body_has_the_same_limit(client: FlaskClient, size: int, status: int) -> None:
    """It is not cut: what would be a valid order without its end is refused."""
    answer = chunked(client, Chunks(b'{"count": 1}'.ljust(size)))
    assert answer.status_code == status


@pytest.mark.parametrize("error", [OSError("reset"), TimeoutError(), ValueError("chunk size"), RuntimeError("trailer")])
def test_a_body_that_cannot_be_read_is_refused(client: FlaskClient, error: Exception) -> None:
    """A client that stalls, goes away or sends broken chunks is 400, whatever the web server calls it."""
    assert chunked(client, Chunks(b"", error)).status_code == 400


def chunked(client: FlaskClient, body: Chunks) -> TestResponse:
    """POST without a Content-Length."""
    environ = {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    return client.post("/orders", content_type="application/json", headers=TOKEN, environ_overrides=environ)
