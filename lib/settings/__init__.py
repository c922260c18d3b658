"""How a process is told its settings: read once from the environment and `.env`, every fault in one readable line.

Here belongs what all settings classes share: the form of lists, and what production refuses. What a process is told
stands in its own class.
"""

from lib.settings.process import ProcessSettings
from lib.settings.production import HTTPS, REQUIRED, SECRET
from lib.settings.reading import Origin, Separated, Url, checked, read

__all__ = ["HTTPS", "REQUIRED", "SECRET", "Origin", "ProcessSettings", "Separated", "Url", "checked", "read"]
