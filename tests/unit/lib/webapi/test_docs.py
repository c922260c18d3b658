"""The page /docs; how it looks in a browser is tested in tests/browser."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from lib.webapi.docs import docs


@pytest.fixture
def client() -> FlaskClient:
    """An API with the page."""
    api = APIFlask("shop", docs_path=None)
    api.register_blueprint(docs())
    return api.test_client()


@pytest.mark.parametrize("name", ["index.html", "routes.py", "../routes.py", "oauth2-redirect.html", "nothing.js"])
def test_no_other_file_is_served(client: FlaskClient, name: str) -> None:
    """Neither our own sources nor what else the package brings."""
    assert client.get(f"/docs/{name}").status_code == 404
