"""A service's settings."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.common.settings import ServiceSettings, load


def test_production_refuses_the_development_token() -> None:
    """Production does not start with the token that stands in the repository, and the fault names the setting."""
    with pytest.raises(ValidationError, match="SERVICE_TOKEN is development's"):
        ServiceSettings(_env_file=None, environment="production")


def test_production_starts_with_a_token_of_its_own() -> None:
    """Production takes a token that only it knows."""
    settings = ServiceSettings(_env_file=None, environment="production", service_token="a-token-of-its-own-1234")
    assert settings.environment == "production"


def test_a_wrong_setting_ends_the_process_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A fault ends the start with a line that names the setting, not with a traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERVICE_TOKEN", "short")
    with pytest.raises(SystemExit, match=r"The settings are wrong: SERVICE_TOKEN: .*at least 16 characters"):
        load(ServiceSettings)
