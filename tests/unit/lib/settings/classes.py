"""The settings classes of this project, found by looking: a new service's are checked from its first day."""

import importlib
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from config import Settings
from lib.settings import ProcessSettings
from lib.telemetry.settings import LogSettings

REPOSITORY = Path(__file__).parents[4]


def service_settings() -> dict[str, type[BaseSettings]]:
    """The settings class of each service and simulator, by its name in a stack."""
    found: dict[str, type[BaseSettings]] = {}
    for path in sorted(REPOSITORY.glob("services/*/settings.py")):
        if path.parent.name != "common":
            found[path.parent.name] = _settings_in(f"services.{path.parent.name}.settings")
    return {**found, "stripe_simulator": _settings_in("simulators.stripe.settings")}


def _settings_in(name: str) -> type[BaseSettings]:
    module = importlib.import_module(name)
    found: type[BaseSettings] = next(value for value in vars(module).values() if _is_settings(value, name))
    return found


def _is_settings(value: object, module: str) -> bool:
    return isinstance(value, type) and issubclass(value, ProcessSettings) and value.__module__ == module


def all_settings() -> dict[str, type[BaseSettings]]:
    """Every settings class: the intake's and the workers' under `config`, and the services'."""
    return {"config": Settings, "telemetry": LogSettings, **service_settings()}


def defaults(settings: type[BaseSettings]) -> dict[str, str]:
    """Each setting's environment variable and its default, as one writes it there."""
    return {name.upper(): written(field.get_default()) for name, field in settings.model_fields.items()}


def written(value: Any) -> str:
    """A setting's value as it stands in the environment."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)
