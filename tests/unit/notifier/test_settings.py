"""The Notifier's settings."""

import pytest
from pydantic import ValidationError

from services.notifier.settings import NotifierSettings


def test_production_refuses_the_default_broker_account() -> None:
    """Production does not start with RabbitMQ's default account, and the fault names the setting."""
    with pytest.raises(ValidationError, match="AMQP_URL is development's"):
        NotifierSettings(_env_file=None, environment="production", service_token="a-token-of-its-own-1234")


def test_the_broker_password_is_not_shown() -> None:
    """Printing the settings shows no credentials."""
    assert "guest" not in repr(NotifierSettings(_env_file=None))
