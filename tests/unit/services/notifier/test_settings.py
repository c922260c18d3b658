"""The Notifier's settings."""

from services.notifier.settings import NotifierSettings


def test_the_broker_password_is_not_shown() -> None:
    """Printing the settings shows no credentials."""
    assert "guest" not in repr(NotifierSettings(_env_file=None))
