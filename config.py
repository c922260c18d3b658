"""The intake's settings, by the name that they have always had; each process has its own in its folder.

app/settings.py, workers/settings.py, operators/settings.py, audit/settings.py, services/*/settings.py; what several of
them share stands beside what needs it (clients, providers/stripe, lib).
"""

from app.settings import IntakeSettings
from lib.settings import read


def settings() -> IntakeSettings:
    """The settings, or one readable line that names every fault and exit code 1."""
    return read(IntakeSettings)
