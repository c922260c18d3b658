"""What a process may be told at a place: what its settings classes know, and what the libraries beneath it read."""

from pydantic_settings import BaseSettings

from clients.settings import BrokerSettings
from operators.settings import OperatorSettings
from tests.unit.lib.settings.classes import SHARED, classes_of, defaults
from tools.devstack.processes import AUDIT, INTAKE, Entry, ProcessList

# Beside which process people type the operators' commands.
COMMANDS_AT = {ProcessList.COMPOSE: INTAKE, ProcessList.DEVELOPMENT: AUDIT, ProcessList.PRODUCTION: AUDIT}


def classes_at(place: ProcessList, entry: Entry) -> list[type[BaseSettings]]:
    """The classes by which a process, and the commands beside it, read their settings."""
    return [*classes_of(entry), *((OperatorSettings, BrokerSettings) if COMMANDS_AT.get(place) == entry else ())]


def known(place: ProcessList, entry: Entry) -> set[str]:
    """Every variable that somebody reads there."""
    names = set(defaults(*classes_at(place, entry), *SHARED))
    if "temporal" in entry.needs:
        names |= {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}
    if entry.command[0] == "gunicorn":
        names.add("WEB_CONCURRENCY")
    # `flask` finds the commands by it; where it says nothing, in the intake.
    return names | {"FLASK_APP"} if COMMANDS_AT.get(place) == entry else names
