"""The settings classes of this project, found by looking: a new process's are checked from its first day."""

import importlib
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from lib.settings import ProcessSettings
from lib.telemetry.settings import LogSettings, TraceSettings
from tools.devstack.processes import Entry

REPOSITORY = Path(__file__).parents[4]
# Every process reads these, beside its own.
SHARED = (LogSettings, TraceSettings)


def named(dotted: str) -> type[BaseSettings]:
    """The class of that name."""
    module, _, name = dotted.rpartition(".")
    found: type[BaseSettings] = getattr(importlib.import_module(module), name)
    return found


def classes_of(entry: Entry) -> list[type[BaseSettings]]:
    """By which a process of the table reads its settings."""
    return list(map(named, entry.settings))


def all_settings() -> list[type[BaseSettings]]:
    """Every settings class, parts of others too; what OpenTelemetry's own library reads is no setting of ours."""
    paths = [path.relative_to(REPOSITORY).with_suffix("") for path in REPOSITORY.glob("[!.]*/**/settings.py")]
    found = [each for path in paths for each in _settings_in(".".join(path.parts))]
    return [each for each in found if each is not TraceSettings]


def _settings_in(name: str) -> Iterator[type[BaseSettings]]:
    for value in vars(importlib.import_module(name)).values():
        if isinstance(value, type) and issubclass(value, ProcessSettings) and value.__module__ == name:
            yield value


def defaults(*settings: type[BaseSettings]) -> dict[str, str]:
    """Each setting's environment variable and its default, as one writes it there."""
    return {name.upper(): written(field.get_default()) for one in settings for name, field in one.model_fields.items()}


def written(value: Any) -> str:
    """A setting's value as it stands in the environment."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)
