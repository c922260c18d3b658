"""How a process reads its settings: once, from the environment and `.env`, with every fault in one readable line.

Here belongs what all settings classes share: the form of lists, and what production refuses. The settings of
a process stand in its own class.
"""

from lib.settings.process import ProcessSettings
from lib.settings.production import HTTPS, REQUIRED, SECRET
from lib.settings.reading import Origin, Separated, Url, checked, read

__all__ = ["HTTPS", "REQUIRED", "SECRET", "Origin", "ProcessSettings", "Separated", "Url", "checked", "read"]
