"""`flask token` and `flask api-key`."""

import dataclasses
import hashlib

import pytest
from click.testing import Result
from flask.testing import FlaskClient

from app import create_app
from app.context import Intake
from app.settings import IntakeSettings
from tests.unit.app.identity.provider import JWKS_URL


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


def test_where_tokens_come_from_an_identity_provider_none_is_made(intake: Intake) -> None:
    """Ours would open nothing there."""
    config = IntakeSettings.model_construct(jwt_jwks_url=JWKS_URL)
    result = (
        create_app(dataclasses.replace(intake, config=config)).test_cli_runner().invoke(args=["token", "--buyer", "a"])
    )
    assert result.exit_code == 1
    assert "identity provider" in result.output


def made(intake: Intake, *arguments: str) -> Result:
    """What `flask api-key` does with these arguments."""
    return create_app(intake).test_cli_runner().invoke(args=["api-key", *arguments])


def test_a_new_api_key_opens_the_door(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints the key and its entry; the settings take the entry, and the intake takes the key."""
    result = made(intake, "--id", "shop", "--scope", "purchases:write", "--scope", "purchases:read")
    _, key, _, entry = result.output.splitlines()
    assert key.startswith("bpk_shop_")
    assert entry == f"shop:purchases:read+purchases:write:{hashlib.sha256(key.encode()).hexdigest()}"
    monkeypatch.setenv("API_KEYS", entry)
    server = create_app(dataclasses.replace(intake, config=IntakeSettings(_env_file=None))).test_client()
    headers = {"Authorization": f"Bearer {key}"}
    assert server.get("/purchases?on_behalf_of=alice", headers=headers).status_code == 200


def test_no_two_api_keys_are_alike(intake: Intake) -> None:
    """Their secrets are chance."""
    keys = {made(intake, "--id", "shop", "--scope", "purchases:read").output for _ in range(3)}
    assert len(keys) == 3


@pytest.mark.parametrize("key_id", ["", "Shop", "a_b", "a:b", "a,b", "a b", "a" * 33, "shop\n"])
def test_an_api_keys_id_is_short_and_plain(intake: Intake, key_id: str) -> None:
    """It stands in the key and in a list with separators; the message says what it looks like."""
    result = made(intake, "--id", key_id, "--scope", "purchases:read")
    assert result.exit_code == 2
    assert "at most 32" in result.output


@pytest.mark.parametrize(
    "arguments", [("--id", "shop"), ("--scope", "purchases:read"), ("--id", "a", "--scope", "all")]
)
def test_an_api_key_is_not_made_by_halves(intake: Intake, arguments: tuple[str, ...]) -> None:
    """Whose key it is and what it allows must be said; only known scopes are taken."""
    assert made(intake, *arguments).exit_code == 2
