"""The stack that encrypts and its buyers, as tests/integration has them."""

from tests.integration.privacy.conftest import buyers, described, engine, keys, own

__all__ = ["buyers", "described", "engine", "keys", "own"]
