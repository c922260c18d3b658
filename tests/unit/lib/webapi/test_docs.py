"""The page /docs; how it looks in a browser is tested in tests/browser."""

import re

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


def test_the_page_has_no_script_and_no_style_of_its_own(client: FlaskClient) -> None:
    """The content policy lets no inline code run."""
    page = client.get("/docs").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


def test_all_that_the_page_loads_comes_from_the_same_server(client: FlaskClient) -> None:
    """Each address is relative, and leads to a file."""
    addresses = re.findall(r'(?:src|href)="([^"]+)"', client.get("/docs").text)
    assert len(addresses) == 5
    for address in addresses:
        with client.get(f"/{address}") as answer:
            assert answer.status_code == 200, address


@pytest.mark.parametrize("name", ["index.html", "routes.py", "../routes.py", "oauth2-redirect.html", "nothing.js"])
def test_no_other_file_is_served(client: FlaskClient, name: str) -> None:
    """Neither our own sources nor what else the package brings."""
    assert client.get(f"/docs/{name}").status_code == 404
