"""The stack whose processes tests kill, and its buyers, as tests/integration has them."""

from tests.integration.conftest import battered
from tests.integration.sagas.conftest import buyers, engine

__all__ = ["battered", "buyers", "engine"]
