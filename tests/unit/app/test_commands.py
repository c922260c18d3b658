"""`flask token`."""

import dataclasses

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.context import Intake
from config import Settings


def test_a_development_token_opens_the_door(intake: Intake, anyone: FlaskClient) -> None:
    """The command prints a token and nothing else."""
    result = create_app(intake).test_cli_runner().invoke(args=["token", "--buyer", "alice"])
    assert result.exit_code == 0
    headers = {"Authorization": f"Bearer {result.output.strip()}"}
    assert anyone.get("/purchases", headers=headers).status_code == 200


@pytest.mark.parametrize("buyer", ["", "a b", "a@b.example", "a\n", "a" * 65])
def test_a_buyer_that_no_token_can_name_is_refused(intake: Intake, buyer: str) -> None:
    """The message says what an id looks like."""
    result = create_app(intake).test_cli_runner().invoke(args=["token", "--buyer", buyer])
    assert result.exit_code == 2
    assert "at most 64" in result.output


def test_a_buyer_must_be_named(intake: Intake) -> None:
    """Nobody gets a token by accident."""
    result = create_app(intake).test_cli_runner().invoke(args=["token"])
    assert result.exit_code == 2
    assert "--buyer" in result.output


def test_production_makes_no_tokens(intake: Intake) -> None:
    """There they come from the identity provider."""
    production = dataclasses.replace(intake, config=Settings.model_construct(environment="production"))
    result = create_app(production).test_cli_runner().invoke(args=["token", "--buyer", "alice"])
    assert result.exit_code == 1
    assert "identity provider" in result.output
