"""An intake with fakes behind its ports."""

from typing import cast

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.context import Intake
from app.hints import Hints
from app.settings import IntakeSettings
from domain.catalogue import Milestone, Project, ProjectsPage
from domain.ports import Payments, Projects, Users
from engine.purchases import Purchases
from lib.portal import Portal
from tests.unit.app.identity.provider import FakeIdentityProvider
from tests.unit.app.requests import bearer
from tests.unit.fakes import FakePaymentRecords, FakePurchases, Recorder

MILESTONE = Milestone(
    milestone_id="mangrove-2",
    name="Mangrove 2",
    unit_amount=1200,
    currency="usd",
    total="1000.000",
    sold="2.500",
    held="1.500",
    free="996.000",
)
CATALOGUE = ProjectsPage(
    items=(Project(project_id="mangrove", name="Mangrove", milestones=(MILESTONE,)),), next_cursor="next"
)


@pytest.fixture(scope="session")
def portal() -> Portal:
    """One loop for all: it lives as long as its process."""
    return Portal()


@pytest.fixture
def purchases() -> FakePurchases:
    """The way to the sagas behind the intake."""
    return FakePurchases()


@pytest.fixture
def payments() -> FakePaymentRecords:
    """Payments behind the intake."""
    return FakePaymentRecords()


@pytest.fixture
def projects() -> Recorder:
    """Projects behind the intake."""
    return Recorder(answer=CATALOGUE)


@pytest.fixture
def users() -> Recorder:
    """Users behind the intake, who know everybody."""
    return Recorder()


@pytest.fixture
def provider() -> FakeIdentityProvider:
    """The identity provider, whom development does not ask."""
    return FakeIdentityProvider()


@pytest.fixture
def config() -> IntakeSettings:
    """The settings of a developer, whatever the environment says, with two webhook secrets."""
    return IntakeSettings.model_construct(stripe_webhook_secrets=("whsec_old", "whsec_new"))


@pytest.fixture
def intake(  # noqa: PLR0913, PLR0917 - one argument for each port
    portal: Portal,
    config: IntakeSettings,
    purchases: FakePurchases,
    payments: FakePaymentRecords,
    projects: Recorder,
    users: Recorder,
    provider: FakeIdentityProvider,
) -> Intake:
    """All that the routes share."""
    return Intake(
        config=config,
        portal=portal,
        purchases=cast("Purchases", purchases),
        payments=cast("Payments", payments),
        projects=cast("Projects", projects),
        hints=Hints(cast("Projects", projects), cast("Users", users)),
        fetch_keys=provider,
    )


@pytest.fixture
def anyone(intake: Intake) -> FlaskClient:
    """A client without a token."""
    return create_app(intake).test_client()


@pytest.fixture
def client(anyone: FlaskClient, config: IntakeSettings) -> FlaskClient:
    """A client with alice's token."""
    anyone.environ_base["HTTP_AUTHORIZATION"] = bearer(config, "alice")
    return anyone
