"""The provider, the intake that trusts it, and tokens."""

import time
from collections.abc import Iterator

import pytest

from app.settings import IntakeSettings
from tests.integration.identity.intake import RunningIntake, running_intake
from tests.integration.identity.provider import IdentityProvider
from tests.unit.app.identity.provider import PrivateKey, claims, ec_key, rsa_key, signed
from tools.devstack.stack import Stack

# Longer than any test on any machine.
TOKEN_LIFE_S = 3600


@pytest.fixture(scope="package")
def provider() -> Iterator[IdentityProvider]:
    """A provider that signs by `first`."""
    with IdentityProvider() as running:
        running.keys["first"] = rsa_key()
        yield running


@pytest.fixture(scope="package")
def intake(
    stack: Stack, provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningIntake]:
    """An intake that takes that provider's buyers."""
    log = tmp_path_factory.mktemp("identity") / "intake.log"
    with running_intake(stack.description, log, JWT_JWKS_URL=provider.url) as running:
        yield running


@pytest.fixture(scope="package")
def forger() -> PrivateKey:
    """A key that no provider has published."""
    return ec_key()


def token(key: PrivateKey, kid: str, buyer: str = "alice") -> str:
    """A good buyer's token, were the key a good one."""
    return signed(key, kid, claims(IntakeSettings.model_construct(), sub=buyer, exp=int(time.time()) + TOKEN_LIFE_S))
